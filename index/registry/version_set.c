/* A block is one Zstandard frame that states its size. Inside: the number of versions (32 bits) and
   a zero, the ids (64 bits each), where the objects end (32 bits each), the objects. All
   little-endian, in the order of their alignment, so that the numbers are used where they lie. */
#include "index/registry/version_set.h"

#include "index/base/database.h"
#include "index/base/zstd_error.h"
#include "index/registry/version_document.h"
#include "index/segment/open_reader.h"

#include <cratedex/index_file.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#define COMPRESSION_LEVEL 3

/* No set is larger unpacked: what a damaged frame claims is not believed. */
#define MAX_UNPACKED_BYTES (UINT32_C(1) << 27)

/* Scratch of larger sets is given back after use. */
#define MAX_KEPT_BYTES (1 << 20)

struct version_set_header {
    uint32_t n;
    uint32_t zero;
};

struct version_set_scratch {
    struct version_set_writer writer;
    ZSTD_DCtx *decompression;
    char *unpacked;
    size_t capacity;
};

const void *version_set_document(const struct version_set *set, uint32_t i, size_t *size)
{
    uint32_t start = i == 0 ? 0 : set->ends[i - 1];
    *size = set->ends[i] - start;
    return set->bytes + start;
}

void version_set_writer_init(struct version_set_writer *writer)
{
    writer->encoding = ENCODING_JSON;
    msgpack_sbuffer_init(&writer->ids);
    msgpack_sbuffer_init(&writer->ends);
    msgpack_sbuffer_init(&writer->bytes);
}

void version_set_writer_destroy(struct version_set_writer *writer)
{
    msgpack_sbuffer_destroy(&writer->bytes);
    msgpack_sbuffer_destroy(&writer->ends);
    msgpack_sbuffer_destroy(&writer->ids);
}

void version_set_begin(struct version_set_writer *writer, enum encoding encoding)
{
    writer->encoding = encoding;
    writer->ids.size = 0;
    writer->ends.size = 0;
    writer->bytes.size = 0;
}

int version_set_add(struct version_set_writer *writer, sqlite3_stmt *row,
                    const struct index_crate *crate, struct error *error)
{
    struct encoder encoder;
    encoder_init(&encoder, writer->encoding, &writer->bytes);
    if (version_document_encode(row, crate, &encoder, error) != 0 ||
        encoder_finish(&encoder, error) != 0)
        return -1;
    if (writer->bytes.size > MAX_UNPACKED_BYTES)
        return error_set(error, "the versions of %.*s are too large", (int)crate->name_length,
                         crate->name);
    int64_t id = sqlite3_column_int64(row, 0);
    uint32_t end = (uint32_t)writer->bytes.size;
    if (msgpack_sbuffer_write(&writer->ids, (const char *)&id, sizeof id) != 0 ||
        msgpack_sbuffer_write(&writer->ends, (const char *)&end, sizeof end) != 0)
        return error_out_of_memory(error);
    return 0;
}

void version_set_written(const struct version_set_writer *writer, struct version_set *set)
{
    *set = (struct version_set){
        .n = (uint32_t)(writer->ends.size / sizeof(uint32_t)),
        .ids = (const int64_t *)(const void *)writer->ids.data,
        .ends = (const uint32_t *)(const void *)writer->ends.data,
        .bytes = writer->bytes.data,
    };
}

static int compress(const msgpack_sbuffer *plain, msgpack_sbuffer *block, struct error *error)
{
    size_t bound = ZSTD_compressBound(plain->size);
    char *frame = malloc(bound);
    if (frame == NULL)
        return error_out_of_memory(error);
    size_t size = ZSTD_compress(frame, bound, plain->data, plain->size, COMPRESSION_LEVEL);
    int result = 0;
    if (ZSTD_isError(size))
        result = zstd_error(size, "compressing versions", error);
    else if (msgpack_sbuffer_write(block, frame, size) != 0)
        result = error_out_of_memory(error);
    free(frame);
    return result;
}

int version_set_pack(const struct version_set_writer *writer, msgpack_sbuffer *block,
                     struct error *error)
{
    const struct version_set_header header = {
        .n = (uint32_t)(writer->ends.size / sizeof(uint32_t)),
    };
    const msgpack_sbuffer *const pieces[] = {&writer->ids, &writer->ends, &writer->bytes};
    msgpack_sbuffer plain;
    msgpack_sbuffer_init(&plain);
    int status = msgpack_sbuffer_write(&plain, (const char *)&header, sizeof header);
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        if (pieces[i]->size > 0)
            status |= msgpack_sbuffer_write(&plain, pieces[i]->data, pieces[i]->size);
    }
    int result = status != 0 ? error_out_of_memory(error) : compress(&plain, block, error);
    msgpack_sbuffer_destroy(&plain);
    return result;
}

struct version_set_scratch *version_set_scratch_create(struct error *error)
{
    struct version_set_scratch *scratch = calloc(1, sizeof *scratch);
    if (scratch != NULL) {
        version_set_writer_init(&scratch->writer);
        scratch->decompression = ZSTD_createDCtx();
    }
    if (scratch == NULL || scratch->decompression == NULL) {
        error_out_of_memory(error);
        version_set_scratch_free(scratch);
        return NULL;
    }
    return scratch;
}

