# Fills a template with what the programs say of themselves in their --help, so that a manual page and the
# sample configuration say the same as the program, and need no second text. A part of ../install.mk.
#
#   awk -f help.awk -v folder=PROGRAMS TEMPLATE
#
# Of a manual page (man(7)) these lines are replaced; ARGUMENTS are what makes the program print a help:
#   @usage PROGRAM ARGUMENTS      how it is called
#   @help PROGRAM ARGUMENTS       the rest of the help
#   @commands PROGRAM             usage and help of each command that `PROGRAM help` lists
#   @date, @version, @sysconfdir  what -v date= says, and so on
# Of a configuration file "#name = value" or "name = value", before which comes what --help says of --name. All options must
# stand there that `@options PROGRAM ARGUMENTS` has read.
#
# A help is: "Usage: ..." with indented lines behind it; paragraphs; lists of entries, "  TERM  text" (long
# options begin in the seventh column), whose lines that go on are indented deeper; and behind "Examples:"
# command lines. Only this is understood.

function fail(message) {
    print FILENAME ": " message >"/dev/stderr"
    failed = 1
    exit 1
}

# Words for roff: what it would take for its own is escaped.
function escaped(text) {
    gsub(/\\/, "\\e", text)
    gsub(/-/, "\\-", text)
    gsub(/'/, "\\(aq", text)
    gsub(/`/, "\\(ga", text)
    gsub(/\^/, "\\(ha", text)
    gsub(/~/, "\\(ti", text)
    return text
}

function joined(line,    words, n, i, out) {
    n = split(line, words, " ")
    for (i = 1; i <= n; i++)
        out = out (i > 1 ? " " : "") (words[i] ~ /\\-/ && words[i] !~ /^\\%/ ? "\\%" : "") words[i]
    return out
}

# Prints a line of words: in parts where it is long, never as one of roff's own commands, and with all
# that has a hyphen in one piece, for a reader could not tell it from one that roff has set.
function put(line,    n) {
    line = joined(line)
    while (length(line) > 79 && match(substr(line, 1, 80), / [^ ]*$/)) {
        n = RSTART
        put(substr(line, 1, n - 1))
        line = substr(line, n + 1)
    }
    print (line ~ /^\./ ? "\\&" : "") line
}

function print_text(line) {
    sub(/^ +/, "", line)
    put(escaped(line))
}

# What is typed as it stands is bold, what stands for something else italic.
function marked(term,    out) {
    while (match(term, /-+[a-zA-Z][a-z-]*|[a-z_][a-z0-9_-]*|[A-Z][A-Z]*/)) {
        out = out escaped(substr(term, 1, RSTART - 1))
        out = out (substr(term, RSTART, 1) ~ /[A-Z]/ ? "\\fI" : "\\fB")
        out = out escaped(substr(term, RSTART, RLENGTH)) "\\fR"
        term = substr(term, RSTART + RLENGTH)
    }
    return out escaped(term)
}

# Reads a help into `lines`, of which there are n_lines.
function read_help(command,    line) {
    n_lines = 0
    while ((command | getline line) > 0)
        lines[++n_lines] = line
    if (close(command) != 0 || n_lines == 0 || lines[1] !~ /^Usage: /)
        fail(command " prints no help")
}

function is_entry(line) {
    return line ~ /^  (    --)?[^ ]/
}

# Splits an entry into `term` and `text`, which may begin on the next line only.
function split_entry(line) {
    sub(/^ +/, "", line)
    text = ""
    term = line
    if (match(line, /   *[^ ]/)) {
        term = substr(line, 1, RSTART - 1)
        text = substr(line, RSTART + RLENGTH - 1)
    }
    if (term ~ /^-/ && term !~ /^(-[a-zA-Z], )?--[a-z-]+(( |\[=)[^ ]+)?$/)
        fail("not an option and its argument, two spaces before the text: " line)
}

# How many lines the usage has.
function usage_lines(    n) {
    for (n = 1; n < n_lines && lines[n + 1] ~ /^ /; n++) {}
    return n
}

function print_usage(    i, line) {
    for (i = 1; i <= usage_lines(); i++) {
        line = lines[i]
        sub(/^Usage: +|^ +/, "", line)
        put(marked(line))
    }
    n_printed = 1
}

function print_help(    i, line, kind) {
    for (i = usage_lines() + 1; i <= n_lines; i++) {
        line = lines[i]
        if (line == "") {
            if (kind == "example") print ".EE"
            kind = ""
        } else if (line == "Examples:") {
            print ".PP\nExamples:\n.PP\n.EX"
            kind = "example"
        } else if (kind == "example") {
            print escaped(line)
        } else if (line !~ /^ /) {
            if (kind == "" && n_printed++ > 0) print ".PP"
            print_text(line)
            kind = "paragraph"
        } else if (is_entry(line)) {
            split_entry(line)
            print ".TP\n" marked(term)
            if (text != "") print_text(text)
            kind = "list"
        } else if (kind == "list") {
            print_text(line)
        } else
            fail("not understood in a help: " line)
    }
    if (kind == "example") print ".EE"
}

# Keeps of every option of a help what is said of it.
function read_options(    i, name, line) {
    for (i = usage_lines() + 1; i <= n_lines && lines[i] != "Examples:"; i++) {
        if (lines[i] == "")
            name = ""
        else if (is_entry(lines[i])) {
            split_entry(lines[i])
            name = ""
            if (match(term, /--[a-z-]+/)) {
                name = substr(term, RSTART + 2, RLENGTH - 2)
                help_of[name] = text
            }
        } else if (name != "") {
            line = lines[i]
            sub(/^ +/, " ", line)
            help_of[name] = help_of[name] line
        }
    }
    has_options = 1
}

# What --help has further down, the manual page has.
function print_comment(text,    words, n, i, line) {
    sub(/^ +/, "", text)
    sub(/see below/, "see cratedex-server(8)", text)
    n = split(toupper(substr(text, 1, 1)) substr(text, 2), words, " ")
    line = "#"
    for (i = 1; i <= n; i++) {
        if (length(line " " words[i]) > 79) {
            print line
            line = "#"
        }
        line = line " " words[i]
    }
    print line
}

function program(    command) {
    command = $0
    sub(/^@[a-z]+ +/, "", command)
    return folder "/" command
}

/^@usage / { read_help(program()); print_usage(); next }
/^@help / { read_help(program()); n_printed = 0; print_help(); next }
/^@options / { read_help(program()); read_options(); next }
/^@commands / {
    read_help(program() " help")
    n_commands = 0
    for (i = 1; i <= n_lines && lines[i] != "Commands:"; i++) {}
    for (i++; i <= n_lines && lines[i] != ""; i++)
        if (lines[i] ~ /^  [a-z]/) {
            split_entry(lines[i])
            commands[++n_commands] = term
        }
    if (n_commands == 0) fail(program() " lists no commands")
    for (i = 1; i <= n_commands; i++) {
        print ".SS " commands[i]
        read_help(program() " help " commands[i])
        print_usage()
        print_help()
    }
    next
}
has_options && /^#?[a-z-]+ = / {
    name = $1
    sub(/^#/, "", name)
    if (!(name in help_of)) fail("the program has no option " name)
    print_comment(help_of[name])
    is_explained[name] = 1
}
{
    gsub(/@date/, date)
    gsub(/@version/, version)
    gsub(/@sysconfdir/, sysconfdir)
    print
}
END {
    if (failed) exit 1
    for (name in help_of)
        if (!(name in is_explained) && name !~ /^(help|version|config)$/)
            fail("lacks the option " name)
}
