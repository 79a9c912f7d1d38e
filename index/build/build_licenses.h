/* The licences of crates, from texts to compiled expressions and names. */
#ifndef CRATEDEX_INDEX_BUILD_LICENSES_H
#define CRATEDEX_INDEX_BUILD_LICENSES_H

#include "index/build/build_state.h"
#include "index/build/text_numbers.h"
#include "index/segment/crate_values_build.h"

struct build_licenses {
    struct text_numbers texts;     /* of expressions */
    struct text_numbers names;     /* in small letters */
    struct text_numbers spellings; /* of names */
    msgpack_sbuffer codes;         /* of uint32_t: of all expressions, with numbers of names + 1 */
    uint32_t *code_starts;         /* by text, and the end */
    uint32_t *n_crates;            /* by text */
};

/* Empty ones are all zeros. */
void build_licenses_destroy(struct build_licenses *licenses);

/* Notes in build->license_numbers what the licence of a crate is. Returns 0 or -1. */
int build_licenses_add(struct build_licenses *licenses, struct build *build, uint32_t rank,
                       const char *text, size_t length, struct error *error);

/* When all have come: gives every crate the names in its licence. Returns 0 or -1. */
int build_licenses_give_names(struct build_licenses *licenses, struct build *build,
                              struct crate_values_builder *values, struct error *error);

/* When build->values is there: writes the expressions as a part, and makes build->license_numbers
   theirs. Returns 0 or -1. */
int build_licenses_write(struct build_licenses *licenses, struct build *build, struct error *error);

#endif
