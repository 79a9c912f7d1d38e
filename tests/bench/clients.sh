#!/bin/sh
# What `cratedex-bench encoding` measures of other languages, below the folder of the programs: the npm packages of
# tests/bench/node (their versions and SHA-512 stand in package-lock.json; no script of theirs is run) and the Rust
# program of tests/bench/rust, of Debian's crates. What cannot be had is named with how to get it, and is no fault:
# the benchmark does without.
# Usage: sh tests/bench/clients.sh BUILD
set -eu

build=$(cd "$1" && pwd)
cd "$(dirname "$0")"

say() { printf 'bench-clients: %s\n' "$*"; }

if command -v node >/dev/null && command -v npm >/dev/null; then
    mkdir -p "$build/bench/node"
    cp node/package.json node/package-lock.json "$build/bench/node/"
    (cd "$build/bench/node" && npm ci --ignore-scripts --no-audit --no-fund --silent)
    say 'the npm packages are installed'
else
    say 'no node or npm: apt-get install nodejs npm'
fi

crates=/usr/share/cargo/registry
if ! cargo=$(sh ../cargo/find-cargo) && ! cargo=$(command -v cargo); then
    say 'no cargo: apt-get install cargo'
elif ! ls -d $crates/serde_json-* $crates/rmp-serde-* >/dev/null 2>&1; then
    say 'not installed: apt-get install librust-serde-json-dev librust-rmp-serde-dev'
else
    mkdir -p "$build/bench/rust"
    cp -Rp rust/. "$build/bench/rust/"
    (cd "$build/bench/rust" && "$cargo" build --release --offline --quiet \
        --config 'source.crates-io.replace-with="debian"' --config "source.debian.directory=\"$crates\"")
    cp "$build/bench/rust/target/release/decode_rust" "$build/bench/"
    say 'the Rust program is built'
fi
