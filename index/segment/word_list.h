/* Words with the number of crates that have each, numbered by it: 1 is the word that most crates
   have. A trie beside it leads from the canonical form of a word to its number. */
#ifndef CRATEDEX_INDEX_WORD_LIST_H
#define CRATEDEX_INDEX_WORD_LIST_H

#include <cratedex/error.h>
#include <msgpack/sbuffer.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the list is built from. */
struct counted_word {
    const char *text;
    uint32_t length;
    uint32_t n_crates;
    int64_t downloads; /* of these crates together, where the list has them; else 0 */
};

/* Sorts `words` by falling number of crates, then by their bytes, and appends the list to `list`
   and the trie to `trie`. Each word must occur once. Returns 0 or -1. */
int word_list_build(struct counted_word *words, size_t n_words, bool with_downloads,
                    msgpack_sbuffer *list, msgpack_sbuffer *trie, struct error *error);

/* The list of words as they are written has none that is longer. */
#define SPELLING_MAX_BYTES 64

/* Nor do the words as they are written have longer ones with postings of their own: nobody can type
   more, in four bytes a character. */
#define WRITTEN_MAX_BYTES 1024

/* The open list; borrowed from the block. */
struct word_list {
    uint32_t n_words;
    const int64_t *downloads; /* by number - 1; NULL where the list has none */
    const uint32_t *n_crates; /* by number - 1 */
    const uint32_t *offsets;  /* n_words + 1 of them, into `texts` */
    const char *texts;
};

/* Opens a block, aligned to 8 bytes, which must outlive the list. Checks sizes, offsets, the order,
   and that no word has more than `max_length` bytes. Returns 0 or -1; `name` says in the error
   which list it is. */
int word_list_open(struct word_list *list, const void *block, size_t size, uint32_t max_length,
                   const char *name, struct error *error);

/* Word `number` (1 … n_words). The text is not NUL-terminated. */
struct counted_word word_list_word(const struct word_list *list, uint32_t number);

#endif
