/* The set of crates that pass all filters so far: a bitmap over ranks, which every further filter
   narrows in place. The first one is copied, so that a set that nobody narrowed need not be
   written. */
#ifndef CRATEDEX_INDEX_FILTER_SET_H
#define CRATEDEX_INDEX_FILTER_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct filter_set {
    uint64_t *bits;       /* valid where something narrowed it */
    uint64_t *union_bits; /* of filter_set_union */
    uint32_t n_crates;
    size_t n_words;
    bool is_narrowed;
};

/* All crates. Both bitmaps have room for ranks up to `n_crates`; they are the caller's. */
void filter_set_begin(struct filter_set *set, uint64_t *bits, uint64_t *union_bits,
                      uint32_t n_crates);

/* Keeps those of a bitmap. One pass over it, or a copy. */
void filter_set_keep(struct filter_set *set, const uint64_t *others);

/* Keeps those of a list of ranks, which ascend. One pass over both. */
void filter_set_keep_ranks(struct filter_set *set, const uint32_t *ranks, uint32_t n);

/* Drops those of a bitmap: keeps all others. One pass over it. */
void filter_set_drop(struct filter_set *set, const uint64_t *others);

/* An empty bitmap in which to collect what any of several things has; to be given to
   filter_set_keep before it is asked for again. */
uint64_t *filter_set_union(struct filter_set *set);

#endif
