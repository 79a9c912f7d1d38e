/* An index of a few crates that are told by their texts, and what a search finds in it. */
#ifndef CRATEDEX_TESTS_SUPPORT_DESCRIBED_CRATES_H
#define CRATEDEX_TESTS_SUPPORT_DESCRIBED_CRATES_H

#include "tests/support/built_index.h"

#include <cratedex/search.h>

/* What is NULL is not there. No text may have a quotation mark. */
struct described_crate {
    const char *name;
    const char *description;
    const char *keywords;   /* separated by spaces */
    const char *categories; /* slugs, separated by spaces */
    const char *readme;
    unsigned long downloads;
};

/* Builds an index of them; the last has no name. Fails the test where that fails. */
void described_crates_build(struct built_index *built, const struct described_crate *crates);

/* One index for all tests of a program: what cmocka calls around a group. `*state` becomes a struct
   built_index. They return 0. */
int described_crates_set_up(void **state, const struct described_crate *crates);
int described_crates_tear_down(void **state);

/* The names of what a search finds, in its order: "serde json". With match=all, relevance, and the
   ranking's defaults. Valid until the next call. */
const char *described_crates_found(struct built_index *built, const char *text);

/* The same by any query, whose text and limit are set. */
const char *described_crates_found_by(struct built_index *built, const char *text,
                                      struct search_query query);

#endif
