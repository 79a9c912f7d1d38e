# Whether what was fetched is a dump, whole, and not older than the one before. A part of ../fetch-dump.
# shellcheck shell=dash
# shellcheck disable=SC2034,SC2154 # variables that the one file sets and another reads

# timestamp_in DUMP NAME: what its metadata of that name says.
timestamp_in() {
    gzip -dc <"$1" 2>/dev/null 9<&- | tar -xOf - --occurrence=1 -- "$2" 2>/dev/null 9<&- | head -c 65536 |
        tr -d '\n' | sed -n 's/.*"timestamp" *: *"\([0-9][0-9T:.Z+-]*\)".*/\1/p'
}

metadata_in() { grep -E '(^|/)metadata\.json$' | head -n 1; }

# All names, and gzip's checksum at its end, before which a tar may end. Bounded by the time, as the transfer is.
# shellcheck disable=SC2317 # by run
list_names() {
    exec 9<&-
    {
        status=0
        timeout $((deadline - $(date +%s) + 1)) gzip -dc <"$1" 2>"$work/gzip" || status=$?
        echo "$status" >"$work/gzip.status"
    } | {
        tar -tf - >"$work/names" 2>"$work/tar" || echo failed >"$work/tar.status"
        cat >/dev/null
    }
}

# Of no use any more, so that the next run begins anew.
refuse() {
    rm -rf "$work"
    fail "$*; $output is as it was"
}

# Returns 1 where gzip finds the body damaged, and says why in `reason`. Sets `size` and `timestamp`.
check_body() {
    size=$(size_of "$body")
    read_answer "$work/headers"
    [ -z "$total" ] || [ "$total" = "$size" ] || refuse "$size bytes came, and it should have been $total"
    [ "$size" -gt 0 ] || refuse "the answer of $shown_url is empty"
    if [ "$(head -c 2 "$body" | od -An -tx1 | tr -d ' ')" != 1f8b ]; then
        start=$(head -c 60 "$body" | tr -c '[:alnum:][:punct:]' ' ')
        refuse "$shown_url is no .tar.gz${type:+ but $type}, it begins with: $start"
    fi
    say "checking $(human "$size")"
    rm -f "$work/tar.status"
    run list_names "$body"
    if [ "$(cat "$work/gzip.status")" -ne 0 ]; then
        reason=$(sed 's/^gzip: *//; s/^stdin: *//; /^$/d' "$work/gzip" | head -n 1)
        return 1
    fi
    [ ! -e "$work/tar.status" ] || refuse "it is no tar archive: $(head -n 1 "$work/tar")"
    for table in crates versions; do
        grep -Eq "(^|/)data/$table\.csv\$" "$work/names" ||
            refuse "it has no data/$table.csv: is $shown_url a crates.io database dump?"
    done
    metadata=$(metadata_in <"$work/names")
    timestamp=$(timestamp_in "$body" "${metadata:-metadata.json}")
    [ "$(seconds_of "$timestamp")" -gt 0 ] || refuse "it has no metadata.json with a \"timestamp\""
}

check_age() {
    [ -f "$output" ] && [ -z "$allow_older" ] || return 0
    before=
    [ "$(fact length "$origin")" != "$(size_of "$output")" ] || before=$(fact timestamp "$origin")
    if [ -z "$before" ]; then
        metadata=$(tar -tzf - <"$output" 2>/dev/null 9<&- | metadata_in)
        before=$(timestamp_in "$output" "${metadata:-metadata.json}")
    fi
    [ "$(seconds_of "$timestamp")" -ge "$(seconds_of "$before")" ] ||
        refuse "the server's dump is of $timestamp, older than $before; to take it all the same: --allow-older"
}
