/* Words that symbols are part of. The tokenizer drops every symbol: `c++` and `c#` would be the
   word `c`, and `no_std` the words `no` and `std`, of which a query would look for the one that it
   does not mean. Here they are words of letters: `cplusplus`, `csharp`, `nostd`, which is also how
   many people spell them. The texts of crates get them besides their other words, queries instead
   of them. */
#ifndef CRATEDEX_INDEX_SYMBOL_WORDS_H
#define CRATEDEX_INDEX_SYMBOL_WORDS_H

#include <msgpack/sbuffer.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SYMBOL_WORD_MAX_BYTES 40

struct symbol_word {
    char word[SYMBOL_WORD_MAX_BYTES]; /* lower-case ASCII; not NUL-terminated */
    uint32_t word_length;
    uint32_t start; /* in the text */
    uint32_t length;
    bool is_certain; /* its parts mean something else: never look for them instead */
};

/* Finds the first of these words that begins at or behind `*at` and sets `*at` behind it:

   - letters and digits with `+`, `++` or `#` at their end: `c++`, `C++17`, `f#`, `notepad++`;
   - `no` and a word, joined by `_` or `-`: `no_std`, `no-alloc`;
   - `no std` and `no alloc`, which are categories of crates.io (and are certain, as they are with
     `_` or `-`).

   Returns false where there is none. `length` is below 4 GiB. */
bool symbol_words_next(const char *text, size_t length, size_t *at, struct symbol_word *found);

/* Appends every such word of the text to `out`, with a space before each. Returns 0, or -1 when out
   of memory. */
int symbol_words_append(const char *text, size_t length, msgpack_sbuffer *out);

#endif
