/* The block of the crates' values, made. */
#ifndef CRATEDEX_INDEX_CRATE_VALUES_BUILD_H
#define CRATEDEX_INDEX_CRATE_VALUES_BUILD_H

#include "index/segment/crate_values.h"

#include <cratedex/error.h>
#include <msgpack/sbuffer.h>
#include <stddef.h>
#include <stdint.h>

/* What one attribute is built from. Values are places in its dictionary, in the order in which they
   were added, from 0. */
struct attribute_builder {
    msgpack_sbuffer values; /* of struct built_value */
    msgpack_sbuffer texts;
    msgpack_sbuffer places; /* of uint32_t: the values of all crates, by rank */
    msgpack_sbuffer starts; /* of uint32_t: the first of each crate */
};

struct crate_values_builder {
    struct attribute_builder attributes[N_CRATE_ATTRIBUTES];
};

void crate_values_builder_init(struct crate_values_builder *builder);
void crate_values_builder_destroy(struct crate_values_builder *builder);

/* Adds a value to a dictionary, which has it not yet: its text of 1 … CRATE_VALUE_MAX_BYTES, and
   the id of the keyword or category, which other attributes do without. Stores its place. Returns 0
   or -1 (memory, 2^32). */
int crate_values_builder_value(struct crate_values_builder *builder, enum crate_attribute attribute,
                               const char *text, size_t length, int64_t id, uint32_t *place,
                               struct error *error);

/* Gives a crate a value, be it once more. Crates come by rank. Returns 0 or -1. */
int crate_values_builder_add(struct crate_values_builder *builder, enum crate_attribute attribute,
                             uint32_t rank, uint32_t place, struct error *error);

/* Appends the block to `block`; values that no crate has are left out. Returns 0 or -1. */
int crate_values_builder_finish(struct crate_values_builder *builder, uint32_t n_crates,
                                msgpack_sbuffer *block, struct error *error);

#endif