void version_set_scratch_free(struct version_set_scratch *scratch)
{
    if (scratch == NULL)
        return;
    free(scratch->unpacked);
    ZSTD_freeDCtx(scratch->decompression);
    version_set_writer_destroy(&scratch->writer);
    free(scratch);
}

/* Makes room for `size` bytes; what is there is lost. */
static int reserve(struct version_set_scratch *scratch, size_t size, struct error *error)
{
    if (size <= scratch->capacity && scratch->capacity <= MAX_KEPT_BYTES)
        return 0;
    free(scratch->unpacked);
    scratch->unpacked = malloc(size);
    scratch->capacity = scratch->unpacked == NULL ? 0 : size;
    return scratch->unpacked == NULL ? error_out_of_memory(error) : 0;
}

/* Points `set` into `bytes`, which `size` bytes of are there. Returns whether everything lies
   inside. */
static bool open_unpacked(struct version_set *set, const char *bytes, size_t size)
{
    struct version_set_header header;
    if (size < sizeof header)
        return false;
    memcpy(&header, bytes, sizeof header);
    size_t table_bytes = (sizeof *set->ids + sizeof *set->ends) * (size_t)header.n;
    if (header.zero != 0 || size - sizeof header < table_bytes)
        return false;
    set->n = header.n;
    set->ids = (const int64_t *)(const void *)(bytes + sizeof header);
    set->ends = (const uint32_t *)(const void *)(set->ids + header.n);
    set->bytes = (const char *)(set->ends + header.n);
    uint32_t end = 0;
    for (uint32_t i = 0; i < set->n; i++) {
        if (set->ends[i] <= end)
            return false;
        end = set->ends[i];
    }
    return end == size - sizeof header - table_bytes;
}

int version_set_unpack(struct version_set_scratch *scratch, const void *block, size_t size,
                       struct version_set *set, struct error *error)
{
    unsigned long long unpacked = ZSTD_getFrameContentSize(block, size);
    if (unpacked == ZSTD_CONTENTSIZE_ERROR || unpacked == ZSTD_CONTENTSIZE_UNKNOWN ||
        unpacked == 0 || unpacked > 2 * (unsigned long long)MAX_UNPACKED_BYTES)
        return error_set(error, "index file: a set of versions is damaged");
    if (reserve(scratch, (size_t)unpacked, error) != 0)
        return -1;
    size_t written = ZSTD_decompressDCtx(scratch->decompression, scratch->unpacked,
                                         (size_t)unpacked, block, size);
    if (ZSTD_isError(written) || written != unpacked ||
        !open_unpacked(set, scratch->unpacked, written))
        return error_set(error, "index file: a set of versions is damaged");
    return 0;
}

static int make(struct index_reader *reader, struct version_set_scratch *scratch, uint32_t rank,
                enum encoding encoding, struct version_set *set, struct error *error)
{
    static const char *const text = VERSIONS_OF_CRATE_SQL;
    struct version_set_writer *writer = &scratch->writer;
    struct index_crate crate;
    sqlite3_stmt *select = reader_statement(reader, text, error);
    if (select == NULL)
        return -1;
    index_crate(reader->index, rank, &crate);
    sqlite3_bind_int64(select, 1, reader->index->columns.ids[rank - 1]);
    version_set_begin(writer, encoding);
    int found;
    while ((found = database_step(select, error)) == 1) {
        if (version_set_add(writer, select, &crate, error) != 0) {
            found = -1;
            break;
        }
    }
    sqlite3_reset(select);
    version_set_written(writer, set);
    return found;
}

static void *create_scratch(struct index_reader *reader, struct error *error)
{
    (void)reader;
    return version_set_scratch_create(error);
}

static void free_scratch(void *scratch)
{
    version_set_scratch_free(scratch);
}

static const struct reader_slot_kind scratch_kind = {create_scratch, free_scratch};

int version_set_open(struct index_reader *reader, uint32_t rank, enum encoding encoding,
                     struct version_set *set, struct error *error)
{
    static const char *const texts[N_ENCODINGS] = {
        [ENCODING_JSON] = "SELECT json FROM version_sets WHERE rank = ?1",
        [ENCODING_MESSAGEPACK] = "SELECT msgpack FROM version_sets WHERE rank = ?1",
    };
    struct version_set_scratch *scratch = reader_slot(reader, &scratch_kind, error);
    sqlite3_stmt *select = reader_statement(reader, texts[encoding], error);
    if (scratch == NULL || select == NULL)
        return -1;
    sqlite3_bind_int64(select, 1, rank);
    int found = database_step(select, error);
    if (found == 1) {
        const void *block = sqlite3_column_blob(select, 0);
        size_t size = (size_t)sqlite3_column_bytes(select, 0);
        found = version_set_unpack(scratch, block, size, set, error);
    } else if (found == 0) {
        found = make(reader, scratch, rank, encoding, set, error);
    }
    sqlite3_reset(select);
    return found;
}
