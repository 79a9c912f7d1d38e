"""What the pages say without running it: links, lengths, and tables that repeat what the programs know."""

import json
import re
import subprocess
from pathlib import Path

from markdown import anchors_of, blocks_of, lines_outside_blocks, links_of, table_below

LANGUAGES = {"", "c", "console", "ini", "json", "nginx", "python", "sh", "text", "toml", "vcl"}
README_MAX_LINES = 200
MAX_COLUMNS = 140
NAMED_FILE = re.compile(r"`(\w[\w./-]*\.(?:c|h|cc|py|sh|mk|vtc|txt|yml|json|conf))`")
OPTION = re.compile(r"^  (?:-\w, |    )?(--[a-z-]+(?: [A-Z][^\s,]*)?)", re.MULTILINE)


def broken_links(repository, page, text):
    """A link leads to a file that is there, and to a heading that it has."""
    faults = []
    for number, target in links_of(text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (repository / page).parent / path if path else repository / page
        if not file.exists():
            faults.append(f"{page}:{number}: there is no {target}")
        elif anchor and anchor not in anchors_of(file.read_text(encoding="utf-8")):
            faults.append(f"{page}:{number}: {path or 'the page'} has no heading #{anchor}")
    return faults


def faults_of_form(page, text):
    """What is a command stands in a block that says so, since only those are run; and lines are short."""
    faults = [f"{block.place()}: a block of {block.language}" for block in blocks_of(page, text)
              if block.language not in LANGUAGES]
    lines = text.splitlines()
    is_blank = True
    for number, line in lines_outside_blocks(text):
        if is_blank and re.match(r"^(    |\t)\s*\S", line) and not re.match(r"^\s*([-*]|\d+\.) ", line):
            faults.append(f"{page}:{number}: an indented block, which nothing runs: use a fence")
        is_blank = not line.strip()
    faults += [f"{page}:{number}: more than {MAX_COLUMNS} columns" for number, line in enumerate(lines, 1)
               if len(line) > MAX_COLUMNS and not line.startswith("|")]
    if page == "README.md" and len(lines) > README_MAX_LINES:
        faults.append(f"{page}: {len(lines)} lines; {README_MAX_LINES} can be read in five minutes")
    return faults


def difference(what, in_table, known):
    return [f"{what}: the table lacks {name}" for name in sorted(known - in_table)] + \
           [f"{what}: there is no {name}" for name in sorted(in_table - known)]


def faults_of_endpoints(readme, openapi):
    """The table of endpoints has the paths of our OpenAPI document, each once. A cell may name several."""
    named = [path for row in table_below(readme, "endpoint")
             for path in re.findall(r"`(?:GET )?(/[^`?]*)[^`]*`", row[0])]
    twice = {path for path in named if named.count(path) > 1}
    return difference("endpoints", set(named), set(json.loads(openapi)["paths"])) + \
           [f"endpoints: {path} stands there twice" for path in sorted(twice)]


def faults_of_options(readme, help_text):
    """The table of options has those of --help, with their arguments and their defaults."""
    starts = [(match.start(), match[1]) for match in OPTION.finditer(help_text)]
    ends = [start for start, _ in starts[1:]] + [len(help_text)]
    paragraphs = {option: " ".join(help_text[start:end].split("\n\n")[0].split())
                  for (start, option), end in zip(starts, ends)}
    rows = {option: row for row in table_below(readme, "option") for option in re.findall(r"`(.+?)`", row[0])}
    faults = difference("options", set(rows), set(paragraphs) - {"--help", "--version"})
    for option in set(rows) & set(paragraphs):
        default = re.search(r"default:? ([^;,]+?)(?:[;,.]? |[;,.]?$)", paragraphs[option])
        if default is not None and default[1].split()[0] not in rows[option][1]:
            faults.append(f"options: the default of {option} is {default[1]}, not {rows[option][1]}")
    return faults


def unknown_targets(page, text, make_help):
    """`make TARGET` in a text is a target that there is."""
    targets = set(re.findall(r"^  ([a-z-]+)", make_help, re.MULTILINE))
    return [f"{page}:{number}: there is no make {name}" for number, line in lines_outside_blocks(text)
            for name in re.findall(r"`make ([a-z][a-z-]*)\b(?![./])", line) if name not in targets]


def missing_files(page, text, files):
    """A source that a text names is there: `search.c` anywhere, `scan/search_blocks.c` in such a folder. `files`
    are the repository's; what stands in build/ or is written by a block of the page is not."""
    written = {block.file for block in blocks_of(page, text)}
    known = {"/".join(parts[i:]) for parts in (file.split("/") for file in files) for i in range(len(parts))}
    return [f"{page}:{number}: there is no {name}" for number, line in lines_outside_blocks(text)
            for name in NAMED_FILE.findall(line)
            if name not in known | written and not name.startswith("build/")]


def faults_of_pages(repository, programs, texts):
    """[(name of the check, faults)] over all pages: `texts` has them by their path."""
    server_help = subprocess.run([Path(programs) / "cratedex-server", "--help"], check=True,
                                 capture_output=True, text=True).stdout
    make_help = subprocess.run(["make", "--no-print-directory", "help"], cwd=repository, check=True,
                               capture_output=True, text=True).stdout
    files = [str(path.relative_to(repository)) for path in repository.rglob("*.*")
             if not path.relative_to(repository).parts[0].startswith(("build", "."))]
    openapi = (repository / "server/endpoints/openapi.json").read_text(encoding="utf-8")
    readme = texts["README.md"]
    return [
        ("links", [fault for page, text in texts.items() for fault in broken_links(repository, page, text)]),
        ("form", [fault for page, text in texts.items() for fault in faults_of_form(page, text)]),
        ("files", [fault for page, text in texts.items() for fault in missing_files(page, text, files)]),
        ("make", [fault for page, text in texts.items() for fault in unknown_targets(page, text, make_help)]),
        ("endpoints", faults_of_endpoints(readme, openapi)),
        ("options", faults_of_options(readme, server_help)),
    ]
