/* A reader is what one thread needs to answer: an SQLite connection of its own (opened without
   mutexes), statements prepared at their first use, a tokenizer, and in its slots what the rooms
   above keep of their own (a search its scratch memory). Readers share nothing but the immutable
   index. */
#define _DEFAULT_SOURCE /* madvise */
#include "index/base/database.h"
#include "index/segment/index_database.h"
#include "index/segment/open_index.h"

#include <cratedex/index_reader.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#define NANOSECONDS INT64_C(1000000000)
/* So many instructions of SQLite's machine lie between two looks at the clock: some
   milliseconds. */
#define STEPS_A_LOOK 100000

/* A reader wants pages here and there, a few KiB each. Around each the kernel reads as much as the
   disk is set to, up to MiBs. It is advice: failure changes nothing. */
static void advise_random(sqlite3 *database)
{
    sqlite3_file *file = NULL;
    sqlite3_int64 size = 0;
    void *map = NULL;
    void *last = NULL;
    if (sqlite3_file_control(database, "main", SQLITE_FCNTL_FILE_POINTER, (void *)&file) !=
            SQLITE_OK ||
        file == NULL || file->pMethods == NULL || file->pMethods->iVersion < 3 ||
        file->pMethods->xFileSize(file, &size) != SQLITE_OK ||
        file->pMethods->xFetch(file, 0, 1, &map) != SQLITE_OK || map == NULL)
        return;
    /* SQLite maps no more than its own limit, and the advice is for its memory only. */
    if (file->pMethods->xFetch(file, size - 1, 1, &last) == SQLITE_OK && last != NULL) {
        (void)madvise(map, (size_t)size, MADV_RANDOM);
        file->pMethods->xUnfetch(file, size - 1, last);
    }
    file->pMethods->xUnfetch(file, 0, map);
}

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * NANOSECONDS + time.tv_nsec;
}

/* Ends a statement that is past its deadline. */
static int on_progress(void *context)
{
    const struct index_reader *reader = context;
    return now() > reader->deadline;
}

struct index_reader *index_reader_open(const struct index *index, struct error *error)
{
    struct index_reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    reader->index = index;
    reader->database = index_database_reopen(index, error);
    if (reader->database == NULL)
        goto failed;
    advise_random(reader->database);
    sqlite3_progress_handler(reader->database, STEPS_A_LOOK, on_progress, reader);
    reader->tokenizer = tokenizer_open(reader->database, error);
    if (reader->tokenizer == NULL)
        goto failed;
    return reader;
failed:
    index_reader_close(reader);
    return NULL;
}

void index_reader_close(struct index_reader *reader)
{
    if (reader == NULL)
        return;
    for (uint32_t i = 0; i < reader->n_slots; i++)
        reader->slots[i].kind->free(reader->slots[i].state);
    ZSTD_freeDCtx(reader->decompressor);
    tokenizer_close(reader->tokenizer);
    for (uint32_t i = 0; i < reader->n_statements; i++)
        sqlite3_finalize(reader->statements[i].statement);
    sqlite3_close(reader->database);
    free(reader);
}

const struct index *index_reader_index(const struct index_reader *reader)
{
    return reader->index;
}

sqlite3_stmt *reader_statement(struct index_reader *reader, const char *text, struct error *error)
{
    reader->deadline = now() + READER_STATEMENT_SECONDS * NANOSECONDS;
    for (uint32_t i = 0; i < reader->n_statements; i++) {
        if (reader->statements[i].text != text)
            continue;
        sqlite3_reset(reader->statements[i].statement);
        sqlite3_clear_bindings(reader->statements[i].statement);
        return reader->statements[i].statement;
    }
    if (reader->n_statements == READER_MAX_STATEMENTS) {
        error_set(error, "a reader keeps no more than %d statements", READER_MAX_STATEMENTS);
        return NULL;
    }
    sqlite3_stmt *statement = database_prepare(reader->database, text, error);
    if (statement != NULL)
        reader->statements[reader->n_statements++] = (struct reader_statement){text, statement};
    return statement;
}

void *reader_slot(struct index_reader *reader, const struct reader_slot_kind *kind,
                  struct error *error)
{
    for (uint32_t i = 0; i < reader->n_slots; i++) {
        if (reader->slots[i].kind == kind)
            return reader->slots[i].state;
    }
    if (reader->n_slots == READER_MAX_SLOTS) {
        error_set(error, "a reader has no more than %d slots", READER_MAX_SLOTS);
        return NULL;
    }
    void *state = kind->create(reader, error);
    if (state != NULL) {
        reader->slots[reader->n_slots].kind = kind;
        reader->slots[reader->n_slots++].state = state;
    }
    return state;
}
