/* Small dumps in the official layout, written to order. */
#ifndef CRATEDEX_TESTS_SUPPORT_SMALL_DUMP_H
#define CRATEDEX_TESTS_SUPPORT_SMALL_DUMP_H

#include "tests/support/built_index.h"

#include <stddef.h>

#define SMALL_DUMP_CRATES 6

/* Writes an unpacked dump into `folder`, which exists and is empty: SMALL_DUMP_CRATES crates with
   two versions each, keywords, a category, owners and dependencies, one more version that belongs
   to no crate, and `n_more` crates `filler-1` … with one version each.

   Of the first crates, `json-parser` (70,000,001 downloads) has the word json in its name, and
   `yaml` (1,200) in its description, which also has wide characters, a tab, an escape sequence and
   more text than fits a narrow terminal. `network`, `net-pool` and `netting` share a prefix. */
void small_dump_write(const char *folder, size_t n_more);

/* Builds an index of it: see built_index_make. */
void small_dump_build(struct built_index *built, size_t n_more);

#endif
