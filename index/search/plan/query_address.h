/* Addresses of pages, badges and repositories of crates. */
#ifndef CRATEDEX_INDEX_QUERY_ADDRESS_H
#define CRATEDEX_INDEX_QUERY_ADDRESS_H

#include "index/search/plan/query_names.h"

#include <stdbool.h>

/* Looks for addresses anywhere in the text, with or without a scheme: of crates.io, docs.rs, lib.rs
   and others that have a page a crate (so has any host under `/crates/`), of repositories on GitHub
   and its like, and package URLs (`pkg:cargo/serde@1.0`). Adds the crates that they name; returns
   whether there are any. */
bool query_addresses_read(struct search_string text, struct query_names *names);

#endif
