# shellcheck shell=bash
# Completion for Cratedex's programs in bash. Commands and options come from the --help of the
# program that is being typed, so that they are always its own; so does what an option takes, by the name of its
# argument. Here stand only the words that some options take (tests/install holds them against the programs).

# _cratedex_help PROGRAM [COMMAND]: prints the help.
_cratedex_help()
{
    if [ $# -gt 1 ]; then "$1" help "$2"; else "$1" --help; fi 2>/dev/null
}

# _cratedex_commands PROGRAM: prints the commands.
_cratedex_commands()
{
    _cratedex_help "$1" | sed -n '/^Commands:$/,/^$/s/^  \([a-z-]*\) .*/\1/p'
}

# _cratedex_options PROGRAM [COMMAND]: prints "OPTION ARGUMENT" for every option, short and long; no ARGUMENT
# where it takes none.
_cratedex_options()
{
    local line entry='^  ((-[a-zA-Z]), |    )(--[a-z-]+)( ([^ ]+))?'
    while IFS= read -r line; do
        [[ $line =~ $entry ]] || continue
        [ -z "${BASH_REMATCH[2]}" ] || printf '%s\n' "${BASH_REMATCH[2]} ${BASH_REMATCH[5]}"
        printf '%s\n' "${BASH_REMATCH[3]} ${BASH_REMATCH[5]}"
    done < <(_cratedex_help "$@")
}

# _cratedex_words CURRENT WORD...: completes words.
_cratedex_words()
{
    local current=$1
    shift
    mapfile -t COMPREPLY < <(compgen -W "$*" -- "$current")
}

# _cratedex_list CURRENT WORD...: completes the last of some words with commas between them.
_cratedex_list()
{
    local current=$1 before=''
    shift
    [[ $current != *,* ]] || before=${current%,*},
    mapfile -t COMPREPLY < <(compgen -P "$before" -W "$*" -- "${current##*,}")
}

# _cratedex_files CURRENT [SUFFIX...]: completes folders, and the files that end so, or any.
_cratedex_files()
{
    local current=$1 file suffix
    shift
    compopt -o filenames 2>/dev/null
    while IFS= read -r file; do
        if [ -d "$file" ] || [ $# -eq 0 ]; then
            COMPREPLY+=("$file")
            continue
        fi
        for suffix; do
            [[ $file != *"$suffix" ]] || COMPREPLY+=("$file")
        done
    done < <(compgen -f -- "$current")
}

# _cratedex_value CURRENT OPTION ARGUMENT: completes what an option takes.
_cratedex_value()
{
    case $2 in
    --access-log) _cratedex_words "$1" json combined off ;;
    --filter)
        compopt -o nospace 2>/dev/null
        _cratedex_words "$1" license= rust_version= rust_version_known=yes edition= has= no_std=yes stable=yes \
            updated_since= created_since= min_downloads= depends_on= kind= owner= keyword= category=
        ;;
    --facets) _cratedex_list "$1" category keyword license edition rust_version has ;;
    --match) _cratedex_words "$1" best all ;;
    --sort) _cratedex_words "$1" relevance alphabetical downloads recent-downloads recent-updates new ;;
    --index) _cratedex_files "$1" .cdx ;;
    *)
        case $3 in
        *[a-z]\|*) _cratedex_words "$1" "${3//|/ }" ;;
        FILE | OUT | PATH | KEY | PUB | WHERE) _cratedex_files "$1" ;;
        FOLDER)
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -d -- "$1")
            ;;
        esac
        ;;
    esac
}

# _cratedex_operand CURRENT COMMAND: completes the file that a command works on, unless it is there already.
_cratedex_operand()
{
    local word
    for word in "${COMP_WORDS[@]:2:COMP_CWORD-2}"; do
        [ ! -e "$word" ] || return
    done
    case $2 in
    build) _cratedex_files "$1" .tar.gz .tgz .zip ;;
    help) ;;
    *) _cratedex_files "$1" .cdx ;;
    esac
}

# _cratedex PROGRAM CURRENT PREVIOUS: what bash calls.
_cratedex()
{
    local program=${1/#\~/$HOME} current=$2 previous=$3 command='' has_commands=false option argument
    COMPREPLY=()
    if [[ $program == *-index ]]; then
        has_commands=true
        [ "$COMP_CWORD" -eq 1 ] || command=${COMP_WORDS[1]}
    fi

    # "--name=value" is three words where "=" parts words, as it does by default.
    if [ "$current" = = ]; then
        current=''
    elif [ "$previous" = = ] && [ "$COMP_CWORD" -gt 1 ]; then
        previous=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    while read -r option argument; do
        if [ "$option" = "$previous" ] && [ -n "$argument" ]; then
            _cratedex_value "$current" "$option" "$argument"
            return
        fi
    done < <(_cratedex_options "$program" ${command:+"$command"})

    if [[ $current == -* ]]; then
        _cratedex_words "$current" "$(_cratedex_options "$program" ${command:+"$command"} | cut -d ' ' -f 1)"
    elif "$has_commands"; then
        if [ "$COMP_CWORD" -eq 1 ] || { [ "$command" = help ] && [ "$COMP_CWORD" -eq 2 ]; }; then
            _cratedex_words "$current" "$(_cratedex_commands "$program")"
        else
            _cratedex_operand "$current" "$command"
        fi
    fi
}

complete -F _cratedex cratedex-index cratedex-server cratedex-fetch-dump cratedex-nightly
