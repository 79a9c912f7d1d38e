/* Lists of ranks are not made a bitmap first: a word of the set is narrowed by the ranks that lie
   in it. */
#include "index/search/filter/filter_set.h"

#include "index/base/bitmap.h"

#include <string.h>

void filter_set_begin(struct filter_set *set, uint64_t *bits, uint64_t *union_bits,
                      uint32_t n_crates)
{
    set->bits = bits;
    set->union_bits = union_bits;
    set->n_crates = n_crates;
    set->n_words = bitmap_n_words(n_crates + 1);
    set->is_narrowed = false;
}

void filter_set_keep(struct filter_set *set, const uint64_t *others)
{
    if (set->is_narrowed) {
        for (size_t i = 0; i < set->n_words; i++)
            set->bits[i] &= others[i];
    } else {
        memcpy(set->bits, others, set->n_words * sizeof *others);
    }
    set->is_narrowed = true;
}

void filter_set_keep_ranks(struct filter_set *set, const uint32_t *ranks, uint32_t n)
{
    uint64_t *bits = set->bits;
    if (!set->is_narrowed) {
        bitmap_reset(bits, set->n_words);
        for (uint32_t i = 0; i < n; i++)
            bitmap_set(bits, ranks[i]);
        set->is_narrowed = true;
        return;
    }
    size_t word = 0;
    for (uint32_t i = 0; i < n; word++) {
        size_t next = ranks[i] / 64;
        uint64_t kept = 0;
        for (; i < n && ranks[i] / 64 == next; i++)
            kept |= UINT64_C(1) << (ranks[i] % 64);
        bitmap_reset(bits + word, next - word);
        word = next;
        bits[word] &= kept;
    }
    bitmap_reset(bits + word, set->n_words - word);
}

void filter_set_drop(struct filter_set *set, const uint64_t *others)
{
    uint32_t behind_last = (set->n_crates + 1) % 64;
    if (set->is_narrowed) {
        for (size_t i = 0; i < set->n_words; i++)
            set->bits[i] &= ~others[i];
        return;
    }
    for (size_t i = 0; i < set->n_words; i++)
        set->bits[i] = ~others[i];
    bitmap_clear(set->bits, 0); /* no rank */
    if (behind_last > 0)
        set->bits[set->n_words - 1] &= (UINT64_C(1) << behind_last) - 1;
    set->is_narrowed = true;
}

uint64_t *filter_set_union(struct filter_set *set)
{
    bitmap_reset(set->union_bits, set->n_words);
    return set->union_bits;
}
