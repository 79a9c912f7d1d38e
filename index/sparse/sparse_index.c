/* The compressed texts lie in a table by rank. A reader keeps one decompression context; the text
   goes straight into the answer's buffer. Its length stands beside it and in zstd's own frame,
   which also has a checksum: a damaged file gives an error, never a text that is wrong. */
#include <cratedex/sparse_index.h>

#include "index/base/database.h"
#include "index/segment/open_reader.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

/* Makes room for `size` more bytes. Returns 0 or -1 (memory). */
static int reserve(msgpack_sbuffer *out, size_t size)
{
    if (out->alloc - out->size >= size)
        return 0;
    char *grown = realloc(out->data, out->size + size);
    if (grown == NULL)
        return -1;
    out->data = grown;
    out->alloc = out->size + size;
    return 0;
}

static int decompress(struct index_reader *reader, const void *bytes, size_t n_bytes, int64_t size,
                      msgpack_sbuffer *out, struct error *error)
{
    if (size <= 0 || (uint64_t)size > SPARSE_INDEX_MAX_BYTES || bytes == NULL ||
        ZSTD_getFrameContentSize(bytes, n_bytes) != (unsigned long long)size)
        return error_set(error, "index file: a sparse-index text has the wrong size");
    if (reader->decompressor == NULL)
        reader->decompressor = ZSTD_createDCtx();
    if (reader->decompressor == NULL || reserve(out, (size_t)size) != 0)
        return error_out_of_memory(error);
    size_t n_written = ZSTD_decompressDCtx(reader->decompressor, out->data + out->size,
                                           (size_t)size, bytes, n_bytes);
    if (ZSTD_isError(n_written) || n_written != (size_t)size)
        return error_set(error, "index file: a sparse-index text is damaged");
    out->size += n_written;
    return 1;
}

int sparse_index_read(struct index_reader *reader, uint32_t rank, msgpack_sbuffer *out,
                      int64_t *last_modified, struct error *error)
{
    static const char text[] = "SELECT last_modified, size, zstd FROM sparse_index WHERE rank = ?1";
    sqlite3_stmt *select = reader_statement(reader, text, error);
    if (select == NULL)
        return -1;
    sqlite3_bind_int64(select, 1, rank);
    int found = database_step(select, error);
    if (found == 1) {
        *last_modified = sqlite3_column_int64(select, 0);
        const void *bytes = sqlite3_column_blob(select, 2);
        found = decompress(reader, bytes, (size_t)sqlite3_column_bytes(select, 2),
                           sqlite3_column_int64(select, 1), out, error);
    }
    sqlite3_reset(select);
    return found;
}

size_t sparse_index_path(const char *name, size_t length, char path[SPARSE_INDEX_PATH_SIZE])
{
    /* How much of the name is a folder, from where on. */
    static const struct {
        const char *folder;
        unsigned n_first;
        unsigned n_second;
    } forms[] = {{"1/", 0, 0}, {"2/", 0, 0}, {"3/", 1, 0}, {"", 2, 2}};
    size_t form = length < 4 ? length - 1 : 3;
    size_t n = strlen(forms[form].folder);
    memcpy(path, forms[form].folder, n);
    for (size_t i = 0; i < forms[form].n_first + forms[form].n_second; i++) {
        path[n++] = name[i];
        if (i + 1 == forms[form].n_first || i + 1 == forms[form].n_first + forms[form].n_second)
            path[n++] = '/';
    }
    memcpy(path + n, name, length);
    n += length;
    path[n] = '\0';
    for (char *c = path; *c != '\0'; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    return n;
}
