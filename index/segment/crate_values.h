/* The values that crates have of an attribute, crate by crate ("doc values"): what is counted where
   somebody wants to know how many of the crates that were found have which value. For every
   attribute a dictionary of its values, numbered by falling number of crates, and for every crate
   the numbers of its values.

   A keyword or category is the crate's, all others are the default version's, be it yanked. */
#ifndef CRATEDEX_INDEX_CRATE_VALUES_H
#define CRATEDEX_INDEX_CRATE_VALUES_H

#include <cratedex/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum crate_attribute {
    CRATE_ATTRIBUTE_KEYWORD,      /* as the table `keywords` has it */
    CRATE_ATTRIBUTE_CATEGORY,     /* a slug; a crate is in those above its categories, too */
    CRATE_ATTRIBUTE_LICENSE,      /* a name in the expression (licenses.h) */
    CRATE_ATTRIBUTE_EDITION,      /* "2021" */
    CRATE_ATTRIBUTE_RUST_VERSION, /* "1.70", as it is given */
    CRATE_ATTRIBUTE_HAS           /* "lib", "bin" */
};
#define N_CRATE_ATTRIBUTES 6

/* A longer value is none: no crate has it. */
#define CRATE_VALUE_MAX_BYTES 1024

/* The values of one attribute; borrowed from a block. */
struct attribute_values {
    uint32_t n_values;
    uint32_t n_ranks;             /* crates of the index */
    const uint32_t *n_crates;     /* by number - 1, falling; equal ones by their bytes */
    const int64_t *ids;           /* by number - 1: of the keyword or category; else 0 */
    const uint32_t *by_text;      /* numbers, in the order of the folded texts, then of numbers */
    const uint32_t *text_offsets; /* n_values + 1 of them, into `texts` */
    const char *texts;
    /* Crate `rank` has the numbers [starts[rank - 1], starts[rank]), ascending. NULL where no crate
       has more than one value: then it has the one number at rank - 1, which is 0 for none. */
    const uint32_t *starts;
    const uint16_t *narrow_numbers; /* NULL where there are too many values for 16 bits */
    const uint32_t *wide_numbers;   /* NULL where there are not */
};

struct crate_values {
    struct attribute_values attributes[N_CRATE_ATTRIBUTES]; /* by enum crate_attribute */
};

/* Opens a block, which must be aligned to 8 bytes and outlive the values. Checks sizes, offsets,
   orders, that the numbers of a crate ascend within 1 … n_values, and that every value has as many
   crates as it says. Returns 0 or -1. */
int crate_values_open(struct crate_values *values, uint32_t n_crates, const void *block,
                      size_t size, struct error *error);

/* The text of value `number` (1 … n_values); not NUL-terminated. */
static inline const char *crate_value_text(const struct attribute_values *values, uint32_t number,
                                           uint32_t *length)
{
    uint32_t start = values->text_offsets[number - 1];
    *length = values->text_offsets[number] - start;
    return values->texts + start;
}

/* How many values a crate has. */
static inline uint32_t crate_values_of(const struct attribute_values *values, uint32_t rank)
{
    if (values->starts != NULL)
        return values->starts[rank] - values->starts[rank - 1];
    return values->narrow_numbers != NULL ? values->narrow_numbers[rank - 1] != 0
                                          : values->wide_numbers[rank - 1] != 0;
}

/* The number of value `i` (from 0) of a crate. */
static inline uint32_t crate_values_number(const struct attribute_values *values, uint32_t rank,
                                           uint32_t i)
{
    size_t at = i + (size_t)(values->starts != NULL ? values->starts[rank - 1] : rank - 1);
    return values->narrow_numbers != NULL ? values->narrow_numbers[at] : values->wide_numbers[at];
}

/* The value of that text, without regard to the case of ASCII letters: of several the one that most
   crates have. 0 where there is none. */
uint32_t crate_value_find(const struct attribute_values *values, const char *text, size_t length);

/* The same of exactly that text. */
uint32_t crate_value_find_exact(const struct attribute_values *values, const char *text,
                                size_t length);

/* The values whose texts begin so, without regard to case: the first place in `by_text`; stores how
   many there are. */
uint32_t crate_values_below(const struct attribute_values *values, const char *beginning,
                            size_t length, uint32_t *n);

#endif
