/* Every byte that anybody reads of an index file comes through here, and no page is read before it
   was found to have its checksum (page_checksums.h):

   - the header, the checksums and page 1 when the file is opened;
   - what SQLite reads, when it asks for a page (pages_vfs.c), of which the parts that opening
     copies into memory are most;
   - documents, when the way down to one comes across a page for the first time (table_rows.c);
   - all others in the background, in order (index_check_pages), while the server answers already.

   A set of bits says which pages were found whole, so each is hashed once: 0.2 µs for 4 KiB that
   are in memory. Afterwards a look costs the test of a bit, and a document none, for the page on
   which a row was found is remembered. Threads that check the same page at the same time find the
   same, and the pages do not change, so no order of memory is needed. A page that is not as it was
   written stays unread: each try looks again, for a page that the disk gave wrongly may be right
   when it is read the next time, and fails where it is not.

   A page that was found whole can change later: by somebody who writes into the file, or in a
   memory that fails. That is not looked for. Nor do checksums keep anybody from forging a file:
   what is read is bounded where it is read.

   The checksums are copied (8 bytes a page), the pages are not: they are mapped once, for SQLite's
   connections and for documents alike, and all of them read the file that was opened, whatever
   takes its path. */
#define _DEFAULT_SOURCE /* madvise */
#include "index/segment/index_pages.h"

#include "index/base/transfer.h"
#include "index/segment/index_header.h"
#include "index/segment/page_checksums.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int index_pages_blame(const char *path, const char *advice, struct error *error)
{
    if (error->is_transient)
        return error_prefix(error, "%s: ", path);
    struct error cause = *error;
    return error_set(error, "%s is damaged: %s%s", path, cause.message, advice);
}

static size_t n_bit_words(const struct index_pages *pages)
{
    return (size_t)pages->n_pages / 64 + 1;
}

static int map_pages(struct index_pages *pages, struct error *error)
{
    size_t size = (size_t)pages->n_pages * INDEX_PAGE_BYTES;
    void *mapped = mmap(NULL, size, PROT_READ, MAP_SHARED, pages->file, 0);
    if (mapped == MAP_FAILED) {
        error_set(error, "%s: %s", pages->path, strerror(errno));
        return error_mark_transient(error);
    }
    pages->bytes = mapped;
    /* Around each page the kernel would read as much as the disk is set to, up to MiBs: the ten
       documents of a first answer would wait for 80 MiB. It is advice: failure changes nothing. */
    (void)madvise(mapped, size, MADV_RANDOM);
    return 0;
}

/* munmap and madvise ask for a writable pointer but do not write. */
static void *writable(const unsigned char *bytes)
{
    union {
        const unsigned char *readable;
        void *writable;
    } address = {.readable = bytes};
    return address.writable;
}

static int load(struct index_pages *pages, const char *path, struct error *error)
{
    pages->path = strdup(path);
    if (pages->path == NULL)
        return error_out_of_memory(error);
    struct index_header header;
    pages->file = index_header_open(path, &header, error);
    if (pages->file < 0)
        return -1;
    pages->stamp = header.stamp;
    pages->n_pages = header.n_pages;
    pages->checksums = page_checksums_read(pages->file, pages->n_pages, &pages->digest, error);
    if (pages->checksums == NULL)
        return index_pages_blame(path, "; restore it or build it again", error);
    pages->checked = calloc(n_bit_words(pages), sizeof *pages->checked);
    pages->damaged = calloc(n_bit_words(pages), sizeof *pages->damaged);
    if (pages->checked == NULL || pages->damaged == NULL)
        return error_out_of_memory(error);
    if (map_pages(pages, error) != 0)
        return -1;
    return index_pages_check(pages, 1) ? 0 : index_pages_complain(pages, 1, error);
}

