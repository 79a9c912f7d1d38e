/* An index is a database of SQLite with checksums behind it; the numbers of the header are where
   https://www.sqlite.org/fileformat.html (section 1.3) has them. */
#include "index/segment/index_header.h"

#include "index/base/transfer.h"
#include "index/segment/page_checksums.h"

#include <cratedex/index_format.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SQLITE_HEADER_BYTES 100
#define SQLITE_MAGIC "SQLite format 3"
#define BUILD_ONE "build an index with `cratedex-index build DUMP -o FILE`"

/* A number of 32 bits in the header, most significant byte first. */
static uint32_t number_at(const unsigned char *bytes, size_t at)
{
    return (uint32_t)bytes[at] << 24 | (uint32_t)bytes[at + 1] << 16 |
           (uint32_t)bytes[at + 2] << 8 | bytes[at + 3];
}

/* A call of the system failed. */
static int fail_call(const char *path, struct error *error)
{
    error_set(error, "%s: %s", path, strerror(errno));
    return error_mark_transient(error);
}

static int check_size(const char *path, const struct index_header *header, struct error *error)
{
    int64_t promised =
        (int64_t)header->n_pages * INDEX_PAGE_BYTES + page_checksums_size(header->n_pages);
    if (header->n_pages != 0 && header->stamp.size == promised)
        return 0;
    return error_set(error,
                     "%s is damaged: it has %lld bytes where its header says %lld; restore it "
                     "or build it again",
                     path, (long long)header->stamp.size, (long long)promised);
}

static int check_header(int file, const char *path, struct index_header *header,
                        struct error *error)
{
    unsigned char bytes[SQLITE_HEADER_BYTES];
    ssize_t n_read = transfer_read(file, bytes, sizeof bytes, 0);
    if (n_read < 0)
        return fail_call(path, error);
    if (n_read != (ssize_t)sizeof bytes || memcmp(bytes, SQLITE_MAGIC, sizeof SQLITE_MAGIC) != 0)
        return error_set(error, "%s is not a Cratedex index", path);
    if (number_at(bytes, 68) != INDEX_APPLICATION_ID)
        return error_set(error, "%s is an SQLite database but not a Cratedex index", path);
    uint32_t format = number_at(bytes, 60);
    if (format != INDEX_FORMAT_VERSION)
        return error_set(error,
                         "%s has index format %" PRIu32 ", this program reads format %d: build "
                         "the index again with this version of cratedex-index",
                         path, format, INDEX_FORMAT_VERSION);
    unsigned page_bytes = (unsigned)bytes[16] << 8 | bytes[17];
    if (page_bytes != INDEX_PAGE_BYTES)
        return error_set(error,
                         "%s is damaged: its header says that its pages have %u bytes; restore it "
                         "or build it again",
                         path, page_bytes);
    header->n_pages = number_at(bytes, 28);
    return check_size(path, header, error);
}

/* A device or a pipe may have no end, and nothing to read at an offset. */
static int check_kind(int file, const char *path, struct error *error)
{
    struct stat status;
    if (fstat(file, &status) != 0)
        return fail_call(path, error);
    if (S_ISREG(status.st_mode))
        return 0;
    return error_set(error, "%s is %s: " BUILD_ONE, path,
                     S_ISDIR(status.st_mode) ? "a folder, not an index" : "no regular file");
}

static int fail_open(const char *path, struct error *error)
{
    if (errno == ENXIO) /* a socket */
        return error_set(error, "%s is no regular file: " BUILD_ONE, path);
    if (errno != ENOENT)
        return fail_call(path, error);
    return error_set(error, "%s: %s; " BUILD_ONE, path, strerror(errno));
}

int index_header_open(const char *path, struct index_header *header, struct error *error)
{
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (file < 0)
        return fail_open(path, error);
    int result = check_kind(file, path, error);
    if (result == 0 && file_stamp_take(file, &header->stamp) != 0)
        result = fail_call(path, error);
    if (result == 0 && check_header(file, path, header, error) == 0)
        return file;
    close(file);
    return -1;
}
