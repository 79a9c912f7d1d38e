# The options of ../nightly, and its configuration: variables of sh, each of which is an option as well. The
# command line comes before the configuration.
# shellcheck shell=dash
# shellcheck disable=SC2034,SC2154 # variables that the one file sets and another reads

usage() {
    cat <<END
Usage: $name [--config FILE] [OPTION]...
       $name --list
       $name --rollback
       $name --use STAMP

Bring the index of a registry up to date: fetch its dump where there is a newer
one, build an index of it, verify it, make it the current one, which a server
takes without a restart, and remove the oldest. Whatever fails, or is killed,
leaves the current one as it is; the next run goes on, and cleans up.

What to do instead:
      --list       show the indexes that are there: which is current, and which
                   --rollback takes
      --rollback   make the index current that was so before this one. The one
                   that is left is kept, and its dump is not built again, so the
                   next run changes nothing until there is a newer dump
      --use STAMP  make that index current, such as the one that was rolled back

Where:
      --config FILE     variables of sh, one for each option below that has a
                        value: --min-crates is MIN_CRATES, --sign is SIGN_KEY
                        (default /etc/cratedex/nightly.conf, where it exists)
      --no-config       read no configuration
      --state FOLDER    has what is below, and the link \`current\`; cratedex-server
                        --index FOLDER/current/crates.cdx serves it
                        (default /var/lib/cratedex)
      --dumps FOLDER    what was fetched (default dumps in the state)
      --indexes FOLDER  the indexes, each in a folder that is called by the time
                        when it was built (default indexes in the state)

What is built:
      --url URL     the dump (default https://static.crates.io/db-dump.tar.gz)
      --allow-http  let URL be http, see cratedex-fetch-dump(1)
      --dump FILE   fetch nothing, build of this one: .tar.gz, .zip or a folder
      --force       build though there is an index of this dump, or though that
                    was rolled back
      --downloads PATH
                    add downloads that cratedex-server --count-downloads counted;
                    several with a colon between
      --synonyms FILE
                    words that mean the same, see cratedex-index(1)
      --readmes WHERE
                    keep READMEs for the pages of crates: dump, those of the
                    dump, or a folder or an archive, see cratedex-index(1)
      --sign KEY    sign the index by this Ed25519 key
      --verify-key PUB
                    the index must have a signature by this public key
      --max-dump-bytes N[K|M|G|T]
                    refuse a dump that unpacks to more (default 64G)

What is taken:
      --min-crates PERCENT
                    refuse an index that has a smaller share of the crates that
                    the current one has; from 90 on, also where a table of the
                    dump lost more than a tenth of its rows (default 90)
      --allow-shrink
                    take it all the same
      --min-free N[K|M|G|T]
                    build only where so much is free in --indexes (default five
                    quarters of the current index, at first four times the dump)
      --keep N      how many indexes to keep, the current one among them; older
                    ones are removed once the new one is served (default 2)

How the server is told, which notices by itself within a second or two:
      --admin ADDR:PORT
                    by POST /-/reload there (cratedex-server --admin-listen). One
                    that refuses the index gets the one before back
      --pid-file FILE
                    by SIGHUP to the process in it (cratedex-server --pid-file)
      --server ADDR:PORT
                    wait until /readyz there says that it serves the new index
      --wait SECONDS
                    wait so long for that (default 60)

Other options:
  -h, --help        this text
  -V, --version     the version of the program

Exit status: 0 done, or there was nothing to do; 1 it failed, standard error
says why, and the index before is current; 2 the command line or the
configuration is wrong; 4 another run is going on; 128 and the signal's number
after a signal.
END
}

names='URL ALLOW_HTTP STATE DUMPS INDEXES DUMP DOWNLOADS SYNONYMS READMES SIGN_KEY VERIFY_KEY MAX_DUMP_BYTES'
names="$names MIN_CRATES MIN_FREE KEEP ADMIN PID_FILE SERVER WAIT"

set_defaults() {
    URL=https://static.crates.io/db-dump.tar.gz
    ALLOW_HTTP=no
    STATE=/var/lib/cratedex
    DUMPS=
    INDEXES=
    DUMP=
    DOWNLOADS=
    SYNONYMS=
    READMES=
    SIGN_KEY=
    VERIFY_KEY=
    MAX_DUMP_BYTES=64G
    MIN_CRATES=90
    MIN_FREE=
    KEEP=2
    ADMIN=
    PID_FILE=
    SERVER=
    WAIT=60
    action=
    wanted=
    force=
    allow_shrink=
}

# A name that is written wrong would be no error in sh, and nobody would know.
read_config() {
    [ -r "$1" ] || wrong_usage "cannot read the configuration $1"
    wrong=$(sh -n "$1" 2>&1) || wrong_usage "the configuration is no sh: $wrong"
    wrong=$(awk -v names="$names" '
        BEGIN { n = split(names, list); for (i = 1; i <= n; i++) known[list[i]] = 1 }
        match($0, /^[ \t]*(export[ \t]+)?[A-Za-z_][A-Za-z_0-9]*=/) {
            name = substr($0, RSTART, RLENGTH - 1)
            sub(/^[ \t]*(export[ \t]+)?/, "", name)
            if (!(name in known)) { print "line " NR ": there is no variable " name; exit }
        }' "$1")
    [ -z "$wrong" ] || wrong_usage "$1 $wrong; there are: $names"
    # shellcheck source=scripts/install/nightly.conf
    . "$(realpath "$1")"
}

config=/etc/cratedex/nightly.conf

# For --config, which is read before all others whatever its place.
find_config() {
    [ -e "$config" ] || config=
    while [ $# -gt 0 ]; do
        next_option "$taking_values" "$@"
        case $option in
        --config) config=$value; [ -n "$config" ] || wrong_usage '--config wants a FILE' ;;
        --no-config) config= ;;
        esac
        shift "$n_words"
    done
}

taking_values='--config --use --state --dumps --indexes --url --dump --downloads --synonyms --readmes --sign --verify-key'
taking_values="$taking_values --max-dump-bytes --min-crates --min-free --keep --admin --pid-file --server --wait"

choose() {
    [ -z "$action" ] || wrong_usage "--$action and --$1 exclude each other"
    action=$1
}

read_options() {
    set_defaults
    find_config "$@"
    [ -z "$config" ] || read_config "$config"
    n_downloads=0
    while [ $# -gt 0 ]; do
        next_option "$taking_values" "$@"
        case $option in
        --config | --no-config) ;;
        --list | --rollback) choose "${option#--}" ;;
        --use) choose use; wanted=$value ;;
        --state) STATE=$value ;;
        --dumps) DUMPS=$value ;;
        --indexes) INDEXES=$value ;;
        --url) URL=$value ;;
        --allow-http) ALLOW_HTTP=yes ;;
        --dump) DUMP=$value ;;
        --force) force=1 ;;
        --downloads) DOWNLOADS=$value ;;
        --synonyms) SYNONYMS=$value ;;
        --readmes) READMES=$value ;;
        --sign) SIGN_KEY=$value ;;
        --verify-key) VERIFY_KEY=$value ;;
        --max-dump-bytes) MAX_DUMP_BYTES=$value ;;
        --min-crates) MIN_CRATES=$value ;;
        --allow-shrink) allow_shrink=1 ;;
        --min-free) MIN_FREE=$value ;;
        --keep) KEEP=$value ;;
        --admin) ADMIN=$value ;;
        --pid-file) PID_FILE=$value ;;
        --server) SERVER=$value ;;
        --wait) WAIT=$value ;;
        -h | --help) usage; exit 0 ;;
        -V | --version) echo "$name $version"; exit 0 ;;
        *) wrong_usage "no such option: $1" ;;
        esac
        shift "$n_words"
    done
    check_values
}

check_values() {
    [ -n "$STATE" ] || wrong_usage 'the folder of the state is empty'
    case $ALLOW_HTTP in
    yes | no) ;;
    *) wrong_usage "ALLOW_HTTP wants yes or no, not '$ALLOW_HTTP'" ;;
    esac
    want_number --min-crates "$MIN_CRATES" 0 100
    want_number --keep "$KEEP" 1 1000
    want_number --wait "$WAIT" 0 86400
    bytes_of --max-dump-bytes "$MAX_DUMP_BYTES"
    MAX_DUMP_BYTES=$bytes
    if [ -n "$MIN_FREE" ]; then
        bytes_of --min-free "$MIN_FREE"
        MIN_FREE=$bytes
    fi
    for address in "$ADMIN" "$SERVER"; do
        case $address in
        '' | *?:[0-9]*) ;;
        *) wrong_usage "'$address' is no ADDR:PORT" ;;
        esac
    done
    for file in "$SYNONYMS" "$READMES" "$SIGN_KEY" "$VERIFY_KEY"; do
        [ -z "$file" ] || [ "$file" = dump ] || [ -n "$action" ] || [ -r "$file" ] || fail "cannot read $file"
    done
    STATE=$(realpath -m "$STATE")
    DUMPS=$(realpath -m "${DUMPS:-$STATE/dumps}")
    INDEXES=$(realpath -m "${INDEXES:-$STATE/indexes}")
    current=$STATE/current
}
