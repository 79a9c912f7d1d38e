/* A reader is what one thread needs to answer: an SQLite connection of its own (opened without
   mutexes), a tokenizer, and what it keeps from one answer to the next (open_reader.c). Readers
   share nothing but the immutable index. */
#define _DEFAULT_SOURCE /* madvise */
#include <cratedex/index_reader.h>

#include "index/base/database.h"
#include "index/segment/index_database.h"
#include "index/segment/open_reader.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

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
    reader_watch_statements(reader);
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
