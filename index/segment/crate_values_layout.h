/* How the block of the crates' values begins; for those who write and open it. */
#ifndef CRATEDEX_INDEX_CRATE_VALUES_LAYOUT_H
#define CRATEDEX_INDEX_CRATE_VALUES_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

#define CRATE_VALUES_MAGIC 0x4c415643u /* "CVAL" */

struct values_header {
    uint32_t magic;
    uint32_t n_attributes;
};

struct attribute_header {
    uint32_t n_values;
    uint32_t n_text_bytes;
    uint32_t n_numbers;
    uint32_t has_starts; /* 1 or 0: a crate has any number of values, or one at most */
};
_Static_assert(sizeof(struct values_header) % 8 == 0 && sizeof(struct attribute_header) % 8 == 0,
               "the ids behind it are aligned");

/* Numbers are of 16 bits where those suffice. */
static inline size_t attribute_number_bytes(const struct attribute_header *header)
{
    return header->n_values > UINT16_MAX ? sizeof(uint32_t) : sizeof(uint16_t);
}

/* What an attribute takes, without and with what fills it up to 8 bytes. */
static inline uint64_t attribute_used_bytes(const struct attribute_header *header,
                                            uint32_t n_crates)
{
    uint64_t n_values = header->n_values;
    return sizeof *header + 8 * n_values + 4 * n_values + 4 * (n_values + 1) + 4 * n_values +
           (header->has_starts ? 4 * ((uint64_t)n_crates + 1) : 0) +
           attribute_number_bytes(header) * (uint64_t)header->n_numbers + header->n_text_bytes;
}

static inline uint64_t attribute_bytes(const struct attribute_header *header, uint32_t n_crates)
{
    return (attribute_used_bytes(header, n_crates) + 7) / 8 * 8;
}

/* The order of `by_text`: without regard to the case of ASCII letters. */
int crate_value_compare(const char *left, size_t left_length, const char *right,
                        size_t right_length);

#endif
