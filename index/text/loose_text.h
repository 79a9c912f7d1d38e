/* A text that may be a name, without what separates its words: `tokio-util`, `tokio::util` and
   `Tokio util` have the same letters, and a boundary after the fifth. */
#ifndef CRATEDEX_INDEX_LOOSE_TEXT_H
#define CRATEDEX_INDEX_LOOSE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Names are shorter: at most 64 characters in one registry, 214 in another. */
#define LOOSE_TEXT_MAX_BYTES 256

struct loose_text {
    char letters[LOOSE_TEXT_MAX_BYTES]; /* what is no separator, in lower case */
    uint32_t length;
    /* By place: a separator was typed before this letter, or behind the last one. */
    bool boundary[LOOSE_TEXT_MAX_BYTES + 1];
    uint32_t n_boundaries; /* between letters */
};

/* True for what separates words of names in a text or in a name: space, `-`, `_`, `/`, `:`, `.`,
   and the `@` of a scope. */
static inline bool loose_separator(char c)
{
    return c == ' ' || c == '-' || c == '_' || c == '/' || c == ':' || c == '.' || c == '@';
}

/* True where a word may begin at `next` behind `before` in a canonical name: behind a separator,
   and between a digit and what is none. */
static inline bool loose_word_begins(char before, char next)
{
    return loose_separator(before) ||
           (before >= '0' && before <= '9') != (next >= '0' && next <= '9');
}

/* Takes a text apart, of which upper-case letters are ASCII's. Returns false where it has no
   letters or more than fit; then nothing is as it. */
bool loose_text_read(struct loose_text *loose, const char *text, size_t length);

/* How many of the text's boundaries are none of a name that has its letters (canonical or as it is
   written; a change of case is a boundary too). UINT32_MAX where the name has other letters. */
uint32_t loose_text_compare(const struct loose_text *loose, const char *name, size_t length);

/* The length of the shortest beginning of `name` that has the text's letters, and where the text
   ends in a separator, one behind them; 0 where none has. Counts the boundaries that are none
   of the name. */
size_t loose_text_beginning(const struct loose_text *loose, const char *name, size_t length,
                            uint32_t *n_missed);

#endif
