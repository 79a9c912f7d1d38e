/* The licence expressions of an index, compiled, so that those are found at once that a set of
   licences can meet. Expressions are numbered by falling number of crates (the default version's
   text, to the letter); their crates are groups of MEMBERSHIP_LICENSE. The names in them are values
   of CRATE_ATTRIBUTE_LICENSE: crate_value_find finds one. */
#ifndef CRATEDEX_INDEX_LICENSES_H
#define CRATEDEX_INDEX_LICENSES_H

#include <cratedex/error.h>
#include <msgpack/sbuffer.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Collects expressions by their numbers. */
struct licenses_builder {
    uint32_t n_expressions;
    msgpack_sbuffer code_starts;  /* of uint32_t: the first code of each */
    msgpack_sbuffer codes;        /* of uint32_t: license_expression.h */
    msgpack_sbuffer text_offsets; /* of uint32_t: where the text of each begins */
    msgpack_sbuffer texts;
};

void licenses_builder_init(struct licenses_builder *builder);
void licenses_builder_destroy(struct licenses_builder *builder);
/* Adds the next expression; in its codes, names are numbers of values. Returns 0 or -1 (memory,
   2^32). */
int licenses_builder_add(struct licenses_builder *builder, const char *text, size_t length,
                         const uint32_t *codes, uint32_t n_codes, struct error *error);
/* Appends the block to `block`. Returns 0 or -1. */
int licenses_builder_finish(struct licenses_builder *builder, msgpack_sbuffer *block,
                            struct error *error);

/* An open block; borrowed. */
struct licenses {
    uint32_t n_expressions;
    const uint32_t *code_starts; /* n_expressions + 1 of them */
    const uint32_t *codes;
    const uint32_t *text_offsets; /* n_expressions + 1 of them */
    const char *texts;
};

/* Opens a block, which must be aligned to 4 bytes and outlive the licences. Checks sizes, offsets,
   and that the codes of every expression can be judged and have names within 1 … n_names. Returns
   0 or -1. */
int licenses_open(struct licenses *licenses, uint32_t n_names, const void *block, size_t size,
                  struct error *error);

/* Whether expression `number` (1 … n_expressions) can be met by the names whose numbers are marked
   in a bitmap of n_names + 1 bits. Some ten nanoseconds. */
bool licenses_are_met(const struct licenses *licenses, uint32_t number, const uint64_t *names);

/* The text of expression `number`; not NUL-terminated. */
const char *licenses_text(const struct licenses *licenses, uint32_t number, uint32_t *length);

#endif
