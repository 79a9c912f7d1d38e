/* A table of words that mean the same, a line each, read from a text. One ships with the
   program. */
#ifndef CRATEDEX_INDEX_SYNONYM_TABLE_H
#define CRATEDEX_INDEX_SYNONYM_TABLE_H

#include "index/text/text_words.h"

#include <cratedex/error.h>
#include <msgpack/sbuffer.h>
#include <stddef.h>
#include <stdint.h>

#define SYNONYM_TABLE_MAX_BYTES (1 << 20)
#define SYNONYM_MAX_BYTES 64    /* of a word, as it stands there and folded */
#define SYNONYM_MAX_OF_A_LINE 8 /* words */

struct synonym_entry {
    const char *word; /* folded as the index folds; not NUL-terminated */
    uint32_t length;
    uint32_t group; /* from 1; words of a line have the same */
    uint32_t line;  /* from 1 */
};

/* In order of their words. Owned. */
struct synonym_table {
    struct synonym_entry *entries;
    size_t n_entries;
    size_t capacity;
    uint32_t n_groups;
    msgpack_sbuffer texts; /* what the entries point to, once all are read */
};

/* Reads the file; NULL: the table that ships. A line has words, separated by white space; what
   begins with `#` is a comment to its end. Refused, with file and line, are bytes that are no
   UTF-8, more than the limits above, what is not one word to a search, a line of one word, and a
   word that stands twice. Returns 0 or -1; frees nothing of an earlier table. */
int synonym_table_read(struct synonym_table *table, const char *path, struct tokenizer *tokenizer,
                       struct error *error);

void synonym_table_free(struct synonym_table *table);

/* The table that ships; not NUL-terminated. */
const char *synonym_table_shipped(size_t *size);

#endif
