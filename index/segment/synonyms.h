/* The words that mean the same, in an index: a trie from each word, folded as the index folds, to
   the number of its group. The groups' words are put together when the trie is opened. */
#ifndef CRATEDEX_INDEX_SYNONYMS_H
#define CRATEDEX_INDEX_SYNONYMS_H

#include "index/text/synonym_table.h"
#include "index/trie/open_trie.h"

#include <cratedex/error.h>
#include <msgpack/sbuffer.h>
#include <stddef.h>
#include <stdint.h>

/* Appends the trie of the table's words to `block`. Returns 0 or -1. */
int synonyms_build(const struct synonym_table *table, msgpack_sbuffer *block, struct error *error);

struct synonym {
    const char *word; /* not NUL-terminated */
    uint32_t length;
};

/* Open; borrows the block, owns the groups. */
struct synonyms {
    struct trie trie;
    uint32_t n_groups;
    uint32_t *starts; /* n_groups + 1 of them, into `words` */
    struct synonym *words;
    char *texts;
};

/* Opens a block, which must outlive it. Checks what trie_open does, that every word has one group,
   and that every group has 2 … SYNONYM_MAX_OF_A_LINE words. Returns 0 or -1; synonyms_close may be
   called in any case. */
int synonyms_open(struct synonyms *synonyms, const void *block, size_t size, struct error *error);
void synonyms_close(struct synonyms *synonyms);

/* The group of a word, folded: its words, the word itself among them, in order of their bytes.
   Returns how many there are; 0 where the table lacks the word. */
uint32_t synonyms_find(const struct synonyms *synonyms, const char *word, size_t length,
                       const struct synonym **group);

#endif
