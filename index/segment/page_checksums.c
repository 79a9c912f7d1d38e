/* Behind the SQLite database, whose own header says how many pages it has, so that SQLite never
   looks further:

       magic          8 bytes
       page size      4            the same as SQLite's header says, as is
       pages          4            the number of pages
       checksums      8 a page     XXH3 of page 1, 2, …
       digest         8            XXH3 of all of the above

   Numbers are little-endian. The size of the file follows from the number of pages, so a file that
   was cut or continued is known by its size; a changed bit is in a page, whose checksum then
   differs, or in the trailer, whose digest then does. Two pages that changed places are noticed,
   for a checksum belongs to a place. 8 bytes for 4 KiB are 0.2 % of the file.

   A table of their own within the database would need pages that are checked in another way, and
   8 bytes reserved at the end of every page (as SQLite's cksumvfs does) could not tell a page from
   one that belongs elsewhere, and give no digest of the whole.

   It is no signature: whoever changes a file on purpose computes the checksums again. What is
   read is bounded where it is read, whatever the checksums say. */
#include "index/segment/page_checksums.h"

#include "index/base/transfer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#define N_PAGES_AT 28 /* in SQLite's header, most significant byte first */
#define PIECE_PAGES 256
#define CHANGED "the checksums of its pages have changed"

struct trailer {
    char magic[8];
    uint32_t page_bytes;
    uint32_t n_pages;
    uint64_t checksums[]; /* the digest is one more */
};

static const char magic[8] = "CDXPAGES";

uint64_t page_checksum(const void *page)
{
    return XXH3_64bits(page, INDEX_PAGE_BYTES);
}

int64_t page_checksums_size(uint32_t n_pages)
{
    return (int64_t)(sizeof(struct trailer) + sizeof(uint64_t) * ((size_t)n_pages + 1));
}

static uint64_t digest_of(const struct trailer *trailer)
{
    return XXH3_64bits(trailer, sizeof *trailer + sizeof(uint64_t) * trailer->n_pages);
}

static int read_whole(int file, void *bytes, size_t size, int64_t at, struct error *error)
{
    ssize_t n_read = transfer_read(file, bytes, size, at);
    if (n_read == (ssize_t)size)
        return 0;
    if (n_read >= 0)
        return error_set(error, "the index file ends too early");
    error_set(error, "cannot read the index file: %s", strerror(errno));
    return error_mark_transient(error);
}

static int write_whole(int file, const void *bytes, size_t size, int64_t at, struct error *error)
{
    if (transfer_write(file, bytes, size, at) == 0)
        return 0;
    return error_set(error, "cannot write the index file: %s", strerror(errno));
}

static int compute(int file, struct trailer *trailer, struct error *error)
{
    unsigned char *piece = malloc((size_t)PIECE_PAGES * INDEX_PAGE_BYTES);
    int result = piece == NULL ? error_out_of_memory(error) : 0;
    for (uint32_t at = 0; at < trailer->n_pages && result == 0; at += PIECE_PAGES) {
        uint32_t n = trailer->n_pages - at < PIECE_PAGES ? trailer->n_pages - at : PIECE_PAGES;
        result = read_whole(file, piece, (size_t)n * INDEX_PAGE_BYTES,
                            (int64_t)at * INDEX_PAGE_BYTES, error);
        for (uint32_t i = 0; i < n && result == 0; i++)
            trailer->checksums[at + i] = page_checksum(piece + (size_t)i * INDEX_PAGE_BYTES);
    }
    free(piece);
    return result;
}

int page_checksums_append(int file, struct error *error)
{
    unsigned char number[4];
    if (read_whole(file, number, sizeof number, N_PAGES_AT, error) != 0)
        return -1;
    uint32_t n_pages = (uint32_t)number[0] << 24 | (uint32_t)number[1] << 16 |
                       (uint32_t)number[2] << 8 | number[3];
    size_t size = (size_t)page_checksums_size(n_pages);
    int64_t end = (int64_t)n_pages * INDEX_PAGE_BYTES;
    struct stat status;
    if (fstat(file, &status) != 0)
        return error_set(error, "cannot read the index file: %s", strerror(errno));
    if (status.st_size < end)
        return error_set(error, "the index file ends too early");
    struct trailer *trailer = malloc(size);
    if (trailer == NULL)
        return error_out_of_memory(error);
    memcpy(trailer->magic, magic, sizeof magic);
    trailer->page_bytes = INDEX_PAGE_BYTES;
    trailer->n_pages = n_pages;
    int result = compute(file, trailer, error);
    if (result == 0) {
        trailer->checksums[n_pages] = digest_of(trailer);
        result = ftruncate(file, end) != 0
                     ? error_set(error, "cannot write the index file: %s", strerror(errno))
                     : write_whole(file, trailer, size, end, error);
    }
    free(trailer);
    return result;
}

/* Whether that is the beginning of a trailer for so many pages. */
static bool is_of_pages(const struct trailer *trailer, uint32_t n_pages)
{
    return memcmp(trailer->magic, magic, sizeof magic) == 0 &&
           trailer->page_bytes == INDEX_PAGE_BYTES && trailer->n_pages == n_pages;
}

/* The beginning is looked at before there is memory for the rest, for a file may say that it has
   any number of pages, and be as long as that with holes in place of them. */
uint64_t *page_checksums_read(int file, uint32_t n_pages, uint64_t *digest, struct error *error)
{
    const int64_t at = (int64_t)n_pages * INDEX_PAGE_BYTES;
    size_t size = (size_t)page_checksums_size(n_pages);
    struct trailer beginning;
    if (read_whole(file, &beginning, sizeof beginning, at, error) != 0)
        return NULL;
    if (!is_of_pages(&beginning, n_pages)) {
        error_set(error, CHANGED);
        return NULL;
    }
    struct trailer *trailer = malloc(size);
    if (trailer == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    if (read_whole(file, trailer, size, at, error) == 0) {
        /* The file may have changed since. */
        *digest = is_of_pages(trailer, n_pages) ? digest_of(trailer) : 0;
        if (is_of_pages(trailer, n_pages) && trailer->checksums[n_pages] == *digest) {
            /* Only they are kept. */
            memmove(trailer, trailer->checksums, sizeof(uint64_t) * n_pages);
            return (uint64_t *)(void *)trailer;
        }
        error_set(error, CHANGED);
    }
    free(trailer);
    return NULL;
}
