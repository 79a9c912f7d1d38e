/* Lines of manifests, of source code and of the shell that name crates. */
#ifndef CRATEDEX_INDEX_QUERY_STATEMENT_H
#define CRATEDEX_INDEX_QUERY_STATEMENT_H

#include "index/search/plan/query_names.h"

#include <stdbool.h>

/* Reads the statements that the text begins with, of one kind or several:
   - TOML, as in Cargo.toml and Cargo.lock: `serde = "1.0"`, `serde = { version = "1" }`,
     `[dependencies.serde]`, `[package] name = "serde"`, …
   - Rust: `use serde_json::Value;`, `extern crate serde;`
   - the shell: `cargo add serde --features derive`, `cargo update -p serde@1.0.2`
   A box without lines has made spaces of newlines, so that a statement may begin behind any other.
   Adds the crates that they name; returns whether there are any. */
bool query_statements_read(struct search_string text, struct query_names *names);

/* True for what stands where a crate's name does in a path, and is none: `std`, `crate`, `self`,
   … */
bool query_is_reserved(struct search_string name);

#endif
