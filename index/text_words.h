/* The words of a query, cut and stemmed by the very tokenizer that FTS5 indexed the crates with. */
#ifndef CRATEDEX_INDEX_TEXT_WORDS_H
#define CRATEDEX_INDEX_TEXT_WORDS_H

#include <cratedex/error.h>
#include <cratedex/search.h>
#include <sqlite3.h>

/* Not thread-safe: one a reader. */
struct tokenizer;

/* `database` must outlive the tokenizer. NULL on failure. */
struct tokenizer *tokenizer_open(sqlite3 *database, struct error *error);
void tokenizer_close(struct tokenizer *tokenizer);

/* The distinct stems of a text without its stop words, in order of first occurrence. */
struct text_words {
    struct {
        uint32_t start; /* in `bytes` */
        uint32_t length;
    } words[SEARCH_MAX_WORDS];
    uint32_t n_words;
    char bytes[4 * SEARCH_MAX_TEXT_BYTES]; /* folding may lengthen a character */
    uint32_t n_bytes;
};

/* Cuts `text` (at most SEARCH_MAX_TEXT_BYTES). Returns 0 or -1 (memory). */
int text_words_cut(struct tokenizer *tokenizer, const char *text, size_t length,
                   struct text_words *words, struct error *error);

#endif
