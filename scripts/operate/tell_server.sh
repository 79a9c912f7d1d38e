# Tells the server that another index is current, and waits until it serves it. A part of ../nightly.
#
# The server notices by itself, too; being told it says at once, and why it refuses. A server that is not there
# is none that failed: it takes the current index when it starts.
# shellcheck shell=dash
# shellcheck disable=SC2034,SC2154 # variables that the one file sets and another reads

# ask_server ADDR:PORT/PATH ARGUMENT…: sets `code` (000 where nobody answers) and `answer`.
ask_server() {
    address=$1
    shift
    answer=$(curl -q --silent --globoff --max-time "$((WAIT + 1))" --noproxy '*' --write-out '\n%{http_code}' "$@" \
        "http://$address" 2>/dev/null 8<&- 9<&-) || :
    code=$(printf '%s\n' "$answer" | tail -n 1)
    code=${code:-000}
    answer=$(printf '%s\n' "$answer" | sed '$d' | tr -d '\n' | head -c 500)
}

# serves CRATES TIMESTAMP: whether the answer says so
serves() {
    case $answer in
    *"\"crates\":$1,"*"\"dump\":\"$2\""*) return 0 ;;
    esac
    return 1
}

hang_up() {
    process=$(head -n 1 "$PID_FILE" 2>/dev/null) || process=
    case $process in
    '' | *[!0-9]*) say "the server is not told: no process in $PID_FILE" >&2; return ;;
    esac
    # A number that another program has by now gets no signal, of which it might die.
    if [ "$(cat "/proc/$process/comm" 2>/dev/null)" != cratedex-server ]; then
        say "the server is not told: process $process of $PID_FILE is no cratedex-server" >&2
    elif ! kill -HUP "$process"; then
        say "the server is not told: no right to signal process $process" >&2
    fi
}

# What an error says, for people.
detail() { printf '%s\n' "$answer" | sed 's/^{"errors":\[{"detail":"\(.*\)"}\]}$/\1/'; }

# Returns 1 where a server refuses the current index, or goes on to serve another one, and says why in `reason`.
tell_server() {
    [ -n "$ADMIN$PID_FILE$SERVER" ] || return 0
    find_facts
    waited_for=$SERVER
    if [ -n "$ADMIN" ]; then
        ask_server "$ADMIN/-/reload" --request POST --header 'X-Cratedex-Reload: 1'
        case $code in
        200)
            serves "$crates" "$timestamp" || {
                reason="$ADMIN serves another one, $answer: is its --index $current/crates.cdx?"
                return 1
            }
            say "the server at $ADMIN serves it"
            return 0
            ;;
        409)
            reason="$ADMIN refuses it: $(detail)"
            return 1
            ;;
        000) ;;
        404) say "$ADMIN has no /-/reload: is it what --admin-listen of the server says?" >&2 ;;
        *) say "$ADMIN answers $code to a reload: $(detail)" >&2 ;;
        esac
        waited_for=${SERVER:-$ADMIN}
    elif [ -n "$PID_FILE" ]; then
        hang_up
    fi
    [ -z "$waited_for" ] || wait_for_server "$waited_for"
}

# wait_for_server ADDR:PORT. An index that is damaged, or a server that ends, answers 503 meanwhile.
wait_for_server() {
    deadline=$(($(date +%s) + WAIT))
    while :; do
        ask_server "$1/readyz"
        if [ "$code" = 000 ]; then
            say "no server answers at $1; it takes the index when it starts" >&2
            return 0
        fi
        if [ "$code" = 200 ] && serves "$crates" "$timestamp"; then
            say "the server at $1 serves it"
            return 0
        fi
        [ "$(date +%s)" -lt "$deadline" ] || break
        run sleep 0.2 8<&- 9<&-
    done
    reason="after $WAIT s $1 answers $code, $answer; see its log, and whether its --index is $current/crates.cdx"
    return 1
}

# The crates and the timestamp as the server says them.
find_facts() {
    crates=
    timestamp=
    stamp=$(current_stamp)
    if [ -n "$stamp" ]; then
        crates=$(fact crates "$INDEXES/$stamp/about")
        timestamp=$(fact timestamp "$INDEXES/$stamp/about")
    else
        read_info "$current/crates.cdx" || :
    fi
}
