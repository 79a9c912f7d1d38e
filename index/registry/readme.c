/* The compressed READMEs lie in a table by rank, which only an index that was built with them has.
   What was written there may be forged: the length is bounded before anything is unpacked, and the
   text must be UTF-8, for it goes into pages. */
#include <cratedex/readme.h>

#include "index/base/database.h"
#include "index/segment/open_reader.h"

#include <cratedex/utf8.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

bool readme_is_kept(const struct index *index)
{
    return index->has_readmes;
}

static int unpack(struct index_reader *reader, const void *bytes, size_t n_bytes,
                  msgpack_sbuffer *text, struct error *error)
{
    if (reader->decompressor == NULL)
        reader->decompressor = ZSTD_createDCtx();
    if (reader->decompressor == NULL || text->data == NULL)
        return error_out_of_memory(error);
    if (ZSTD_decompressDCtx(reader->decompressor, text->data, text->size, bytes, n_bytes) !=
        text->size)
        return error_set(error, "index file: a README is damaged");
    if (!utf8_is_valid(text->data, text->size))
        return error_set(error, "index file: a README is not UTF-8");
    return 1;
}

static int take_row(struct index_reader *reader, sqlite3_stmt *row, struct readme *readme,
                    struct error *error)
{
    const void *bytes = sqlite3_column_blob(row, 2);
    size_t n_bytes = (size_t)sqlite3_column_bytes(row, 2);
    int64_t size = sqlite3_column_int64(row, 0);
    int64_t full_size = sqlite3_column_int64(row, 1);
    const char *repository = (const char *)sqlite3_column_text(row, 3);
    size_t length = (size_t)sqlite3_column_bytes(row, 3);
    if (bytes == NULL || size <= 0 || (uint64_t)size > README_MAX_BYTES || full_size < size ||
        ZSTD_getFrameContentSize(bytes, n_bytes) != (unsigned long long)size)
        return error_set(error, "index file: a README has the wrong size");
    msgpack_sbuffer_init(&readme->text);
    readme->text.data = malloc((size_t)size);
    readme->text.size = readme->text.alloc = (size_t)size;
    readme->full_size = (uint64_t)full_size;
    readme->repository[0] = '\0';
    if (repository != NULL && length < sizeof readme->repository)
        memcpy(readme->repository, repository, length + 1);
    int result = unpack(reader, bytes, n_bytes, &readme->text, error);
    if (result < 0)
        readme_free(readme);
    return result;
}

int readme_read(struct index_reader *reader, uint32_t rank, struct readme *readme,
                struct error *error)
{
    static const char text[] = "SELECT size, full_size, zstd, repository FROM readmes"
                               " LEFT JOIN crates USING (rank) WHERE readmes.rank = ?1";
    if (!reader->index->has_readmes)
        return 0;
    sqlite3_stmt *select = reader_statement(reader, text, error);
    if (select == NULL)
        return -1;
    sqlite3_bind_int64(select, 1, rank);
    int found = database_step(select, error);
    if (found == 1)
        found = take_row(reader, select, readme, error);
    sqlite3_reset(select);
    return found;
}

void readme_free(struct readme *readme)
{
    msgpack_sbuffer_destroy(&readme->text);
}
