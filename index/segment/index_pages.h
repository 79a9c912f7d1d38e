/* The pages of an index file: mapped once for all who read them, and each compared with its
   checksum before it is read for the first time. */
#ifndef CRATEDEX_INDEX_INDEX_PAGES_H
#define CRATEDEX_INDEX_INDEX_PAGES_H

#include "index/base/file_stamp.h"

#include <cratedex/error.h>
#include <cratedex/index_format.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct index_pages {
    char *path;
    int file;
    struct file_stamp stamp;    /* from before it was read */
    const unsigned char *bytes; /* mapped: page 1, 2, … */
    uint32_t n_pages;
    uint64_t *checksums; /* by number of page - 1, as the two sets of bits */
    uint64_t digest;     /* of them all */
    _Atomic(uint64_t) *checked;
    _Atomic(uint64_t) *damaged;
    sqlite3_vfs
        vfs; /* by which SQLite reads them (pages_vfs.h); without a name: none is registered */
    char vfs_name[sizeof "cratedex-0123456789abcdef"];
};

/* Opens the file at `path` and checks that it is an index of this format with as many bytes as it
   must have; then its checksums, and its first page. NULL on failure. */
struct index_pages *index_pages_open(const char *path, struct error *error);

/* Whoever reads the pages, SQLite too, must have ended. NULL is allowed. */
void index_pages_close(struct index_pages *pages);

/* As index_pages_check, whatever was found before. */
bool index_pages_check_now(struct index_pages *pages, uint32_t number);

/* Whether the page, numbered from 1, is as it was written. Those that were found whole are not
   looked at again. Any thread may call it. */
static inline bool index_pages_check(struct index_pages *pages, uint32_t number)
{
    uint32_t bit = number - 1;
    if (bit >= pages->n_pages)
        return false;
    uint64_t word = atomic_load_explicit(&pages->checked[bit / 64], memory_order_relaxed);
    return (word >> bit % 64 & 1) != 0 || index_pages_check_now(pages, number);
}

/* Where a page begins; it must have been checked. */
static inline const unsigned char *index_pages_page(const struct index_pages *pages,
                                                    uint32_t number)
{
    return pages->bytes + (size_t)(number - 1) * INDEX_PAGE_BYTES;
}

/* Tells the kernel that bytes `begin` … `end` - 1 will be read in order; everywhere else it expects
   a page here and there. */
void index_pages_expect_in_order(const struct index_pages *pages, int64_t begin, int64_t end);

/* Reads `n` pages from page `first` on, or up to the last, by the file rather than the mapping, and
   checks those that were not. Returns 0, or -1 where they cannot be read. */
int index_pages_read(struct index_pages *pages, uint32_t first, uint32_t n, struct error *error);

/* How many bits of `checked` or `damaged` are set, and the first page of them in `*first`, 0 where
   there is none. */
uint32_t index_pages_count(const struct index_pages *pages, const _Atomic(uint64_t) *bits,
                           uint32_t *first);

/* Says in `error`, which has what went wrong while the file at `path` was read, that it is damaged,
   and `advice` behind it; of what is transient only where it was. Returns -1. */
int index_pages_blame(const char *path, const char *advice, struct error *error);

/* Says that a page is damaged. Returns -1. */
int index_pages_complain(const struct index_pages *pages, uint32_t number, struct error *error);

#endif
