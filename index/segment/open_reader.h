/* What a reader of an index consists of; for the library's own sources only. */
#ifndef CRATEDEX_INDEX_OPEN_READER_H
#define CRATEDEX_INDEX_OPEN_READER_H

#include "index/segment/open_index.h"
#include "index/text/text_words.h"

#include <cratedex/error.h>
#include <sqlite3.h>
#include <stdint.h>
#include <zstd.h>

struct index_reader;

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

/* Ends every statement of the reader that is past its deadline. */
void reader_watch_statements(struct index_reader *reader);

/* The statement of that SQL, which is prepared at its first use and kept: `text` must be one static
   string, for its address is what it is found by. It is reset and has no bindings;
   READER_STATEMENT_SECONDS from now its next step fails. NULL on failure. */
sqlite3_stmt *reader_statement(struct index_reader *reader, const char *text, struct error *error);

/* What `kind` keeps with the reader, created at the first call. It is found by the address of
   `kind`, and freed before the reader's statements and its database are closed. NULL on failure. */
void *reader_slot(struct index_reader *reader, const struct reader_slot_kind *kind,
                  struct error *error);

#endif
