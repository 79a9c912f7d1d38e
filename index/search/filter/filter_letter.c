/* They stand together in the alphabetical order. */
#include "index/search/filter/filter_letter.h"

#include "index/base/bitmap.h"
#include "index/base/partition_point.h"

#include <cratedex/canonical_name.h>
#include <cratedex/utf8.h>
#include <string.h>

struct letter {
    const struct index *index;
    const char *bytes;
    size_t length;
};

/* Compares the name at a place in the alphabetical order with the letter, as far as that goes: 0
   where it begins with it. */
static int compare_beginning(const struct letter *letter, uint32_t place)
{
    const struct index *index = letter->index;
    size_t length;
    const char *name = index_canonical_name(
        index, index->columns.orders[CRATE_ORDER_ALPHABETICAL][place], &length);
    int order = memcmp(name, letter->bytes, length < letter->length ? length : letter->length);
    return order == 0 && length < letter->length ? -1 : order;
}

static bool is_before_letter(const void *letter, uint32_t place)
{
    return compare_beginning(letter, place) < 0;
}

static bool is_not_beyond_letter(const void *letter, uint32_t place)
{
    return compare_beginning(letter, place) <= 0;
}

void filter_letter_keep(struct filter_set *set, const struct index *index,
                        struct search_string text)
{
    char bytes[8];
    struct letter letter = {index, bytes, utf8_first_character(text.data, text.length)};
    uint64_t *bitmap = filter_set_union(set);
    uint32_t begin = 0;
    uint32_t end = 0;
    if (letter.length <= sizeof bytes) {
        uint32_t n = index->columns.n_crates;
        canonical_name(bytes, text.data, letter.length);
        begin = partition_point(0, n, is_before_letter, &letter);
        end = partition_point(begin, n, is_not_beyond_letter, &letter);
    }
    for (uint32_t i = begin; i < end; i++)
        bitmap_set(bitmap, index->columns.orders[CRATE_ORDER_ALPHABETICAL][i]);
    filter_set_keep(set, bitmap);
}
