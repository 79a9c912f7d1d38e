#!/bin/sh
# Requests a second of a cached answer, next to a bare libmicrohttpd program (bare_http) that sends
# the same bytes: what the difference is, the server costs. Both run at the same time with the same
# number of threads, only one is asked at a time, in turn.
set -eu

usage() {
    cat <<'END'
Usage: tests/bench/http_compare.sh INDEX [TARGET]

  INDEX    an index file
  TARGET   what to ask for (default /api/v1/crates?q=serde)
Environment: BUILD (default build), ROUNDS (3), SECONDS_A_RUN (5), THREADS (2, of each server),
CONNECTIONS ("1 64")
END
}

case ${1-} in
--help | -h) usage; exit 0 ;;
esac
if [ $# -lt 1 ] || [ $# -gt 2 ]; then
    usage >&2
    exit 2
fi
index=$1
target=${2-/api/v1/crates?q=serde}
build=${BUILD:-build}
rounds=${ROUNDS:-3}
duration=${SECONDS_A_RUN:-5}
threads=${THREADS:-2}

for program in wrk curl; do
    if ! command -v $program >/dev/null; then
        printf 'http_compare: %s is not installed\n' $program >&2
        exit 1
    fi
done

folder=$(mktemp -d)
server='' bare=''
clean_up() {
    trap - EXIT
    for pid in $server $bare; do
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    rm -rf "$folder"
}
trap clean_up EXIT
trap 'clean_up; exit 130' INT TERM

# wait_for PID FILE EXPRESSION: prints what sed's EXPRESSION finds in the FILE that a program with
# PID writes to, once it is there.
wait_for() {
    tries=100
    while [ $tries -gt 0 ]; do
        found=$(sed -n "$3" "$2" | head -n 1)
        if [ -n "$found" ]; then
            printf '%s\n' "$found"
            return 0
        fi
        kill -0 "$1" 2>/dev/null || break
        tries=$((tries - 1))
        sleep 0.1
    done
    printf 'http_compare: no port was printed:\n' >&2
    cat "$2" >&2
    return 1
}

: >"$folder/server.log"
: >"$folder/bare.log"
"$build/cratedex-server" --index "$index" --listen 127.0.0.1:0 --threads "$threads" \
    >"$folder/server.log" 2>&1 &
server=$!
port=$(wait_for $server "$folder/server.log" 's/.*127\.0\.0\.1:\([1-9][0-9]*\).*/\1/p')

# The first request fills the cache, the second gives the answer that is sent from then on.
url=http://127.0.0.1:$port$target
curl -fsS -o /dev/null "$url"
curl -fsS -D "$folder/headers" -o "$folder/body" "$url"

# What libmicrohttpd adds by itself is not given to the bare program.
set --
while IFS= read -r line; do
    line=$(printf '%s' "$line" | tr -d '\r')
    case $line in
    HTTP/* | '' | [Dd]ate:* | [Cc]onnection:* | [Cc]ontent-[Ll]ength:*) ;;
    *) set -- "$@" --header "$line" ;;
    esac
done <"$folder/headers"
"$build/bare_http" --body "$folder/body" --threads "$threads" "$@" >"$folder/bare.log" 2>&1 &
bare=$!
bare_port=$(wait_for $bare "$folder/bare.log" 's/^\([1-9][0-9]*\)$/\1/p')
bare_url=http://127.0.0.1:$bare_port$target
if ! curl -fsS "$bare_url" | cmp -s - "$folder/body"; then
    printf 'http_compare: the two answers differ\n' >&2
    exit 1
fi

# ask CONNECTIONS URL: requests a second. wrk wants at least one connection for each of its threads.
ask() {
    client_threads=2
    [ "$1" -ge 2 ] || client_threads=1
    wrk -t "$client_threads" -c "$1" -d "${duration}s" "$2" >"$folder/wrk"
    if grep -E 'Non-2xx|Socket errors' "$folder/wrk" >&2; then
        printf 'http_compare: %s failed\n' "$2" >&2
        return 1
    fi
    awk '/^Requests\/sec:/ { print $2 }' "$folder/wrk"
}

printf 'machine: %s, %s cores\n' \
    "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" "$(nproc)"
printf 'answer: %s bytes of %s, %s server threads, %s s a run\n\n' \
    "$(wc -c <"$folder/body")" "$target" "$threads" "$duration"
printf '%11s %6s %16s %16s %7s\n' connections round cratedex-server bare_http ratio
for connections in ${CONNECTIONS:-1 64}; do
    : >"$folder/rounds"
    round=1
    while [ "$round" -le "$rounds" ]; do
        ours=$(ask "$connections" "$url")
        theirs=$(ask "$connections" "$bare_url")
        printf '%s %s\n' "$ours" "$theirs" >>"$folder/rounds"
        awk -v c="$connections" -v r="$round" -v a="$ours" -v b="$theirs" \
            'BEGIN { printf "%11d %6d %16.0f %16.0f %7.3f\n", c, r, a, b, a / b }'
        round=$((round + 1))
    done
    awk -v c="$connections" '
        $1 > a { a = $1 } $2 > b { b = $2 }
        END { printf "%11d %6s %16.0f %16.0f %7.3f\n", c, "best", a, b, a / b }' "$folder/rounds"
done
