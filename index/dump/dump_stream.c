/* A file with its compression taken off, block by block.

   gzip is unpacked by zlib and everything else by libarchive's filters, because libarchive (3.6)
   passes over a gzip's checksum and length without comparing them: a flipped bit would go into the
   index unseen. The other formats' libraries verify their own checksums.

   Of libarchive's filters only those that work inside of this process are allowed; some others
   start a program named after a magic number in the file. One compression is allowed, not a pile of
   them, which would let a small file make work without end. */
#include "index/dump/dump_stream.h"

#include "index/base/transfer.h"

#include <archive.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define BLOCK_BYTES (128 << 10)

struct dump_stream {
    int file; /* -1 when `gzip` owns it */
    gzFile gzip;
    struct archive *filters;
    unsigned char *block; /* of `gzip` */
};

static int open_gzip(struct dump_stream *stream, struct error *error)
{
    stream->block = malloc(BLOCK_BYTES);
    stream->gzip = stream->block == NULL ? NULL : gzdopen(stream->file, "rb");
    if (stream->gzip == NULL || gzbuffer(stream->gzip, BLOCK_BYTES) != 0)
        return error_out_of_memory(error);
    stream->file = -1;
    return 0;
}

static int fail_filters(const struct dump_stream *stream, struct error *error)
{
    const char *reason = archive_error_string(stream->filters);
    return error_set(error, "the archive is damaged or cut short (%s)",
                     reason == NULL ? "no reason known" : reason);
}

static int open_filters(struct dump_stream *stream, struct error *error)
{
    struct archive *filters = archive_read_new();
    struct archive_entry *entry;
    stream->filters = filters;
    if (filters == NULL || archive_read_support_filter_bzip2(filters) != ARCHIVE_OK ||
        archive_read_support_filter_compress(filters) != ARCHIVE_OK ||
        archive_read_support_filter_lzma(filters) != ARCHIVE_OK ||
        archive_read_support_filter_xz(filters) != ARCHIVE_OK ||
        archive_read_support_filter_lz4(filters) != ARCHIVE_OK ||
        archive_read_support_filter_zstd(filters) != ARCHIVE_OK ||
        archive_read_support_format_raw(filters) != ARCHIVE_OK)
        return error_out_of_memory(error);
    /* "Raw" is a format of one member that is the whole unpacked stream. */
    if (archive_read_open_fd(filters, stream->file, BLOCK_BYTES) != ARCHIVE_OK ||
        archive_read_next_header(filters, &entry) != ARCHIVE_OK)
        return fail_filters(stream, error);
    if (archive_filter_count(filters) > 2) /* one, and one that stands for the file itself */
        return error_set(error, "is compressed more than once");
    return 0;
}

struct dump_stream *dump_stream_open(const char *path, struct error *error)
{
    struct dump_stream *stream = calloc(1, sizeof *stream);
    if (stream == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    unsigned char magic[2] = {0};
    int result = 0;
    stream->file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n_magic = stream->file < 0 ? -1 : transfer_read(stream->file, magic, sizeof magic, 0);
    if (n_magic < 0)
        result = error_set(error, "%s", strerror(errno));
    else if (n_magic == 0)
        result = error_set(error, "the file is empty");
    else if (magic[0] == 0x1F && magic[1] == 0x8B)
        result = open_gzip(stream, error);
    else
        result = open_filters(stream, error);
    if (result < 0) {
        dump_stream_close(stream);
        return NULL;
    }
    return stream;
}

static int read_gzip(struct dump_stream *stream, const void **bytes, size_t *size,
                     struct error *error)
{
    int n_bytes = gzread(stream->gzip, stream->block, BLOCK_BYTES);
    if (n_bytes > 0) {
        *bytes = stream->block;
        *size = (size_t)n_bytes;
        return 1;
    }
    int code;
    gzerror(stream->gzip, &code); /* a cut file ends without an error but for this code */
    if (code == Z_OK)
        return 0;
    if (code == Z_ERRNO)
        return error_set(error, "%s", strerror(errno));
    if (code == Z_MEM_ERROR)
        return error_out_of_memory(error);
    return error_set(error, code == Z_BUF_ERROR ? "the archive is cut short"
                                                : "the archive is damaged (gzip)");
}

static int read_filters(struct dump_stream *stream, const void **bytes, size_t *size,
                        struct error *error)
{
    la_int64_t offset;
    int result;
    do {
        *size = 0;
        result = archive_read_data_block(stream->filters, bytes, size, &offset);
    } while (result == ARCHIVE_OK && *size == 0);
    if (result == ARCHIVE_OK)
        return 1;
    return result == ARCHIVE_EOF ? 0 : fail_filters(stream, error);
}

int dump_stream_read(struct dump_stream *stream, const void **bytes, size_t *size,
                     struct error *error)
{
    return stream->gzip != NULL ? read_gzip(stream, bytes, size, error)
                                : read_filters(stream, bytes, size, error);
}

uint64_t dump_stream_position(const struct dump_stream *stream)
{
    la_int64_t position =
        stream->gzip != NULL ? gzoffset(stream->gzip) : archive_filter_bytes(stream->filters, -1);
    return position < 0 ? 0 : (uint64_t)position;
}

void dump_stream_close(struct dump_stream *stream)
{
    if (stream == NULL)
        return;
    if (stream->gzip != NULL)
        gzclose_r(stream->gzip);
    archive_read_free(stream->filters);
    if (stream->file >= 0)
        close(stream->file);
    free(stream->block);
    free(stream);
}
