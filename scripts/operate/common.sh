# What the scripts for operators share: messages, options, processes that a signal ends, and facts of files.
# They read this with `here` set to their folder, and `name` and `is_quiet` to what they are.
# shellcheck shell=dash
# shellcheck disable=SC2034,SC2154 # variables that the one file sets and another reads

version=@version@ # by make install
[ "$version" != "@"version@ ] || version=$(sed -n 's/^VERSION = //p' "$here/../Makefile")

say() { [ -n "$is_quiet" ] || printf '%s: %s\n' "$name" "$*"; }

# end STATUS MESSAGE…
end() {
    status=$1
    shift
    printf '%s: %s\n' "$name" "$*" >&2
    exit "$status"
}

fail() { end 1 "$@"; }

wrong_usage() { end 2 "$* (see: $0 --help)"; }

# ---- Options ----

# next_option TAKING WORD…: reads the option that the words begin with into `option` and `value`, and into
# `n_words` how many they are. TAKING lists the options that take a value.
next_option() {
    taking=" $1 "
    shift
    option=$1
    value=
    n_words=1
    has_value=
    case $1 in
    --*=*)
        option=${1%%=*}
        value=${1#*=}
        has_value=1
        ;;
    esac
    case $taking in
    *" $option "*)
        [ -n "$has_value" ] || {
            [ $# -ge 2 ] || wrong_usage "$option wants a value"
            value=$2
            n_words=2
        }
        ;;
    *) [ -z "$has_value" ] || wrong_usage "$option takes no value, or is no option" ;;
    esac
}

# want_number NAME VALUE LEAST MOST
want_number() {
    case $2 in
    '' | *[!0-9]* | ??????????*) wrong_usage "$1 wants a number, not '$2'" ;;
    esac
    if [ "$2" -lt "$3" ] || [ "$2" -gt "$4" ]; then
        wrong_usage "$1 wants a number from $3 to $4, not $2"
    fi
}

# bytes_of NAME N[K|M|G|T]: sets `bytes`.
bytes_of() {
    number=${2%[KMGT]}
    want_number "$1" "$number" 0 999999999
    case $2 in
    *K) bytes=$((number << 10)) ;;
    *M) bytes=$((number << 20)) ;;
    *G) bytes=$((number << 30)) ;;
    *T) bytes=$((number << 40)) ;;
    *) bytes=$number ;;
    esac
    [ $((bytes >> 50)) -eq 0 ] || wrong_usage "$1 is too large: $2"
}

# ---- Processes ----

child=
beside=

# run COMMAND…: only `wait` lets a signal through, whose trap calls `end_child`. `beside` names a function that
# runs beside it, is given its process, and ends with that. The lock, 9, goes to the command alone.
run() {
    "$@" &
    child=$!
    [ -z "$beside" ] || "$beside" "$child" 9<&- &
    status=0
    wait "$child" || status=$?
    child=
    [ -z "$beside" ] || wait
    return "$status"
}

# In front of a command: the kernel ends it when this script is killed. A service's filter of system calls may not
# let setpriv do it, and systemd ends all of a service together anyway.
tied='setpriv --pdeathsig TERM'
$tied true 2>/dev/null || tied=

end_child() {
    trap '' HUP INT TERM
    [ -z "$child" ] || kill "$child" 2>/dev/null || :
    wait
}

# ---- Facts ----

size_of() { stat -L -c %s "$1" 2>/dev/null || echo 0; }

# human BYTES: as people say it, "4.2 MiB"
human() {
    if [ "$1" -lt 1024 ]; then
        echo "$1 bytes"
        return
    fi
    tenths=$(($1 * 10))
    for unit in KiB MiB GiB TiB; do
        tenths=$((tenths / 1024))
        [ "$tenths" -ge 10240 ] || break
    done
    echo "$((tenths / 10)).$((tenths % 10)) $unit"
}

seconds_of() { date -u -d "${1:-none}" +%s 2>/dev/null || echo 0; }

# Bytes that are free where a folder is.
free_in() { echo $(($(df -Pk "$1" | awk 'NR == 2 { print $4 }') * 1024)); }

# fact NAME FILE: what stands in a line behind that name.
fact() {
    [ -f "$2" ] || return 0
    while read -r key text; do
        [ "$key" != "$1" ] || { printf '%s\n' "$text"; break; }
    done <"$2"
}