struct index_pages *index_pages_open(const char *path, struct error *error)
{
    struct index_pages *pages = calloc(1, sizeof *pages);
    if (pages == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    pages->file = -1;
    if (load(pages, path, error) == 0)
        return pages;
    index_pages_close(pages);
    return NULL;
}

void index_pages_close(struct index_pages *pages)
{
    if (pages == NULL)
        return;
    if (pages->vfs.zName != NULL)
        sqlite3_vfs_unregister(&pages->vfs);
    if (pages->bytes != NULL)
        munmap(writable(pages->bytes), (size_t)pages->n_pages * INDEX_PAGE_BYTES);
    if (pages->file >= 0)
        close(pages->file);
    free(pages->checksums);
    free(pages->checked);
    free(pages->damaged);
    free(pages->path);
    free(pages);
}

/* Notes what the bytes of a page, wherever they were read to, say of it. */
static bool check_bytes(struct index_pages *pages, uint32_t number, const void *bytes)
{
    uint32_t bit = number - 1;
    uint64_t mask = UINT64_C(1) << bit % 64;
    bool is_whole = page_checksum(bytes) == pages->checksums[bit];
    if (!is_whole)
        atomic_fetch_or_explicit(&pages->damaged[bit / 64], mask, memory_order_relaxed);
    else if ((atomic_load_explicit(&pages->damaged[bit / 64], memory_order_relaxed) & mask) != 0)
        atomic_fetch_and_explicit(&pages->damaged[bit / 64], ~mask, memory_order_relaxed);
    if (is_whole)
        atomic_fetch_or_explicit(&pages->checked[bit / 64], mask, memory_order_relaxed);
    return is_whole;
}

bool index_pages_check_now(struct index_pages *pages, uint32_t number)
{
    return check_bytes(pages, number, index_pages_page(pages, number));
}

void index_pages_expect_in_order(const struct index_pages *pages, int64_t begin, int64_t end)
{
    int64_t size = (int64_t)pages->n_pages * INDEX_PAGE_BYTES;
    begin -= begin % INDEX_PAGE_BYTES;
    if (begin >= 0 && begin < end && end <= size)
        (void)madvise(writable(pages->bytes + begin), (size_t)(end - begin), MADV_NORMAL);
}

static bool is_checked(const struct index_pages *pages, uint32_t number)
{
    uint32_t bit = number - 1;
    return (atomic_load_explicit(&pages->checked[bit / 64], memory_order_relaxed) >> bit % 64 &
            1) != 0;
}

int index_pages_read(struct index_pages *pages, uint32_t first, uint32_t n, struct error *error)
{
    _Alignas(64) unsigned char piece[32 * INDEX_PAGE_BYTES];
    uint32_t left = first <= pages->n_pages ? pages->n_pages - first + 1 : 0;
    uint32_t end = first + (n < left ? n : left);
    while (first < end) {
        if (is_checked(pages, first)) {
            first++;
            continue;
        }
        uint32_t n_read = 1;
        while (first + n_read < end && n_read < sizeof piece / INDEX_PAGE_BYTES &&
               !is_checked(pages, first + n_read))
            n_read++;
        size_t size = (size_t)n_read * INDEX_PAGE_BYTES;
        ssize_t got =
            transfer_read(pages->file, piece, size, (int64_t)(first - 1) * INDEX_PAGE_BYTES);
        if (got != (ssize_t)size)
            return error_set(error, "cannot read page %" PRIu32 " of %s: %s", first, pages->path,
                             got < 0 ? strerror(errno) : "the file has become shorter");
        for (uint32_t i = 0; i < n_read; i++)
            check_bytes(pages, first + i, piece + (size_t)i * INDEX_PAGE_BYTES);
        first += n_read;
    }
    return 0;
}

uint32_t index_pages_count(const struct index_pages *pages, const _Atomic(uint64_t) *bits,
                           uint32_t *first)
{
    uint32_t n = 0;
    *first = 0;
    for (size_t i = 0; i < n_bit_words(pages); i++) {
        uint64_t word = atomic_load_explicit(&bits[i], memory_order_relaxed);
        if (n == 0 && word != 0)
            *first = (uint32_t)(64 * i) + (uint32_t)__builtin_ctzll(word) + 1;
        n += (uint32_t)__builtin_popcountll(word);
    }
    return n;
}

int index_pages_complain(const struct index_pages *pages, uint32_t number, struct error *error)
{
    return error_set(error,
                     "%s is damaged: page %" PRIu32
                     " is not as it was written; restore it or build it again",
                     pages->path, number);
}
