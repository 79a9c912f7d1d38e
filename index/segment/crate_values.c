/* Layout: a header (magic, number of attributes), then for each attribute in the order of enum
   crate_attribute a header of its own and its arrays, the 64-bit ones first: ids, numbers of
   crates, offsets of texts, order of texts, first number of each crate, numbers, texts; filled up
   with zeros to 8 bytes. Everything is little-endian and used where it lies. */
#include "index/segment/crate_values.h"

#include "index/base/ascii.h"
#include "index/segment/crate_values_layout.h"

#include <cratedex/utf8.h>
#include <stdlib.h>
#include <string.h>

int crate_value_compare(const char *left, size_t left_length, const char *right,
                        size_t right_length)
{
    size_t shorter = left_length < right_length ? left_length : right_length;
    for (size_t i = 0; i < shorter; i++) {
        unsigned char left_byte = (unsigned char)ascii_lower(left[i]);
        unsigned char right_byte = (unsigned char)ascii_lower(right[i]);
        if (left_byte != right_byte)
            return left_byte < right_byte ? -1 : 1;
    }
    return (left_length > right_length) - (left_length < right_length);
}

static uint32_t number_at(const struct attribute_values *values, size_t at)
{
    return values->wide_numbers == NULL ? values->narrow_numbers[at] : values->wide_numbers[at];
}

static int compare_texts(const struct attribute_values *values, uint32_t left, uint32_t right,
                         int compare(const char *, size_t, const char *, size_t))
{
    uint32_t left_length;
    uint32_t right_length;
    const char *left_text = crate_value_text(values, left, &left_length);
    const char *right_text = crate_value_text(values, right, &right_length);
    return compare(left_text, left_length, right_text, right_length);
}

/* By the bytes. */
static int compare_bytes(const char *left, size_t left_length, const char *right,
                         size_t right_length)
{
    int order = memcmp(left, right, left_length < right_length ? left_length : right_length);
    return order != 0 ? order : (left_length > right_length) - (left_length < right_length);
}

static bool dictionary_is_true(const struct attribute_values *values, uint32_t n_text_bytes)
{
    const uint32_t *offsets = values->text_offsets;
    if (offsets[0] != 0 || offsets[values->n_values] != n_text_bytes)
        return false;
    for (uint32_t i = 0; i < values->n_values; i++) {
        if (offsets[i] >= offsets[i + 1] || offsets[i + 1] > n_text_bytes ||
            offsets[i + 1] - offsets[i] > CRATE_VALUE_MAX_BYTES ||
            !utf8_is_valid(values->texts + offsets[i], offsets[i + 1] - offsets[i]))
            return false;
        if (i > 0 && (values->n_crates[i - 1] < values->n_crates[i] ||
                      (values->n_crates[i - 1] == values->n_crates[i] &&
                       compare_texts(values, i, i + 1, compare_bytes) >= 0)))
            return false;
    }
    return true;
}

/* In order and without repetition: so every number is there once. */
static bool order_is_true(const struct attribute_values *values)
{
    for (uint32_t i = 0; i < values->n_values; i++) {
        uint32_t number = values->by_text[i];
        if (number == 0 || number > values->n_values)
            return false;
        if (i == 0)
            continue;
        int order = compare_texts(values, values->by_text[i - 1], number, crate_value_compare);
        if (order > 0 || (order == 0 && values->by_text[i - 1] >= number))
            return false;
    }
    return true;
}

/* Counts what crates have; false where that cannot be. */
static bool count_all(const struct attribute_values *values, uint32_t n_numbers, uint32_t *counts)
{
    uint32_t n_ranks = values->n_ranks;
    const uint32_t *starts = values->starts;
    if (starts == NULL) {
        for (uint32_t i = 0; i < n_ranks; i++) {
            uint32_t number = number_at(values, i);
            if (number > values->n_values)
                return false;
            counts[number]++;
        }
        return true;
    }
    if (starts[0] != 0 || starts[n_ranks] != n_numbers)
        return false;
    for (uint32_t i = 0; i < n_ranks; i++) {
        uint32_t before = 0;
        if (starts[i] > starts[i + 1] || starts[i + 1] > n_numbers)
            return false;
        for (uint32_t at = starts[i]; at < starts[i + 1]; at++) {
            uint32_t number = number_at(values, at);
            if (number <= before || number > values->n_values)
                return false;
            counts[number]++;
            before = number;
        }
    }
    return true;
}

