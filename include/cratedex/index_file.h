/* An index file, opened for reading. `struct index` is immutable and shared by all threads; what a
   thread needs of its own (SQLite connection, prepared statements, scratch memory) is a
   `struct index_reader`. */
#ifndef CRATEDEX_INDEX_FILE_H
#define CRATEDEX_INDEX_FILE_H

#include <cratedex/error.h>
#include <cratedex/index_format.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct index;

/* Opens `path`: checks the header, the size, the checksum of every page that is read (all that is
   held in memory, a seventh of a file) and every offset in the parts. Other pages are checked when
   they are first read. Returns NULL and a clear sentence for a file that is missing, foreign, of
   another format version, cut short or damaged. */
struct index *index_open(const char *path, struct error *error);

/* Every reader must be closed before. */
void index_close(struct index *index);

/* Whether nobody has written into the file since it was opened, or cut it. It is mapped into memory
   and must not change: what was read of one that did is worth nothing, so who must not tell wrong
   things asks after reading and before telling. A system call. A file that was removed, or whose
   path another file has taken, is unchanged. Thread-safe. */
bool index_is_unchanged(const struct index *index);

uint32_t index_n_crates(const struct index *index);
/* The dump's timestamp, RFC 3339; lives as long as the index. */
const char *index_dump_timestamp(const struct index *index);
/* The last day whose downloads the index has, "2026-11-01": the dump's own, or a later one that
   counted downloads were added of. Lives as long as the index. */
const char *index_downloads_day(const struct index *index);
/* A short text that differs between different index contents (a digest of all checksums, in
   hexadecimal); lives as long as the index. */
const char *index_fingerprint(const struct index *index);

/* A crate's values by rank (1 … index_n_crates). */
struct index_crate {
    const char *name; /* not NUL-terminated */
    uint32_t name_length;
    int64_t id; /* the registry's, the same in every index; a rank means a crate in this one only */
    int64_t downloads;
    int64_t recent_downloads; /* 0 where there are none */
    float popularity;         /* 0 … 1, falling with the rank */
};
void index_crate(const struct index *index, uint32_t rank, struct index_crate *crate);

/* The rank of the crate that a client calls `name` (`length` bytes, any case, `-` for `_` or the
   other way): where two crates have that canonical name, the one that is spelled so, else the more
   popular. 0 where there is none. */
uint32_t index_find_crate(const struct index *index, const char *name, size_t length);

/* The rank of the crate that is spelled exactly so; 0 where there is none. */
uint32_t index_find_exact(const struct index *index, const char *name, size_t length);

/* The pages of the file, of INDEX_PAGE_BYTES, each of which has a checksum. What reads a damaged
   one fails, and says which it is. */
struct index_pages_state {
    uint32_t n_pages;
    uint32_t n_checked;     /* found whole, by whoever read them or by index_check_pages */
    uint32_t n_damaged;     /* not as they were written when they were read last */
    uint32_t first_damaged; /* by number, from 1; 0: none is */
};
void index_pages_state(const struct index *index, struct index_pages_state *state);

/* Reads `n` pages of the file from page `first` (1 …) on and checks those that nobody has read yet.
   When all were checked, no page is checked again. Any thread may call it. Returns the page that
   comes next, 0 where that was the last; -1 where the file cannot be read. */
int64_t index_check_pages(const struct index *index, uint32_t first, uint32_t n,
                          struct error *error);

#ifdef __cplusplus
}
#endif

#endif
