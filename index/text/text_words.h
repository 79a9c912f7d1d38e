/* The words of a query, cut and stemmed by the very tokenizer that FTS5 indexed the crates with. */
#ifndef CRATEDEX_INDEX_TEXT_WORDS_H
#define CRATEDEX_INDEX_TEXT_WORDS_H

#include <cratedex/error.h>
#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

/* What is cut has no more bytes, and so no more words. */
#define TEXT_WORDS_MAX_BYTES 256
#define TEXT_WORDS_MAX 128

/* Not thread-safe: one a reader. */
struct tokenizer;

/* `database` must outlive the tokenizer. NULL on failure. */
struct tokenizer *tokenizer_open(sqlite3 *database, struct error *error);
void tokenizer_close(struct tokenizer *tokenizer);

/* The distinct stems of a text without its stop words, in order of first occurrence. */
struct text_words {
    struct {
        uint32_t start; /* of the stem, in `bytes` */
        uint32_t length;
        uint32_t text_start; /* of the word as it was typed, in the text */
        uint32_t text_length;
    } words[TEXT_WORDS_MAX];
    uint32_t n_words;
    char bytes[4 * TEXT_WORDS_MAX_BYTES]; /* folding may lengthen a character */
    uint32_t n_bytes;
};

/* Cuts `text` (at most TEXT_WORDS_MAX_BYTES). Returns 0 or -1 (memory). */
int text_words_cut(struct tokenizer *tokenizer, const char *text, size_t length,
                   struct text_words *words, struct error *error);

/* Folds one word as the index does, without stemming it: lower case, no accents. Returns the
   length, or 0 where it does not fit or is no single word. */
size_t text_words_fold(struct tokenizer *tokenizer, const char *word, size_t length, char *folded,
                       size_t capacity);

/* Stems one folded word; returns as text_words_fold. */
size_t text_words_stem(struct tokenizer *tokenizer, const char *word, size_t length, char *stem,
                       size_t capacity);

#endif
