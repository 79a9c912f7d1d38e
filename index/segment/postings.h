/* Which crates have a word, and in which fields: for every term the ranks of its crates in
   ascending order (most popular first) with a set of fields each. Built from FTS5's own index, so
   that both agree to the letter; read without SQLite, because FTS5 takes 3 ms to count the matches
   of a common word where a pass over this takes 30 µs. */
#ifndef CRATEDEX_INDEX_POSTINGS_H
#define CRATEDEX_INDEX_POSTINGS_H

#include <cratedex/error.h>
#include <msgpack/sbuffer.h>
#include <stddef.h>
#include <stdint.h>

/* The fields of a crate, as bits. */
enum posting_field {
    POSTING_NAME = 1,
    POSTING_KEYWORDS = 2,
    POSTING_DESCRIPTION = 4,
    POSTING_README = 8
};
#define POSTING_ALL_FIELDS 15
/* All but the README. */
#define POSTING_MAIN_FIELDS (POSTING_NAME | POSTING_KEYWORDS | POSTING_DESCRIPTION)

/* The field that a column of the full-text table `crates_fts` is: name, keywords, description,
   readme. */
enum posting_field posting_field_of(const char *column);

/* The columns that some fields are, in that order. Writes at most POSTING_N_FIELDS static strings
   and returns how many. */
#define POSTING_N_FIELDS 4
size_t posting_field_names(unsigned fields, const char *names[POSTING_N_FIELDS]);

/* Collects postings; the terms come one after another, the ranks of a term in ascending order. */
struct postings_builder {
    msgpack_sbuffer starts; /* of uint32_t: first posting of each term */
    msgpack_sbuffer ranks;  /* of uint32_t */
    msgpack_sbuffer fields; /* of uint8_t */
    uint32_t n_terms;
};

void postings_builder_init(struct postings_builder *builder);
void postings_builder_destroy(struct postings_builder *builder);
/* Begins the next term. Returns 0 or -1 (memory, 2^32). */
int postings_builder_term(struct postings_builder *builder, struct error *error);
/* Adds a field of a crate to the current term. */
int postings_builder_add(struct postings_builder *builder, uint32_t rank, enum posting_field field,
                         struct error *error);
/* Appends the block to `block` and numbers the terms from 1: those with most postings first, equal
   ones in the order in which they came. `numbers` (n_terms of them, in the order of coming) gets
   them. */
int postings_builder_finish(struct postings_builder *builder, msgpack_sbuffer *block,
                            uint32_t *numbers, struct error *error);

/* An open block; borrowed. */
struct postings {
    uint32_t n_terms;
    uint32_t n_postings;
    const uint32_t *starts; /* n_terms + 1 of them */
    const uint32_t *ranks;
    const uint8_t *fields;
    /* The ranks once more, as bitmaps, of the n_bitmaps terms that have most: those for which a
       bitmap is no longer than the ranks are four times. For each term one of all its crates, then
       one of those that have it in a keyword. Owned; see postings_make_bitmaps. */
    uint64_t *bitmaps;
    size_t n_bitmap_words; /* of each, a multiple of POSTINGS_BITMAP_WORDS */
    uint32_t n_bitmaps;
};

/* Bitmaps can be read by so many words at a time. */
#define POSTINGS_BITMAP_WORDS 64

/* Opens a block, which must be aligned to 8 bytes. Checks sizes, that the ranks of a term ascend
   within 1 … n_crates, and that no set of fields is empty. Returns 0 or -1. */
int postings_open(struct postings *postings, uint32_t n_crates, const void *block, size_t size,
                  struct error *error);

/* Makes the bitmaps of the most frequent terms, which are not in the block. Returns 0 or -1
   (memory). */
int postings_make_bitmaps(struct postings *postings, uint32_t n_crates, struct error *error);

/* Frees the bitmaps. */
void postings_close(struct postings *postings);

/* The postings of one term, with a cursor. */
struct posting_list {
    const uint32_t *ranks;
    const uint8_t *fields;
    const uint64_t *bitmap; /* of the ranks; NULL where the term is not frequent */
    const uint64_t *keyword_bitmap;
    uint32_t n;
    uint32_t position;
};

/* `term` in 1 … n_terms. */
struct posting_list postings_of(const struct postings *postings, uint32_t term);

/* Moves the list to its first rank that is not below `rank`, or to its end: galloping search
   (Bentley and Yao 1976), O(log of the distance). Never moves backwards. */
void posting_list_seek(struct posting_list *list, uint32_t rank);

#endif
