/* The words of all crates as they are written, with the fields in which each crate has them,
   collected while the crates are written. */
#ifndef CRATEDEX_INDEX_WRITTEN_WORDS_H
#define CRATEDEX_INDEX_WRITTEN_WORDS_H

#include "index/segment/postings.h"
#include "index/segment/word_list.h"

struct written_words;

/* NULL when memory runs out. */
struct written_words *written_words_create(void);
void written_words_destroy(struct written_words *words);

/* Adds a word of a field of crate `rank`; crates come by rank, from 1. Returns 0 or -1 (memory). */
int written_words_add(struct written_words *words, uint32_t rank, enum posting_field field,
                      const char *word, size_t length, struct error *error);

/* Writes an array of all words, with the number of crates that have each outside of their README,
   to be freed by the caller; their texts belong to the collection. Of words that stand in running
   text only, and there of one crate, or that have more than `max_length` bytes, there is none: they
   tell nothing of how a word is spelt. Returns 0 or -1 (memory). */
int written_words_spelling(const struct written_words *words, uint32_t max_length,
                           struct counted_word **counted, size_t *n_counted, struct error *error);

/* The number of a word's stem; 0 where it has none, which is an error. */
typedef uint32_t written_stem(void *context, const char *word, size_t length);

/* The blocks of the parts that are about words as they are written. */
struct written_parts {
    msgpack_sbuffer postings; /* of all words, numbered by falling frequency */
    msgpack_sbuffer trie;     /* from each word to its number */
    msgpack_sbuffer stems;    /* word_stems.h: from that to what `stem_of` says */
};

/* Appends to the blocks. Returns 0 or -1. */
int written_words_build(const struct written_words *words, written_stem *stem_of, void *context,
                        struct written_parts *parts, struct error *error);

#endif
