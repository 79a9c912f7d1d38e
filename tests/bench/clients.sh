#!/bin/sh
# What `cratedex-bench encoding` measures of other languages, below the folder of the programs: the npm packages of
# tests/bench/node (their versions and SHA-512 stand in package-lock.json; no script of theirs is run) and the Rust
# program of tests/bench/rust, of Debian's crates. What cannot be had is named with how to get it, and is no fault:
# the benchmark does without.
# Usage: sh tests/bench/clients.sh BUILD
# Exit status: 1 where something that is here failed.
set -eu

build=$(cd "$1" && pwd)
cd "$(dirname "$0")"
status=0

say() { printf 'bench-clients: %s\n' "$*"; }
fail() {
    say "$*" >&2
    status=1
}

if command -v node >/dev/null && command -v npm >/dev/null; then
    mkdir -p "$build/bench/node"
    cp node/package.json node/package-lock.json "$build/bench/node/"
    if (cd "$build/bench/node" && npm ci --ignore-scripts --no-audit --no-fund --silent); then
        say 'the npm packages are installed'
    else
        fail 'npm could not install the packages of tests/bench/node'
    fi
else
    say 'no node or npm: apt-get install nodejs npm'
fi

crates=/usr/share/cargo/registry
if ! cargo=$(sh ../cargo/find-cargo); then
    say 'no cargo 1.70 or newer: apt-get install cargo-web'
elif ! ls -d $crates/serde_json-* $crates/rmp-serde-* >/dev/null 2>&1; then
    say 'not installed: apt-get install librust-serde-json-dev librust-rmp-serde-dev'
else
    mkdir -p "$build/bench/rust"
    cp -Rp rust/. "$build/bench/rust/"
    if (cd "$build/bench/rust" && "$cargo" build --release --offline --quiet \
        --config 'source.crates-io.replace-with="debian"' --config "source.debian.directory=\"$crates\""); then
        cp "$build/bench/rust/target/release/decode_rust" "$build/bench/"
        say 'the Rust program is built'
    else
        fail 'cargo could not build tests/bench/rust'
    fi
fi
exit $status
