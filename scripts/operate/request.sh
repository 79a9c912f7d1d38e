# Requests for a dump by curl. A part of ../fetch-dump, which tells how versions are kept apart.
# shellcheck shell=dash
# shellcheck disable=SC2034,SC2154 # variables that the one file sets and another reads

# ---- What an answer says ----

# read_answer FILE: what the last answer in it says, for those before redirected. Sets `http_status`, `etag`,
# `modified`, `date`, `type`, `retry_after`, and `total`, how long the whole is that it is or is a part of; each
# of them empty where it does not say.
read_answer() {
    headers=$1
    [ -f "$headers" ] || headers=/dev/null
    {
        read -r http_status
        read -r etag
        read -r modified
        read -r date
        read -r type
        read -r retry_after
        read -r total
    } <<SAID
$(awk '
        /^HTTP\// { split("", said); status = $2; next }
        match($0, /^[A-Za-z-]+:/) {
            text = substr($0, RLENGTH + 1)
            gsub(/^[ \t]+|[ \t\r]+$/, "", text)
            said[tolower(substr($0, 1, RLENGTH - 1))] = text
        }
        END {
            total = said["content-range"]
            sub(/.*\//, "", total)
            if (total == "" && said["transfer-encoding"] == "") total = said["content-length"]
            if (total !~ /^[0-9]+$/ || length(total) > 15) total = ""
            print status
            print said["etag"]
            print said["last-modified"]
            print said["date"]
            print said["content-type"]
            print said["retry-after"]
            print total
            print "and nothing else" # lest the shell drops the empty lines before it
        }' "$headers")
SAID
}

# Sets `validator`, which If-Range may name: a strong one of the answer that was read, or none. A date is one
# where it was a minute old.
find_validator() {
    validator=
    case $etag in
    '"'*) validator=$etag ;;
    *)
        [ -z "$modified" ] || [ $(($(seconds_of "$date") - $(seconds_of "$modified"))) -lt 60 ] ||
            validator=$modified
        ;;
    esac
}

# Whether the answer that went on is of the version that the body began with.
is_same_version() {
    read_answer "$work/headers"
    first_etag=$etag
    first_modified=$modified
    first_total=$total
    read_answer "$1"
    [ "$etag" = "$first_etag" ] || return 1
    [ -z "$modified" ] || [ "$modified" = "$first_modified" ] || return 1
    [ -z "$total" ] || [ -z "$first_total" ] || [ "$total" = "$first_total" ]
}

# ---- One request ----

# request FILE ARGUMENT…: curl, with what the answer says in FILE. Sets `code`, `curl_status`, `reason`.
request() {
    answer=$1
    shift
    remaining=$((deadline - $(date +%s)))
    [ "$remaining" -gt 0 ] ||
        fail "gave up after $max_time s (--max-time)$(what_is_kept)"
    : >"$work/result"
    curl_status=0
    run call_curl "$@" || curl_status=$?
    code=
    reason=
    read -r code reason <"$work/result" || :
    code=${code:-000}
    reason=${reason:-"curl ended with status $curl_status"}
}

# The URL may hold a password, which is nothing for a command line. A file that grows beyond the limit ends
# curl, where the length was not known before.
# shellcheck disable=SC2317 # by run
call_curl() {
    # shellcheck disable=SC3045 # dash has it
    ulimit -f $((max_bytes / 512 + 1)) 2>/dev/null || :
    # shellcheck disable=SC2086 # words, or none
    exec $tied curl -q --config - --no-buffer --globoff --location --max-redirs 5 --proto "$protocols" \
        --proto-redir "$protocols" --fail --user-agent "cratedex-fetch-dump/$version" \
        --connect-timeout 30 --speed-limit 1024 --speed-time 60 --max-time "$remaining" \
        --dump-header "$answer" --write-out '%{http_code} %{errormsg}\n' \
        "$@" >"$work/result" <<END
url = "$(printf '%s\n' "$url" | sed 's/[\\"]/\\&/g')"
END
}

# ask FILE ARGUMENT…: a request for what is newer than `known_etag` and `known_modified` are.
ask() {
    answer=$1
    shift
    if [ -z "$force" ]; then
        [ -z "$known_etag" ] || set -- "$@" --header "If-None-Match: $known_etag"
        [ -z "$known_modified" ] || set -- "$@" --header "If-Modified-Since: $known_modified"
    fi
    request "$answer" "$@"
    [ "$code" = 304 ] || return 0
    if [ -z "$force" ] && [ -n "$known_etag$known_modified" ]; then
        not_newer 'not modified'
    fi
    fail "the server answers 304 (not modified), though it was not asked that"
}

# Only a help: it tells early what a server would send. What is refused to it is left to the real request.
look_ahead() {
    ask "$work/head" --silent --head --output /dev/null
    [ "$code" = 200 ] && [ "$curl_status" -eq 0 ] || return 0
    read_answer "$work/head"
    if [ -z "$force" ] && [ -n "$known_etag" ] && [ "$etag" = "$known_etag" ]; then
        not_newer 'it has the same ETag'
    fi
    if [ -z "$force$allow_older" ] && [ -n "$known_modified" ] && [ -n "$modified" ] &&
        [ "$(seconds_of "$modified")" -lt "$(seconds_of "$known_modified")" ]; then
        fail "the server's dump is of $modified, older than $output of $known_modified;" \
            "to take it all the same: --allow-older"
    fi
    [ -n "$total" ] || return 0
    [ "$total" -le "$max_bytes" ] || fail "$(too_large) ($(human "$total"))"
    offset=$(size_of "$body")
    free=$(free_in "$folder")
    [ $((total - offset)) -lt "$free" ] ||
        fail "not enough space in $folder: the dump needs $(human $((total - offset)))," \
            "$(human "$free") are free; free some, or choose another place with --output"
    say "the dump has $(human "$total"), $(human "$free") are free in $folder"
    # A run before got it to its end, and was killed before it looked at it.
    if [ "$offset" -eq "$total" ] && is_same_version "$work/head"; then
        is_whole=1
    fi
}

