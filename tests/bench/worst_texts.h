/* Queries that ought to be hard, and neighbours of those that are. */
#ifndef CRATEDEX_TESTS_BENCH_WORST_TEXTS_H
#define CRATEDEX_TESTS_BENCH_WORST_TEXTS_H

#include "tests/bench/worst_words.h"

#include <cratedex/search_query.h>

struct worst_text {
    char bytes[SEARCH_MAX_TEXT_CHARACTERS + 1];
    uint64_t time;  /* nanoseconds */
    uint64_t total; /* crates that match */
};

/* Each fills a text: with the `n` most frequent words, `n_bytes` of each (0: whole), with `before`
   in front of each; */
void worst_text_fill_frequent(const struct worst_words *words, uint32_t n, size_t n_bytes,
                              const char *before, struct worst_text *text);
/* with one word again and again; */
void worst_text_fill_repeated(const char *word, struct worst_text *text);
/* with near misses of words of `shortest` bytes or more, each to be looked up by the automaton; */
void worst_text_fill_misspelt(struct worst_words *words, size_t shortest, struct worst_text *text);
/* with pairs of the `n` most frequent words, in quotes; */
void worst_text_fill_quoted(const struct worst_words *words, uint32_t n, struct worst_text *text);
/* with the most frequent words and filters behind them. */
void worst_text_fill_filtered(const struct worst_words *words, uint32_t n_words,
                              uint32_t first_filter, uint32_t n_filters, struct worst_text *text);

/* Makes a neighbour of `parent`, or of both. */
void worst_text_mutate(struct worst_words *words, const struct worst_text *parent,
                       const struct worst_text *other, struct worst_text *text);

#endif
