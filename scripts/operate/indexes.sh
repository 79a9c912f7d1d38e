# The indexes that are there, and which of them is current. A part of ../nightly.
#
# A folder of an index, called by the UTC time when it was built, has beside crates.cdx
#   about        lines "NAME VALUE": the hash of its dump, the hash of what else it depends on, the dump's
#                timestamp, how many crates
#   before       what `current` was a link to when this one took its place: --rollback goes there, whatever the
#                clock said; so one rename of the link changes both what is current and what is before it
#   rolled-back  where it was left by --rollback: its dump is not built again
# A folder is removed under another name, so that half of it is never taken for an index.
# shellcheck shell=dash
# shellcheck disable=SC2034,SC2153,SC2154 # variables that the one file sets and another reads

has_index() { [ -f "$INDEXES/$1/about" ] && [ -f "$INDEXES/$1/crates.cdx" ]; }

# Prints the stamps, the oldest first.
stamps() {
    for folder in "$INDEXES"/[0-9]*; do
        ! has_index "${folder##*/}" || echo "${folder##*/}"
    done
}

# What `current` is a link to, for an index: relative, so that the whole state can be moved.
target_of() {
    case $INDEXES in
    "$STATE"/*) echo "${INDEXES#"$STATE"/}/$1" ;;
    *) echo "$INDEXES/$1" ;;
    esac
}

# The stamp that a link's text leads to; nothing where it is none of ours.
stamp_of() {
    stamp=${1##*/}
    if [ -n "$1" ] && [ "$1" = "$(target_of "$stamp")" ] && has_index "$stamp"; then
        echo "$stamp"
    fi
}

current_stamp() { stamp_of "$(readlink "$current")"; }

# before_of STAMP: the link's text before it
before_of() { [ ! -f "$INDEXES/$1/before" ] || cat "$INDEXES/$1/before"; }

describe_current() {
    if [ -e "$current/crates.cdx" ]; then
        echo "the current index is $(readlink "$current") still"
    else
        echo "there is no current index"
    fi
}

new_stamp() {
    stamp=$(date -u +%Y%m%dT%H%M%SZ)
    n=2
    candidate=$stamp
    while [ -e "$INDEXES/$candidate" ]; do
        candidate=$stamp-$n
        n=$((n + 1))
    done
    echo "$candidate"
}

remove_leftovers() {
    rm -f "$current.new"
    rm -rf "$building" "$INDEXES"/.removed-*
}

# want_to_write FOLDER…
want_to_write() {
    for folder in "$@"; do
        [ -d "$folder" ] || fail "there is no folder $folder"
        [ -w "$folder" ] || fail "cannot write to $folder: run this as root or its owner, $(stat -c %U "$folder")"
    done
}

# Held until the end of this process.
lock_current() {
    exec 8<"$STATE"
    flock -w 120 8 || end 4 "another run is changing $current, and does not end"
}

# remember STAMP NAME VALUE, in a file of that name, in one step
remember() {
    printf '%s\n' "$3" >"$INDEXES/$1/$2.new"
    mv "$INDEXES/$1/$2.new" "$INDEXES/$1/$2"
}

# point_to TARGET: the one step that changes what is served.
point_to() {
    ln -sfn "$1" "$current.new"
    mv -T "$current.new" "$current"
    sync "$STATE" 2>/dev/null || :
}

# read_info INDEX: sets `crates` and `timestamp`.
read_info() {
    facts=$("$index_program" info "$1" --json 2>/dev/null) || return 1
    crates=$(printf '%s\n' "$facts" | sed -n 's/^ *"crates": \([0-9]*\),*$/\1/p' | head -n 1)
    timestamp=$(printf '%s\n' "$facts" | sed -n 's/^ *"dump_timestamp": "\([^"]*\)",*$/\1/p')
    [ -n "$crates" ]
}

# Sets `crates`, and empty where it cannot be told. What was written down counts, for an index of an older format
# cannot be read any more.
crates_of_current() {
    crates=
    stamp=$(current_stamp)
    [ -z "$stamp" ] || crates=$(fact crates "$INDEXES/$stamp/about")
    [ -n "$crates" ] || read_info "$current/crates.cdx" || crates=
}

# find_build DUMP MAKER: an index of that dump. Sets `found` and `found_state`: current, rolled-back, built or none.
find_build() {
    found=$(current_stamp)
    found_state=none
    if [ -n "$found" ] && [ "$(fact dump "$INDEXES/$found/about")" = "$1" ]; then
        [ "$(fact maker "$INDEXES/$found/about")" != "$2" ] || found_state=current
        return
    fi
    for stamp in $(stamps); do
        [ "$(fact dump "$INDEXES/$stamp/about")" = "$1" ] || continue
        found=$stamp
        if [ -e "$INDEXES/$stamp/rolled-back" ]; then
            found_state=rolled-back
            return
        fi
        [ "$(fact maker "$INDEXES/$stamp/about")" != "$2" ] || found_state=built
    done
}

