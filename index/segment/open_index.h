/* What an open index consists of; for the library's own sources only. */
#ifndef CRATEDEX_INDEX_OPEN_INDEX_H
#define CRATEDEX_INDEX_OPEN_INDEX_H

#include "index/segment/category_list.h"
#include "index/segment/crate_columns.h"
#include "index/segment/crate_values.h"
#include "index/segment/index_pages.h"
#include "index/segment/index_parts.h"
#include "index/segment/licenses.h"
#include "index/segment/memberships.h"
#include "index/segment/name_substrings.h"
#include "index/segment/order_bitmaps.h"
#include "index/segment/order_places.h"
#include "index/segment/postings.h"
#include "index/segment/rust_versions.h"
#include "index/segment/synonyms.h"
#include "index/segment/table_rows.h"
#include "index/segment/word_list.h"
#include "index/trie/open_trie.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct index {
    struct index_pages *pages;   /* the file */
    void *blocks[N_INDEX_PARTS]; /* owned; 16-byte aligned by malloc */
    size_t block_sizes[N_INDEX_PARTS];
    struct crate_columns columns;
    struct trie names;
    struct trie terms;
    struct postings postings; /* of stems, by their numbers in `terms` */
    struct trie words;
    struct postings written;    /* of words as they are written, by their numbers in `words` */
    const uint32_t *word_stems; /* by the same number - 1: the stem's in `terms` */
    struct name_substrings substrings;
    struct trie name_ends;
    struct word_list keyword_list;
    struct trie keywords;
    struct word_list spelling_list;
    struct trie spelling;
    struct memberships memberships;
    struct trie logins; /* into them */
    struct crate_values values;
    struct licenses licenses; /* of names that are values */
    struct rust_versions rust_versions;
    struct synonyms synonyms;
    struct order_bitmaps order_bitmaps;
    struct order_places order_places;
    struct category_list categories;
    struct table_rows documents; /* rank → json, msgpack */
    uint64_t *not_yanked; /* a bit a rank: crates with a version that is not yanked, or with none */
    char dump_timestamp[64];
    char downloads_day[11];
    char fingerprint[17];
    bool has_readmes;
};

/* The canonical name of a crate; not NUL-terminated. */
static inline const char *index_canonical_name(const struct index *index, uint32_t rank,
                                               size_t *length)
{
    uint32_t start = index->columns.name_offsets[rank - 1];
    *length = index->columns.name_offsets[rank] - start;
    return index->columns.canonical_names + start;
}

#endif
