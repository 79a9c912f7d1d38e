/* What hard queries are made of: words of an index and near misses of them, odd letters, filters of
   the search box's language. */
#ifndef CRATEDEX_TESTS_BENCH_WORST_WORDS_H
#define CRATEDEX_TESTS_BENCH_WORST_WORDS_H

#include <cratedex/error.h>
#include <cratedex/index_reader.h>
#include <stddef.h>
#include <stdint.h>

#define WORST_N_WORDS 4096 /* of the vocabulary, the most frequent ones */
#define WORST_MAX_WORD_BYTES 31
#define WORST_N_FILTERS 512
#define WORST_MAX_FILTER_BYTES 63
#define WORST_MAX_PIECE_BYTES 127

struct worst_words {
    char words[WORST_N_WORDS][WORST_MAX_WORD_BYTES + 1]; /* most frequent first */
    uint32_t n_words;
    char filters[WORST_N_FILTERS][WORST_MAX_FILTER_BYTES + 1]; /* "license:MIT" */
    uint32_t n_filters;
    uint64_t seed;
};

/* Reads them from an index. `words` must be all 0. Returns 0, or -1 and why. */
int worst_words_read(struct worst_words *words, struct index_reader *reader, struct error *error);

/* One of the words. */
const char *worst_words_any(struct worst_words *words);

/* Changes one letter, so that the word nearly occurs. */
void worst_words_misspell(struct worst_words *words, const char *word,
                          char misspelt[WORST_MAX_WORD_BYTES + 1]);

/* Writes something that may stand between spaces: a word, misspelt, cut, two words run together, an
   exclusion, a quote, a filter. */
void worst_words_piece(struct worst_words *words, char piece[WORST_MAX_PIECE_BYTES + 1]);

#endif
