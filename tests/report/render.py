"""A document as one HTML file that needs no other, and as Markdown."""

import base64
import html
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import ratio_chart  # noqa: E402
from html_report import html_page, table  # noqa: E402

from document import Chart, Flame, Heading, Table, Text  # noqa: E402

STYLE = ratio_chart.STYLE + """
.opening p { font-size: 1.15rem; } .chart .faster { color: var(--decided); } .chart .slower { color: var(--worse); }
:root { --worse: #a8321d; } @media (prefers-color-scheme: dark) { :root { --worse: #f0907a; } }
h3 { font-size: 1rem; margin: 1.4rem 0 .4rem; } code { font-size: .92em; }
.scroll { margin: .8rem 0; }
.prose { text-align: left; } td.prose { white-space: normal; min-width: 13rem; }
.flame { width: 1200px; border: 0; display: block; background: #fff; }
nav a { margin-right: .8rem; } a { color: inherit; }
"""


def marked(text):
    """`code` becomes <code>; the rest is text."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text, quote=False))


def anchor(name):
    return name.lower().replace(" ", "-")


def kinds_of(block):
    """A class for each column: text that may wrap, words, or figures (none)."""
    kinds = []
    for column in range(len(block.titles)):
        cells = [str(row[column]) for row in block.rows]
        is_words = all(cell[:1].isalpha() or cell[:1] in "`–" for cell in cells)
        kinds.append("prose" if column in block.prose else "words" if is_words else "")
    return kinds


def html_table(block):
    kinds = kinds_of(block)
    rows = [[f'<td class="{kind}">{marked(str(cell))}</td>' if kind else f"<td>{marked(str(cell))}</td>"
             for cell, kind in zip(row, kinds)] for row in block.rows]
    return table([marked(title) for title in block.titles], rows, kinds)


def html_flame(block, folder):
    """In a frame of its own, for the scripts of several drawings have the same names."""
    svg = (folder / block.file).read_bytes()
    height = re.search(rb'height="(\d+)"', svg)[1].decode()
    return (f"<figure><figcaption>{marked(block.title)}</figcaption><div class=\"scroll\">"
            f'<iframe class="flame" title="{html.escape(block.title)}" height="{height}" sandbox="allow-scripts" '
            f'src="data:image/svg+xml;base64,{base64.b64encode(svg).decode()}"></iframe></div></figure>')


def html_block(block, folder):
    if isinstance(block, Text):
        return f"<p>{marked(block.text)}</p>"
    if isinstance(block, Heading):
        return f"<h3>{marked(block.text)}</h3>"
    if isinstance(block, Table):
        return html_table(block)
    if isinstance(block, Chart):
        return ratio_chart.ratio_chart(marked(block.title), block.groups)
    return html_flame(block, folder)


def to_html(document, folder):
    """`folder` has the flame graphs."""
    body = [f'<div class="opening">{"".join(html_block(block, folder) for block in document.opening)}</div>']
    body.append("<nav>" + "".join(f'<a href="#{anchor(name)}">{name}</a> ' for name in document.parts) + "</nav>")
    for name, blocks in document.parts.items():
        body.append(f'<h2 id="{anchor(name)}">{name}</h2>')
        body += [html_block(block, folder) for block in blocks]
    return html_page(document.title, document.title, STYLE, "\n".join(body))


def markdown_cell(cell):
    return str(cell).replace("|", "\\|")


def markdown_block(block):
    if isinstance(block, Text):
        return block.text
    if isinstance(block, Heading):
        return f"### {block.text}"
    if isinstance(block, Flame):
        return f"![{block.title}]({block.file})"
    lines = ["| " + " | ".join(map(markdown_cell, block.titles)) + " |", "|" + "---|" * len(block.titles)]
    lines += ["| " + " | ".join(map(markdown_cell, row)) + " |" for row in block.rows]
    return "\n".join(lines)


def to_markdown(document):
    blocks = [f"# {document.title}"] + [markdown_block(block) for block in document.opening
                                        if not isinstance(block, Chart)]
    for name, content in document.parts.items():
        blocks.append(f"## {name}")
        blocks += [markdown_block(block) for block in content]
    return "\n\n".join(blocks) + "\n"
