/* A bit is set for every crate, its fields are noted in an array by rank, which is not read where
   the bit was not set before, and the bits are read in order. A second bitmap says which words of
   the first have any, so that nothing is looked at, or cleared, but what was set. */
#include "index/search/plan/word_union.h"

#include "index/base/bitmap.h"

#include <stdlib.h>

struct word_union {
    uint64_t *crates;   /* a bit a rank; all zero between calls, as the next */
    uint64_t *words;    /* a bit a word of `crates` */
    size_t n_words;     /* of `words` */
    uint8_t *fields_of; /* by rank */
    /* The list that was made last. */
    uint32_t *ranks;
    uint8_t *fields;
};

static void free_union(void *state)
{
    struct word_union *unite = state;
    if (unite == NULL)
        return;
    free(unite->crates);
    free(unite->words);
    free(unite->fields_of);
    free(unite->ranks);
    free(unite->fields);
    free(unite);
}

static void *create_union(struct index_reader *reader, struct error *error)
{
    uint32_t n_crates = reader->index->columns.n_crates;
    size_t n_words = bitmap_n_words(n_crates + 1);
    struct word_union *unite = calloc(1, sizeof *unite);
    if (unite != NULL) {
        unite->n_words = bitmap_n_words((uint32_t)n_words);
        unite->crates = calloc(n_words, sizeof *unite->crates);
        unite->words = calloc(unite->n_words, sizeof *unite->words);
        unite->fields_of = malloc((size_t)n_crates + 1);
        unite->ranks = calloc((size_t)n_crates + 1, sizeof *unite->ranks);
        unite->fields = malloc((size_t)n_crates + 1);
    }
    if (unite != NULL && unite->crates != NULL && unite->words != NULL &&
        unite->fields_of != NULL && unite->ranks != NULL && unite->fields != NULL)
        return unite;
    free_union(unite);
    error_out_of_memory(error);
    return NULL;
}

static const struct reader_slot_kind union_kind = {create_union, free_union};

struct word_union *word_union_of_reader(struct index_reader *reader, struct error *error)
{
    return reader_slot(reader, &union_kind, error);
}

/* Bytes may be anything to the compiler: it is told that nothing here lies in anything else. */
static void add_list(struct word_union *unite, struct posting_list list)
{
    uint64_t *restrict crates = unite->crates;
    uint64_t *restrict words = unite->words;
    uint8_t *restrict fields_of = unite->fields_of;
    for (uint32_t i = 0; i < list.n; i++) {
        uint32_t rank = list.ranks[i];
        uint64_t bit = UINT64_C(1) << (rank % 64);
        uint64_t before = crates[rank / 64];
        uint8_t known = (before & bit) != 0 ? fields_of[rank] : 0;
        fields_of[rank] = known | list.fields[i];
        crates[rank / 64] = before | bit;
        bitmap_set(words, rank / 64);
    }
}

/* Reads the crates in order, and clears the bitmaps. Returns their number. */
static uint32_t take_crates(struct word_union *unite)
{
    const uint8_t *restrict fields_of = unite->fields_of;
    uint64_t *restrict crates = unite->crates;
    uint32_t *restrict ranks = unite->ranks;
    uint8_t *restrict fields = unite->fields;
    uint32_t n = 0;
    for (size_t i = 0; i < unite->n_words; i++) {
        for (uint64_t words = unite->words[i]; words != 0; words &= words - 1) {
            uint32_t word = (uint32_t)(64 * i) + (uint32_t)__builtin_ctzll(words);
            for (uint64_t bits = crates[word]; bits != 0; bits &= bits - 1) {
                uint32_t rank = 64 * word + (uint32_t)__builtin_ctzll(bits);
                ranks[n] = rank;
                fields[n++] = fields_of[rank];
            }
            crates[word] = 0;
        }
        unite->words[i] = 0;
    }
    return n;
}

struct posting_list word_union_make(struct word_union *unite, const struct postings *postings,
                                    const uint32_t *terms, size_t n)
{
    if (n == 0)
        return (struct posting_list){0};
    if (n == 1)
        return postings_of(postings, terms[0]);
    for (size_t i = 0; i < n; i++)
        add_list(unite, postings_of(postings, terms[i]));
    struct posting_list list = {.ranks = unite->ranks, .fields = unite->fields};
    list.n = take_crates(unite);
    return list;
}