what_is_kept() {
    size=$(size_of "$body")
    [ "$size" -eq 0 ] || echo "; the next run goes on at $(human "$size")"
}

too_large() { echo "the dump is larger than --max-bytes allows, which is $(human "$max_bytes")"; }

# ---- The body ----

# In a log, for a terminal has curl's bar. Ends with the process that it is given, and with this one.
tell_progress() {
    while :; do
        status=0
        timeout 30 tail --pid="$1" -s 0.1 -f /dev/null || status=$?
        [ "$status" -eq 124 ] && kill -0 $$ 2>/dev/null || return 0
        read_answer "$work/headers"
        say "fetched $(human "$(size_of "$body")")${total:+ of $(human "$total")}"
    done
}

# Gets the body, or more of it. Returns 0 when it is whole, 1 to try again, 2 to do so from its beginning.
fetch_body() {
    offset=$(size_of "$body")
    read_answer "$work/headers"
    find_validator
    if [ "$offset" -eq 0 ] || [ -z "$validator" ] || [ "$offset" -ge "${total:-$((offset + 1))}" ]; then
        begin_anew
        offset=0
    fi
    set -- --output "$body" --max-filesize "$max_bytes"
    answer=$work/headers
    if [ "$offset" -gt 0 ]; then
        is_in_parts=1
        say "going on at $(human "$offset")"
        answer=$work/resumed-headers
        set -- "$@" --continue-at "$offset" --header "If-Range: $validator"
    fi
    if [ -z "$is_quiet" ] && [ -t 2 ]; then
        set -- "$@" --progress-bar
    else
        set -- "$@" --silent
        beside=tell_progress
    fi
    ask "$answer" "$@"
    beside=
    if [ "$offset" -gt 0 ]; then
        case $code:$curl_status in
        206:*)
            is_same_version "$answer" || return 2
            rm "$answer"
            ;;
        200:* | 203:* | 416:*) return 2 ;;
        esac
        [ "$curl_status" -ne 33 ] || return 2
    fi
    case $curl_status:$code in
    0:200 | 0:203) return 0 ;;
    0:206)
        [ "$offset" -gt 0 ] || fail "the server sent a part (206) where the whole was asked for"
        return 0
        ;;
    22:408 | 22:425 | 22:429 | 22:500 | 22:502 | 22:503 | 22:504)
        reason="the server answers $code"
        return 1
        ;;
    22:404 | 22:410) fail "there is no dump at $shown_url: the server answers $code; see --url" ;;
    0:* | 22:*) fail "the server answers $code to $shown_url" ;;
    1:*) fail "$shown_url leads to what is not https; to follow all the same: --allow-http" ;;
    23:*) fail "cannot write to $work (is the disk full?)$(what_is_kept)" ;;
    47:*) fail "$shown_url redirects more than 5 times: in a circle? See --url" ;;
    63:* | 153:*)
        rm -rf "$work"
        fail "$(too_large)"
        ;;
    [5-7]:* | 16:* | 18:* | 28:* | 35:* | 52:* | 55:* | 56:* | 92:* | 95:* | 96:*) return 1 ;;
    *) fail "cannot fetch $shown_url: $reason" ;;
    esac
}

# wait_to_retry BYTES, which came before it broke off
wait_to_retry() {
    if [ "$1" -ge 1048576 ]; then
        n_retries=0
        delay=$retry_delay
    fi
    n_retries=$((n_retries + 1))
    [ "$n_retries" -le "$retries" ] ||
        fail "cannot fetch $shown_url: $reason$(what_is_kept)"
    wait_for=$delay
    read_answer "$answer"
    case $retry_after in
    '' | *[!0-9]* | ????*) ;;
    *) [ "$retry_after" -le "$delay" ] || wait_for=$retry_after ;;
    esac
    say "$reason; trying again in $wait_for s ($n_retries of $retries)"
    run sleep "$wait_for" 9<&-
    delay=$((delay * 2 < 60 ? delay * 2 : 60))
}

# Asks until the body is whole, or fails.
fetch_whole() {
    n_retries=0
    n_anew=0
    delay=$retry_delay
    while [ -z "$is_whole" ]; do
        size_before=$(size_of "$body")
        outcome=0
        fetch_body || outcome=$?
        case $outcome in
        0) is_whole=1 ;;
        2)
            n_anew=$((n_anew + 1))
            [ "$n_anew" -le 3 ] || fail 'the dump changes while it is fetched, again and again; try again later'
            say 'the server has another dump now, or cannot go on: fetching it from its beginning'
            begin_anew
            ;;
        *) wait_to_retry $(($(size_of "$body") - size_before)) ;;
        esac
    done
}
