/* An archive as a dump. A zip is read by libarchive from the file, by the directory at its end. A
   tar is read by libarchive too, but from a dump_stream instead of the file, so that this code sees
   every unpacked byte: it can bound them, members that are skipped included, and it knows whether
   the tar ends with its end marker (two blocks of zeros), which libarchive does not insist on. The
   stream is read to its end behind the marker, as only there the checksum of the compressed data
   lies. A member's bytes are libarchive's own buffers.

   Nothing is ever unpacked to disk, so names could do no harm here; those that are meant to do harm
   elsewhere are refused all the same, as they tell that the file is no dump. */
#include "index/dump/dump_archive.h"

#include "index/base/transfer.h"
#include "index/dump/csv_utf8.h"
#include "index/dump/dump_budget.h"
#include "index/dump/dump_name.h"
#include "index/dump/dump_source.h"
#include "index/dump/dump_stream.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK_BYTES (128 << 10)
/* POSIX.1-2017, pax, "ustar Interchange Format" */
#define TAR_BLOCK_BYTES 512
#define END_MARKER_BYTES (2 * TAR_BLOCK_BYTES)

struct dump_archive {
    struct archive *archive;
    int zip_file;               /* -1 for a tar */
    struct dump_stream *stream; /* NULL for a zip */
    bool has_stream_failed;
    struct error stream_error;
    uint64_t n_last_zeros; /* how many zero bytes the stream so far ends with, at least */
    struct dump_names *names;
    struct dump_budget *budget;

    struct archive_entry *entry;
    int header_result;   /* of the header that is in `entry` */
    bool is_header_read; /* but not yet given: the first one, read on open */
    int64_t n_read;      /* bytes of the member */
};

static void count_last_zeros(struct dump_archive *state, const unsigned char *bytes, size_t size)
{
    size_t n_zeros = 0;
    while (n_zeros < size && n_zeros < END_MARKER_BYTES && bytes[size - 1 - n_zeros] == 0)
        n_zeros++;
    state->n_last_zeros = n_zeros == size ? state->n_last_zeros + n_zeros : n_zeros;
}

static int read_stream(struct dump_archive *state, const void **bytes, size_t *size)
{
    int result = dump_stream_read(state->stream, bytes, size, &state->stream_error);
    if (result == 1 && dump_budget_spend(state->budget, *size, &state->stream_error) < 0)
        result = -1;
    if (result == 1)
        count_last_zeros(state, *bytes, *size);
    state->has_stream_failed |= result < 0;
    return result;
}

/* libarchive asks for more of the tar. */
static la_ssize_t on_read(struct archive *archive, void *context, const void **bytes)
{
    struct dump_archive *state = context;
    size_t size;
    int result = read_stream(state, bytes, &size);
    if (result == 0)
        return 0;
    if (result == 1)
        return (la_ssize_t)size;
    archive_set_error(archive, EIO, "%s", state->stream_error.message);
    return ARCHIVE_FATAL;
}

static int fail_archive(const struct dump_archive *state, struct error *error)
{
    if (state->has_stream_failed)
        return error_set(error, "%s", state->stream_error.message);
    const char *reason = archive_error_string(state->archive);
    return error_set(error, "the archive is damaged or cut short (%s)",
                     reason == NULL ? "no reason known" : reason);
}

static int refuse_member(struct archive_entry *entry, const char *path, struct error *error)
{
    const char *kind = "a device or another special file";
    if (archive_entry_hardlink(entry) != NULL)
        kind = "a hard link";
    else if (archive_entry_filetype(entry) == AE_IFLNK)
        kind = "a symbolic link";
    char name[320];
    csv_utf8_quote(name, sizeof name, path, strlen(path));
    return error_set(error, "the member %s is refused: it is %s", name, kind);
}

static bool is_zip(int file)
{
    unsigned char magic[4] = {0};
    return transfer_read(file, magic, sizeof magic, 0) == (ssize_t)sizeof magic &&
           magic[0] == 'P' && magic[1] == 'K' &&
           ((magic[2] == 3 && magic[3] == 4) || (magic[2] == 5 && magic[3] == 6));
}

/* Reads the first header, which shows whether the file is an archive at all; `not_one` says what to
   answer where it is not. */
static int read_first_header(struct dump_archive *state, int open_result, const char *not_one,
                             struct error *error)
{
    state->header_result = open_result == ARCHIVE_OK
                               ? archive_read_next_header(state->archive, &state->entry)
                               : ARCHIVE_FATAL;
    if (state->header_result != ARCHIVE_FATAL)
        return 0;
    if (!state->has_stream_failed && archive_format(state->archive) == 0)
        return error_set(error, "%s", not_one);
    return fail_archive(state, error);
}

static int open_zip(struct dump_archive *state, struct error *error)
{
    if (archive_read_support_format_zip_seekable(state->archive) != ARCHIVE_OK)
        return error_out_of_memory(error);
    int result = archive_read_open_fd(state->archive, state->zip_file, BLOCK_BYTES);
    return read_first_header(
        state, result,
        "the archive is cut short: the directory at the end of a zip file is missing", error);
}