static int check(const struct attribute_values *values, const struct attribute_header *header,
                 struct error *error)
{
    bool ok = dictionary_is_true(values, header->n_text_bytes) && order_is_true(values);
    uint32_t *counts = ok ? calloc((size_t)values->n_values + 1, sizeof *counts) : NULL;
    if (ok && counts == NULL)
        return error_out_of_memory(error);
    ok = ok && count_all(values, header->n_numbers, counts) &&
         (values->n_values == 0 ||
          memcmp(counts + 1, values->n_crates, values->n_values * sizeof *counts) == 0);
    free(counts);
    return ok ? 0 : error_set(error, "the crates' values are damaged");
}

/* Opens the attribute at `*at`, of which `*size` bytes are left, and moves behind it. */
static int open_attribute(struct attribute_values *values, uint32_t n_crates,
                          const unsigned char **at, size_t *size, struct error *error)
{
    struct attribute_header header;
    if (*size < sizeof header)
        return error_set(error, "the crates' values are cut short");
    memcpy(&header, *at, sizeof header);
    uint64_t bytes = attribute_bytes(&header, n_crates);
    if (header.has_starts > 1 || (header.has_starts == 0 && header.n_numbers != n_crates) ||
        header.n_values == UINT32_MAX || bytes > *size)
        return error_set(error, "the crates' values have a wrong header or size");
    const unsigned char *place = *at + sizeof header;
    *values = (struct attribute_values){.n_values = header.n_values, .n_ranks = n_crates};
    values->ids = (const void *)place;
    values->n_crates = (const void *)(values->ids + header.n_values);
    values->text_offsets = values->n_crates + header.n_values;
    values->by_text = values->text_offsets + header.n_values + 1;
    const uint32_t *numbers = values->by_text + header.n_values;
    if (header.has_starts) {
        values->starts = numbers;
        numbers += (size_t)n_crates + 1;
    }
    if (header.n_values > UINT16_MAX)
        values->wide_numbers = numbers;
    else
        values->narrow_numbers = (const void *)numbers;
    values->texts = (const char *)numbers + header.n_numbers * attribute_number_bytes(&header);
    *at += bytes;
    *size -= bytes;
    return check(values, &header, error);
}

int crate_values_open(struct crate_values *values, uint32_t n_crates, const void *block,
                      size_t size, struct error *error)
{
    struct values_header header;
    if (size < sizeof header)
        return error_set(error, "the crates' values are cut short");
    memcpy(&header, block, sizeof header);
    if (header.magic != CRATE_VALUES_MAGIC || header.n_attributes != N_CRATE_ATTRIBUTES)
        return error_set(error, "the crates' values have a wrong header or size");
    const unsigned char *at = (const unsigned char *)block + sizeof header;
    size -= sizeof header;
    for (int i = 0; i < N_CRATE_ATTRIBUTES; i++) {
        if (open_attribute(&values->attributes[i], n_crates, &at, &size, error) != 0)
            return -1;
    }
    return size == 0 ? 0 : error_set(error, "the crates' values have a wrong header or size");
}

/* The first place in `by_text` whose text does not come before that one. */
static uint32_t find_place(const struct attribute_values *values, const char *text, size_t length)
{
    uint32_t low = 0;
    uint32_t high = values->n_values;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        uint32_t own_length;
        const char *own = crate_value_text(values, values->by_text[middle], &own_length);
        if (crate_value_compare(own, own_length, text, length) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint32_t crate_value_find(const struct attribute_values *values, const char *text, size_t length)
{
    uint32_t place = find_place(values, text, length);
    if (place == values->n_values)
        return 0;
    uint32_t own_length;
    const char *own = crate_value_text(values, values->by_text[place], &own_length);
    return crate_value_compare(own, own_length, text, length) == 0 ? values->by_text[place] : 0;
}

uint32_t crate_value_find_exact(const struct attribute_values *values, const char *text,
                                size_t length)
{
    for (uint32_t place = find_place(values, text, length); place < values->n_values; place++) {
        uint32_t own_length;
        const char *own = crate_value_text(values, values->by_text[place], &own_length);
        if (crate_value_compare(own, own_length, text, length) != 0)
            break;
        if (memcmp(own, text, length) == 0)
            return values->by_text[place];
    }
    return 0;
}

uint32_t crate_values_below(const struct attribute_values *values, const char *beginning,
                            size_t length, uint32_t *n)
{
    uint32_t first = find_place(values, beginning, length);
    uint32_t place = first;
    for (; place < values->n_values; place++) {
        uint32_t own_length;
        const char *own = crate_value_text(values, values->by_text[place], &own_length);
        if (own_length < length || crate_value_compare(own, length, beginning, length) != 0)
            break;
    }
    *n = place - first;
    return first;
}
