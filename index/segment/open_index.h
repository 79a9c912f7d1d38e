/* What an open index and a reader of it consist of; for the library's own sources only. */
#ifndef CRATEDEX_INDEX_OPEN_INDEX_H
#define CRATEDEX_INDEX_OPEN_INDEX_H

#include "index/segment/crate_columns.h"
#include "index/segment/index_parts.h"
#include "index/segment/memberships.h"
#include "index/segment/name_substrings.h"
#include "index/segment/postings.h"
#include "index/segment/table_rows.h"
#include "index/segment/word_list.h"
#include "index/text/text_words.h"

#include <cratedex/index_reader.h>
#include <sqlite3.h>
#include <sys/types.h>
#include <zstd.h>
#include "index/trie/trie.h"

struct index {
    char *path;
    dev_t device; /* with the inode: which file `path` is */
    ino_t inode;
    void *blocks[N_INDEX_PARTS]; /* owned; 16-byte aligned by malloc */
    size_t block_sizes[N_INDEX_PARTS];
    uint64_t checksums[N_INDEX_PARTS]; /* XXH3 of each block */
    struct crate_columns columns;
    struct trie names;
    struct trie terms;
    struct postings postings; /* of stems, by their numbers in `terms` */
    struct trie words;
    struct postings written; /* of words as they are written, by their numbers in `words` */
    struct name_substrings substrings;
    struct trie name_ends;
    struct word_list keyword_list;
    struct trie keywords;
    struct word_list spelling_list;
    struct trie spelling;
    struct memberships memberships;
    struct table_rows documents; /* rank → json, msgpack */
    uint64_t *not_yanked; /* a bit a rank: crates with a version that is not yanked, or with none */
    char dump_timestamp[64];
    char downloads_day[11];
    char fingerprint[17];
};

/* A statement that a reader has prepared; `text` tells it from the others by its address. */
struct reader_statement {
    const char *text;
    sqlite3_stmt *statement;
};
#define READER_MAX_STATEMENTS 96

/* What a room above keeps with a reader from one use to the next, such as scratch memory. */
struct reader_slot_kind {
    void *(*create)(struct index_reader *reader, struct error *error); /* NULL on failure */
    void (*free)(void *state);
};
#define READER_MAX_SLOTS 4

struct index_reader {
    const struct index *index;
    sqlite3 *database;
    struct reader_statement statements[READER_MAX_STATEMENTS];
    uint32_t n_statements;
    struct tokenizer *tokenizer;
    ZSTD_DCtx *decompressor; /* NULL until it is needed */
    struct {
        const struct reader_slot_kind *kind;
        void *state;
    } slots[READER_MAX_SLOTS];
    uint32_t n_slots;
    int64_t deadline; /* of the statement at hand; nanoseconds of CLOCK_MONOTONIC */
};

/* No statement of a whole index takes a tenth of this, of 0.01 s or less each. In a forged file
   pages can lead to each other so that a table has no end. */
#define READER_STATEMENT_SECONDS 10

/* The statement of that SQL, which is prepared at its first use and kept: `text` must be one static
   string, for its address is what it is found by. It is reset and has no bindings;
   READER_STATEMENT_ SECONDS from now its next step fails. NULL on failure. */
sqlite3_stmt *reader_statement(struct index_reader *reader, const char *text, struct error *error);

/* What `kind` keeps with the reader, created at the first call. It is found by the address of
   `kind`, and freed before the reader's statements and its database are closed. NULL on failure. */
void *reader_slot(struct index_reader *reader, const struct reader_slot_kind *kind,
                  struct error *error);

/* The canonical name of a crate; not NUL-terminated. */
static inline const char *index_canonical_name(const struct index *index, uint32_t rank,
                                               size_t *length)
{
    uint32_t start = index->columns.name_offsets[rank - 1];
    *length = index->columns.name_offsets[rank] - start;
    return index->columns.canonical_names + start;
}

#endif
