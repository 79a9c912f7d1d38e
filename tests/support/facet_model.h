/* An index of random crates, and what each of them has: for tests that count. */
#ifndef CRATEDEX_TESTS_SUPPORT_FACET_MODEL_H
#define CRATEDEX_TESTS_SUPPORT_FACET_MODEL_H

#include "tests/support/built_index.h"

#include <cratedex/search_facets.h>
#include <stdint.h>

#define FACET_MODEL_CRATES 400
#define FACET_MODEL_WORDS 4
#define FACET_MODEL_KEYWORDS 14
#define FACET_MODEL_CATEGORIES 6
#define FACET_MODEL_RUST_VERSIONS 13
#define FACET_MODEL_MAX_VALUES 16 /* of an attribute that a crate has */

/* What descriptions have, the first ones more often; and the slugs. */
extern const char *const facet_model_words[FACET_MODEL_WORDS];
extern const char *const facet_model_categories[FACET_MODEL_CATEGORIES];

/* What a crate of the dump has, by id - 1; lists end with NULL. */
struct facet_model_crate {
    const char *values[N_SEARCH_FACETS][FACET_MODEL_MAX_VALUES + 1];
};

struct facet_model {
    struct built_index built;
    struct facet_model_crate crates[FACET_MODEL_CRATES]; /* by id - 1 */
    char keywords[FACET_MODEL_KEYWORDS][16];             /* the first ones more often */
    char rust_versions[FACET_MODEL_RUST_VERSIONS][16];
};

/* Builds the index, which built_index_remove removes. Names begin with c- or d-, the licences are
   MIT, Apache-2.0, Zlib and some that are rarer. */
void facet_model_build(struct facet_model *model);

/* A number below `n`, a smaller one more often. */
uint32_t facet_model_skewed(uint64_t *seed, uint32_t n);

#endif
