/* What a text comes to once the index was asked whether there are the crates that it may name. */
#ifndef CRATEDEX_INDEX_QUERY_READING_H
#define CRATEDEX_INDEX_QUERY_READING_H

#include "index/search/plan/query_text.h"
#include "index/segment/open_reader.h"

#include <cratedex/error.h>
#include <cratedex/index_file.h>
#include <stdbool.h>
#include <stdint.h>

struct query_reading {
    /* What to search for: the words of the text, or the names of the crates that it names. Empty
       where nothing of it is a word. */
    struct search_string text;
    bool is_as_typed; /* it is what was typed but for white space */
    /* The crates whose name is what was typed, as trie_find has them. */
    const unsigned char *typed_values;
    uint32_t n_typed;
    /* It may as well be a name itself, which comes before those that it names. */
    bool is_name;
    /* The crates that the text names in another way than being the name, in its order. */
    uint32_t named[QUERY_MAX_NAMES];
    uint32_t n_named;
    /* The version that the text says of the first of them; `data` NULL: none. */
    struct search_string version;
    struct query_text read; /* where the strings lie */
};

/* Reads what was typed (query_text_read). Words that are the name of a crate as they stand are
   nothing else. A version that may be a word as well (`tls 1.3`, `sha 2`) is one only where the
   crate has it, which is looked up by `reader`; where that is NULL, as while a text is being typed,
   a number with a point is believed to be one. The reading points into itself and must not be
   copied. Returns 0, or -1 and why (I/O). */
int query_reading_make(struct query_reading *reading, const struct index *index,
                       struct index_reader *reader, struct search_string typed,
                       struct error *error);

/* So many times better is a rank that is better for sure. */
#define QUERY_FAR_BETTER 8

/* Whether a crate is among the first of all, one in `share`; or is in a small index. */
static inline bool query_is_popular(const struct index *index, uint32_t rank, uint32_t share)
{
    enum { SMALL_INDEX = 1000 };
    return rank <= SMALL_INDEX || rank <= index_n_crates(index) / share;
}

/* Whether the first crate has the very version that the text says: 1, 0, or -1 and why. */
int query_reading_has_version(const struct query_reading *reading, struct index_reader *reader,
                              struct error *error);

#endif
