/* Short texts that name a crate in a way that other words are written, too. */
#ifndef CRATEDEX_INDEX_QUERY_LOOSE_NAME_H
#define CRATEDEX_INDEX_QUERY_LOOSE_NAME_H

#include "index/search/plan/query_cursor.h"
#include "index/search/plan/query_names.h"

#include <stdbool.h>

/* Reads a text that
   - ends in a version: `serde 1.0`, `serde-1.0.2.crate`, `serde@1.0`, `tokio >=1, <2`,
     `Compiling serde v1.0.2`;
   - is a path, a macro or a file: `serde_json::Value`, `tokio::spawn(f)`, `json!({})`, `regex.rs`;
   - calls the name a crate's: `clap crate`, `rust url`, "can't find crate for `clap`".
   The name may be several words (`tokio util 0.7`). Adds it and its version, and says in `*form`
   how sure the version is; returns whether there is a name. */
bool query_loose_name_read(struct search_string text, struct query_names *names,
                           enum query_version_form *form);

#endif