static int open_tar(struct dump_archive *state, const char *path, struct error *error)
{
    state->stream = dump_stream_open(path, error);
    if (state->stream == NULL)
        return -1;
    if (archive_read_support_format_tar(state->archive) != ARCHIVE_OK)
        return error_out_of_memory(error);
    int result = archive_read_open(state->archive, state, NULL, on_read, NULL);
    return read_first_header(state, result, "is no tar or zip archive, or it is cut short", error);
}

static void close_archive(void *context)
{
    struct dump_archive *state = context;
    archive_read_free(state->archive);
    dump_stream_close(state->stream);
    if (state->zip_file >= 0)
        close(state->zip_file);
    free(state);
}

void *dump_archive_open(const char *path, struct dump_names *names, struct dump_budget *budget,
                        struct error *error)
{
    struct dump_archive *state = calloc(1, sizeof *state);
    if (state == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    state->names = names;
    state->budget = budget;
    state->is_header_read = true;
    state->zip_file = open(path, O_RDONLY | O_CLOEXEC);
    state->archive = archive_read_new();
    int result = 0;
    if (state->zip_file < 0) {
        result = error_set(error, "%s", strerror(errno));
    } else if (state->archive == NULL) {
        result = error_out_of_memory(error);
    } else if (is_zip(state->zip_file)) {
        result = open_zip(state, error);
    } else {
        close(state->zip_file);
        state->zip_file = -1;
        result = open_tar(state, path, error);
    }
    if (result < 0) {
        close_archive(state);
        return NULL;
    }
    return state;
}

/* What libarchive sees as the end of a tar may be where it was cut. */
static int end_archive(struct dump_archive *state, struct error *error)
{
    const void *bytes;
    size_t size;
    int result;
    if (state->stream == NULL)
        return 0;
    while ((result = read_stream(state, &bytes, &size)) == 1)
        ;
    if (result < 0)
        return fail_archive(state, error);
    /* Whole blocks, so that a member's padding is not taken for a part of the marker. */
    if (state->n_last_zeros < END_MARKER_BYTES || state->budget->n_bytes % TAR_BLOCK_BYTES != 0)
        return error_set(error, "the archive is cut short: it lacks the end marker of a tar file");
    return 0;
}

static int next_archive(void *context, size_t *item, struct error *error)
{
    struct dump_archive *state = context;
    for (;;) {
        if (!state->is_header_read)
            state->header_result = archive_read_next_header(state->archive, &state->entry);
        state->is_header_read = false;
        if (state->header_result == ARCHIVE_EOF)
            return end_archive(state, error);
        /* A warning is about something that is not used here, as the owner's name. */
        if (state->header_result != ARCHIVE_OK && state->header_result != ARCHIVE_WARN)
            return fail_archive(state, error);

        const char *path = archive_entry_pathname_utf8(state->entry);
        if (path == NULL)
            path = archive_entry_pathname(state->entry);
        if (path == NULL)
            path = "";
        if (dump_path_check(path, error) < 0)
            return -1;
        bool is_link = archive_entry_hardlink(state->entry) != NULL;
        if (!is_link && archive_entry_filetype(state->entry) == AE_IFDIR)
            continue;
        if (is_link || archive_entry_filetype(state->entry) != AE_IFREG)
            return refuse_member(state->entry, path, error);
        if (!dump_path_is_data(path))
            continue;
        if (dump_names_add(state->names, path, error) < 0)
            return -1;
        *item = state->names->n_items - 1;
        state->n_read = 0;
        return 1;
    }
}

static int read_archive(void *context, const void **bytes, size_t *size, struct error *error)
{
    struct dump_archive *state = context;
    const char *path = state->names->items[state->names->n_items - 1].path;
    la_int64_t offset = 0;
    int result;
    do {
        *size = 0;
        result = archive_read_data_block(state->archive, bytes, size, &offset);
    } while (result == ARCHIVE_OK && *size == 0);
    if (result == ARCHIVE_EOF) {
        if (archive_entry_size_is_set(state->entry) &&
            archive_entry_size(state->entry) != state->n_read)
            return error_set(error, "%s has %" PRId64 " bytes where the archive says %" PRId64,
                             path, state->n_read, (int64_t)archive_entry_size(state->entry));
        return 0;
    }
    if (result != ARCHIVE_OK) {
        fail_archive(state, error);
        return state->has_stream_failed ? -1 : error_prefix(error, "%s: ", path);
    }
    if (offset != state->n_read)
        return error_set(error, "%s is a sparse file, which no table is", path);
    if (state->stream == NULL && dump_budget_spend(state->budget, *size, error) < 0)
        return -1;
    state->n_read += (int64_t)*size;
    return 1;
}

static uint64_t archive_position(const void *context)
{
    const struct dump_archive *state = context;
    if (state->stream != NULL)
        return dump_stream_position(state->stream);
    la_int64_t position = archive_filter_bytes(state->archive, -1);
    return position < 0 ? 0 : (uint64_t)position;
}

const struct dump_source dump_archive_source = {
    .next = next_archive,
    .read = read_archive,
    .position = archive_position,
    .close = close_archive,
};
