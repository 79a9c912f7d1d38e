"""What a program's help says, read apart from the script that makes the manual pages of it."""

import re

import stage

# "  -o, --output OUT   text" or "      --json   text"; the text may begin on the next line. What need not be given is [=OUT].
OPTION = re.compile(r"^  (?:(-\w), |    )(--[a-z][a-z-]*)(?:(?: |(?=\[=))(\S+))?(?:   *(\S.*))?$")


def helps():
    """{("cratedex-server", ""): text, ("cratedex-index", "build"): text, ...}, the commands that it lists itself."""
    found = {(program, ""): stage.run(stage.path(f"bin/{program}"), "--help") for program in stage.PROGRAMS}
    for command in commands(found["cratedex-index", ""]):
        found["cratedex-index", command] = stage.run(stage.path("bin/cratedex-index"), command, "--help")
    return found


def commands(text):
    return re.findall(r"^  ([a-z-]+) ", text.split("\nCommands:\n")[1].split("\n\n")[0], re.MULTILINE)


def options(text):
    """{"--output": ("-o", "OUT", "the index file; ...")}: its letter and its argument, if it has one, and what
    is said of it."""
    found = {}
    name = None
    for line in text.split("\nExamples:\n")[0].splitlines():
        match = OPTION.match(line)
        if match:
            letter, name, argument, said = match.groups()
            found[name] = (letter, argument, said or "")
        elif re.match(r" {7,}\S", line) and name:
            letter, argument, said = found[name]
            found[name] = (letter, argument, f"{said} {line.strip()}".strip())
        else:
            name = None
    return found


def words(text):
    """The words with one space between, without the columns."""
    return " ".join(text.split())