check_free_space() {
    need=$MIN_FREE
    if [ -z "$need" ]; then
        if [ -e "$current/crates.cdx" ]; then
            need=$(($(size_of "$current/crates.cdx") * 5 / 4))
        else
            need=$(($(du -skL "$DUMP" | cut -f 1) * 4096))
        fi
    fi
    free=$(free_in "$INDEXES")
    [ "$free" -ge "$need" ] ||
        fail "not enough space to build in $INDEXES: $(human "$need") are needed, $(human "$free") are free;" \
            "free some, or say how much is enough by --min-free; $(describe_current)"
}

# Those that are not among the KEEP last to have been current; and of those that were rolled back, only where
# another has become current since.
remove_oldest() {
    kept=' '
    stamp=$(current_stamp)
    n=0
    while [ -n "$stamp" ] && [ "$n" -lt "$KEEP" ]; do
        kept="$kept$stamp "
        stamp=$(stamp_of "$(before_of "$stamp")")
        n=$((n + 1))
    done
    for stamp in $(stamps); do
        case $kept in
        *" $stamp "*) continue ;;
        esac
        [ -z "$is_published" ] && [ -e "$INDEXES/$stamp/rolled-back" ] && continue
        if mv "$INDEXES/$stamp" "$INDEXES/.removed-$stamp" && rm -rf "$INDEXES/.removed-$stamp"; then
            say "removed $stamp"
        else
            say "cannot remove $INDEXES/$stamp; it is not needed any more" >&2
        fi
    done
}

# ---- What the options do ----

list_indexes() {
    [ ! -d "$STATE" ] || [ -x "$STATE" ] || fail "cannot look into $STATE: run this as root or its owner"
    is=$(current_stamp)
    next=
    [ -z "$is" ] || next=$(stamp_of "$(before_of "$is")")
    if [ -z "$is" ] && [ -L "$current" ]; then
        say "$current is a link to $(readlink "$current"), which is none of these"
    fi
    if [ -z "$(stamps)" ]; then
        say "there is no index in $INDEXES yet; run $0"
        return
    fi
    printf '%-20s  %-20s  %9s  %9s  %s\n' INDEX DUMP CRATES SIZE STATE
    for stamp in $(stamps); do
        state=
        [ ! -f "$INDEXES/$stamp/crates.cdx.sig" ] || state=signed
        [ ! -e "$INDEXES/$stamp/rolled-back" ] || state="$state${state:+, }rolled back"
        [ "$stamp" != "$next" ] || state="$state${state:+, }--rollback goes here"
        [ "$stamp" != "$is" ] || state="$state${state:+, }current"
        printf '%-20s  %-20s  %9s  %9s  %s\n' "$stamp" "$(fact timestamp "$INDEXES/$stamp/about")" \
            "$(fact crates "$INDEXES/$stamp/about")" "$(human "$(size_of "$INDEXES/$stamp/crates.cdx")")" "$state"
    done
}

# leave_for TARGET: goes back to it from the current index
leave_for() {
    left=$(current_stamp)
    [ -z "$left" ] || : >"$INDEXES/$left/rolled-back"
    back=$(stamp_of "$1")
    [ -z "$back" ] || rm -f "$INDEXES/$back/rolled-back"
    point_to "$1"
    say "$current is ${back:-$1} now${left:+; $left is kept: $0 --use $left}"
    tell_server || fail "the server does not serve it: $reason"
}

roll_back() {
    want_to_write "$STATE" "$INDEXES"
    lock_current
    stamp=$(current_stamp)
    [ -n "$stamp" ] || fail "nothing to roll back: $current is no index of $INDEXES; see --list"
    target=$(before_of "$stamp")
    [ -n "$target" ] && [ -e "$STATE/$target/crates.cdx" ] || [ -e "$target/crates.cdx" ] ||
        fail "there is no index before $stamp; see --list, and --use to choose another"
    leave_for "$target"
}

use_index() {
    want_to_write "$STATE" "$INDEXES"
    lock_current
    has_index "$1" || fail "there is no index $1 in $INDEXES; see --list"
    stamp=$(current_stamp)
    [ "$stamp" != "$1" ] || { say "$1 is current already"; return; }
    # Back along the indexes before, or to another.
    n=0
    while [ -n "$stamp" ] && [ "$n" -lt 100 ]; do
        stamp=$(stamp_of "$(before_of "$stamp")")
        [ "$stamp" != "$1" ] || { leave_for "$(target_of "$1")"; return; }
        n=$((n + 1))
    done
    before=$(readlink "$current") || before=
    remember "$1" before "$before"
    rm -f "$INDEXES/$1/rolled-back"
    point_to "$(target_of "$1")"
    say "$current is $1 now"
    tell_server || fail "the server does not serve it: $reason"
}
