#!/bin/sh
# Builds another commit and compares it with the programs in BUILD: tests/bench/bench_compare.c says how.
# The base is unpacked below $BUILD/compare/<commit> and built there by its own Makefile; it stays for the
# next time. Leaves $BUILD/compare/result.json.
# Usage: sh tests/bench/compare.sh COMMIT, from the repository's root; make bench-compare BASE=COMMIT does it
# Environment: BUILD, MAKE, DUMP, QUERIES, ROUNDS
# Status: 0, 1 for a regression, 2 where it could not be compared. (make itself ends with 2 in both cases;
# result.json, and the line that begins with "regression:", tell them apart.)
set -u

build=${BUILD:-build}
make=${MAKE:-make}
folder=$build/compare

fail() {
    printf 'bench-compare: %s\n' "$*" >&2
    exit 2
}

case ${1-} in
'') fail 'name the commit to compare with: make bench-compare BASE=COMMIT' ;;
esac
commit=$(git rev-parse --verify --quiet --end-of-options "$1^{commit}") ||
    fail "git knows no commit '$1': git log lists them; a shallow clone needs git fetch --unshallow"
base=$folder/$commit
unpacked=$base.$$

trap 'rm -rf "$unpacked" "$unpacked.tar" "$folder/result.json.new"' EXIT
trap 'exit 130' INT
trap 'exit 143' HUP TERM

# Whole or not at all, so that an interrupted run leaves nothing that looks finished.
if [ ! -d "$base" ]; then
    mkdir -p "$unpacked" || exit 2
    if ! git archive --output "$unpacked.tar" "$commit" || ! tar -xf "$unpacked.tar" -C "$unpacked" ||
        ! mv "$unpacked" "$base"; then
        fail "cannot unpack $commit below $folder"
    fi
fi

# It lies in a folder of this repository, whose commit is not its own: git must not find it.
GIT_CEILING_DIRECTORIES=$(cd "$folder" && pwd)
export GIT_CEILING_DIRECTORIES
printf 'building the base below %s\n' "$base"
# shellcheck disable=SC2086 # a command with its options
$make -C "$base" BUILD=build WERROR= V= all >"$base.log" 2>&1 || {
    tail -n 20 "$base.log" >&2
    fail "the base, $commit, does not build: see $base.log"
}

printf 'base %s\nhead the working tree, %s\n' "$(git show --no-patch --format='%h %s' "$commit")" \
    "$(git describe --always --dirty)"
rm -f "$folder/result.json"
"$build/cratedex-bench" compare --base "$base/build" --head "$build" --dump "${DUMP:-data}" \
    --queries "${QUERIES:-tests/bench/queries.txt}" ${ROUNDS:+--rounds "$ROUNDS"} --json \
    >"$folder/result.json.new"
status=$?
if [ "$status" -le 1 ]; then
    mv "$folder/result.json.new" "$folder/result.json"
fi
exit "$status"
