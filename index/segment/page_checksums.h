/* The checksums of a file's pages, which stand behind the pages. */
#ifndef CRATEDEX_INDEX_PAGE_CHECKSUMS_H
#define CRATEDEX_INDEX_PAGE_CHECKSUMS_H

#include <cratedex/error.h>
#include <cratedex/index_format.h>
#include <stdint.h>

/* XXH3 of the INDEX_PAGE_BYTES of a page. */
uint64_t page_checksum(const void *page);

/* How many bytes stand behind so many pages. */
int64_t page_checksums_size(uint32_t n_pages);

/* Computes the checksums of a database that SQLite has finished, whose header says how many pages
   it has, and writes them behind it; whatever stood there before is gone. `file` is open for
   reading and writing. Returns 0 or -1. */
int page_checksums_append(int file, struct error *error);

/* Reads and checks what stands behind `n_pages` pages. Returns the checksums, by number of page
   - 1, for free(); in `*digest` what they all come to. NULL on failure. */
uint64_t *page_checksums_read(int file, uint32_t n_pages, uint64_t *digest, struct error *error);

#endif
