"""Reads the few things of a Markdown page that the checks want: fenced blocks, tables, headings, links.

A comment directly before a block tells what the page itself does not show:

    <!-- not run: REASON -->    the block is not run, and everybody can see why
    <!-- file: NAME -->         the block is what the reader is to put into the file NAME
"""

import re
from dataclasses import dataclass

FENCE = re.compile(r"^( *)```(\S*)\s*$")
COMMENT = re.compile(r"^<!-- (not run|file): (.+?) -->$")
HEADING = re.compile(r"^#{1,6} (.+?)\s*$")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


@dataclass
class Block:
    """A fenced block: `language` may be ""; `shown` is the output that a `text` block behind it shows, or None."""

    page: str
    line: int
    language: str
    text: str
    not_run: str = ""
    file: str = ""
    shown: str | None = None

    def place(self):
        return f"{self.page}:{self.line}"


def lines_outside_blocks(text):
    """(number, line) of every line that is in no fenced block."""
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        if FENCE.match(line):
            inside = not inside
        elif not inside:
            yield number, line


def blocks_of(page, text):
    """The page's blocks in order. A `text` block with nothing but blank lines between is the output of the `sh`
    block before it, and not a block of its own."""
    blocks = []
    comment = None
    opened = None
    is_adjacent = False
    for number, line in enumerate(text.splitlines(), 1):
        fence = FENCE.match(line)
        if opened is not None:
            if fence is None or fence[2] != "":
                body.append(line.removeprefix(opened[1]))
                continue
            block = Block(page, opened[0], opened[2], "".join(f"{part}\n" for part in body))
            if block.language == "text" and is_adjacent and blocks[-1].language == "sh":
                blocks[-1].shown = block.text
            else:
                if comment is not None:
                    setattr(block, comment[1].replace(" ", "_"), comment[2])
                blocks.append(block)
            opened, comment, is_adjacent = None, None, True
        elif fence is not None:
            opened, body = (number, fence[1], fence[2]), []
        elif line.strip():
            comment = COMMENT.match(line.strip())
            is_adjacent = False
    return blocks


def anchor_of(heading):
    """The anchor that a heading gets, as the usual renderers make it."""
    plain = LINK.sub(lambda link: link[0][1 : link[0].index("]")], heading).replace("`", "").lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


def anchors_of(text):
    headings = (HEADING.match(line) for _, line in lines_outside_blocks(text))
    return {anchor_of(heading[1]) for heading in headings if heading}


def links_of(text):
    """(number, target) of every link."""
    return [(number, target) for number, line in lines_outside_blocks(text) for target in LINK.findall(line)]


def table_below(text, first_cell):
    """The rows of the table whose head begins with the cell `first_cell`, as lists of cells; [] where there is none."""
    rows = []
    for _, line in lines_outside_blocks(text):
        if not line.startswith("|"):
            if rows:
                break
            continue
        cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if rows or cells[0] == first_cell:
            rows.append(cells)
    return rows[2:]
