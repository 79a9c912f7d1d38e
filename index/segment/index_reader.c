/* A reader is what one thread needs to answer: an SQLite connection of its own (opened without
   mutexes), a tokenizer, and what it keeps from one answer to the next (open_reader.c). Readers
   share nothing but the immutable index. */
#include <cratedex/index_reader.h>

#include "index/base/database.h"
#include "index/segment/index_database.h"
#include "index/segment/open_reader.h"

#include <stdlib.h>
#include <string.h>

struct index_reader *index_reader_open(const struct index *index, struct error *error)
{
    struct index_reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    reader->index = index;
    reader->database = index_database_connect(index->pages, error);
    if (reader->database == NULL)
        goto failed;
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
