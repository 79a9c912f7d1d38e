/* Each README is compressed by itself, as pages show one at a time: of the READMEs of crates, which
   have some 5 kB, about a half is left. One that is larger than README_MAX_BYTES is cut behind a
   paragraph, and the row says how large it was. */
#include "index/build/build_readmes.h"

#include "index/base/database.h"
#include "index/base/zstd_error.h"
#include "index/build/build_report.h"

#include <cratedex/readme.h>
#include <cratedex/utf8.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#define COMPRESSION_LEVEL 3

struct build_readmes {
    struct build *build;
    sqlite3_stmt *insert;
    ZSTD_CCtx *compressor;
    void *compressed;
    size_t capacity;
};

struct build_readmes *build_readmes_open(struct build *build, struct error *error)
{
    struct build_readmes *readmes = calloc(1, sizeof *readmes);
    if (readmes == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    readmes->build = build;
    readmes->capacity = ZSTD_compressBound(README_MAX_BYTES);
    readmes->compressed = malloc(readmes->capacity);
    readmes->compressor = ZSTD_createCCtx();
    if (readmes->compressed == NULL || readmes->compressor == NULL)
        error_out_of_memory(error);
    else
        readmes->insert =
            database_prepare(build->database, "INSERT INTO readmes VALUES(?1, ?2, ?3, ?4)", error);
    if (readmes->insert != NULL) {
        ZSTD_CCtx_setParameter(readmes->compressor, ZSTD_c_compressionLevel, COMPRESSION_LEVEL);
        ZSTD_CCtx_setParameter(readmes->compressor, ZSTD_c_checksumFlag, 1);
        return readmes;
    }
    build_readmes_close(readmes);
    return NULL;
}

static bool shows_nothing(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (strchr(" \t\r\n\f\v", text[i]) == NULL || text[i] == '\0')
            return false;
    return true;
}

/* Where the last paragraph ends that begins in the second half; without one, the last line; without
   one, the last character. */
static size_t cut(const char *text, size_t length)
{
    size_t line = 0;
    for (size_t i = README_MAX_BYTES; i > README_MAX_BYTES / 2; i--) {
        if (text[i - 1] != '\n')
            continue;
        if (text[i - 2] == '\n' || (text[i - 2] == '\r' && text[i - 3] == '\n'))
            return i;
        if (line == 0)
            line = i;
    }
    return line != 0 ? line : utf8_fitting_length(text, length, README_MAX_BYTES);
}

int build_readmes_add(struct build_readmes *readmes, uint32_t rank, const char *text, size_t length,
                      struct error *error)
{
    if (shows_nothing(text, length))
        return 0;
    size_t kept = length;
    if (length > README_MAX_BYTES) {
        const struct build_crate *crate = &readmes->build->crates[rank - 1];
        kept = cut(text, length);
        build_warn(readmes->build, "README of more than 256 KiB, cut behind a paragraph", 1,
                   "the crate with the id %" PRId64 ": %zu bytes", crate->id, length);
    }
    size_t size =
        ZSTD_compress2(readmes->compressor, readmes->compressed, readmes->capacity, text, kept);
    if (ZSTD_isError(size))
        return zstd_error(size, "compressing a README", error);
    sqlite3_bind_int64(readmes->insert, 1, rank);
    sqlite3_bind_int64(readmes->insert, 2, (sqlite3_int64)kept);
    sqlite3_bind_int64(readmes->insert, 3, (sqlite3_int64)length);
    sqlite3_bind_blob64(readmes->insert, 4, readmes->compressed, size, SQLITE_STATIC);
    return database_run(readmes->insert, error);
}

int build_write_readme_counts(sqlite3 *database, struct error *error)
{
    return database_execute(
        database,
        "INSERT INTO meta SELECT 'readmes', count(*) FROM readmes;"
        "INSERT INTO meta SELECT 'readme_bytes', coalesce(sum(size), 0) FROM readmes;",
        error);
}

void build_readmes_close(struct build_readmes *readmes)
{
    if (readmes == NULL)
        return;
    sqlite3_finalize(readmes->insert);
    ZSTD_freeCCtx(readmes->compressor);
    free(readmes->compressed);
    free(readmes);
}
