/* The words of a text, cut, folded and stemmed by the very tokenizer that FTS5 indexed the crates
   with. */
#ifndef CRATEDEX_INDEX_TEXT_WORDS_H
#define CRATEDEX_INDEX_TEXT_WORDS_H

#include <cratedex/error.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is cut has no more bytes, 256 characters, and so no more words. */
#define TEXT_WORDS_MAX_BYTES 1024
#define TEXT_WORDS_MAX 128

/* FTS5's tokenizer that folds: lower case, and letters without accents, also where they have
   several (`ệ`). The index stems what it gives by `porter`. */
#define TEXT_WORDS_FOLDING "unicode61 remove_diacritics 2"

/* Not thread-safe: one a reader. */
struct tokenizer;

/* `database` must outlive the tokenizer. NULL on failure. */
struct tokenizer *tokenizer_open(sqlite3 *database, struct error *error);
void tokenizer_close(struct tokenizer *tokenizer);

/* A folded text may be longer, by what a character grows and by what a symbol is called. */
#define TEXT_WORDS_FOLDED_BYTES (2 * TEXT_WORDS_MAX_BYTES)

/* The distinct stems of a text without its stop words, in order of first occurrence. */
struct text_words {
    struct {
        uint32_t start; /* of the stem, in `bytes` */
        uint32_t length;
        uint32_t written_start; /* of the word itself, folded, in `written` */
        uint32_t written_length;
        uint32_t text_start; /* of the word as it was typed, in the text */
        uint32_t text_length;
    } words[TEXT_WORDS_MAX];
    uint32_t n_words;
    char bytes[TEXT_WORDS_FOLDED_BYTES];
    uint32_t n_bytes;
    char written[TEXT_WORDS_FOLDED_BYTES];
    uint32_t n_written;
};

/* Whether there is such a word, in the index that is searched. */
typedef bool text_words_exists(const void *context, const char *word, size_t length);

/* Cuts `text` (at most TEXT_WORDS_MAX_BYTES). What symbol_words.h finds in it is one word where it
   `exists` or is certain, else it is cut at its symbols; with `exists` NULL always so. Returns 0 or
   -1 (memory). */
int text_words_cut(struct tokenizer *tokenizer, const char *text, size_t length,
                   text_words_exists *exists, const void *context, struct text_words *words,
                   struct error *error);

/* Calls `on_word` with every word of a text of any length, folded, repetitions and stop words too,
   and with the bytes of the text where it stands: from `start` up to `end`. What it returns other
   than 0 ends the pass and is returned; -1: memory. */
typedef int text_words_visit(void *context, const char *word, size_t length, size_t start,
                             size_t end);
int text_words_each(struct tokenizer *tokenizer, const char *text, size_t length,
                    text_words_visit *on_word, void *context);

/* Folds one word as the index does, without stemming it: lower case, no accents. Returns the
   length, or 0 where it does not fit or is no single word. */
size_t text_words_fold(struct tokenizer *tokenizer, const char *word, size_t length, char *folded,
                       size_t capacity);

/* Stems one folded word; returns as text_words_fold. */
size_t text_words_stem(struct tokenizer *tokenizer, const char *word, size_t length, char *stem,
                       size_t capacity);

#endif
