/* Downloads of one day, counted in a file: a counter for every version of an index, which a server
   maps into memory and adds to, and which cratedex-index build folds into the next index.

   The file (`<day>-<fingerprint>.downloads`) is: a header of 4,096 bytes (magic, byte order,
   format, day, fingerprint of the index, number of versions, XXH3 of the ids and of the header
   itself), a counter of 64 bits for each version, and the versions' ids, ascending, 64 bits each.
   The ids make it readable without the index that it was made for. All of the file is allocated
   when it is made, so that a full disk is an error then and no fault later. Whoever maps the file
   shares its pages with the kernel: what was added survives the process, however that ends; it
   survives the machine from the next write-back on. */
#ifndef CRATEDEX_DOWNLOAD_COUNTS_H
#define CRATEDEX_DOWNLOAD_COUNTS_H

#include <cratedex/error.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DOWNLOAD_COUNTS_SUFFIX ".downloads"
#define DOWNLOAD_COUNTS_DAY_SIZE 11         /* "2026-11-25" */
#define DOWNLOAD_COUNTS_FINGERPRINT_SIZE 17 /* of index_fingerprint */

/* No version is downloaded more often in a day: a counter beyond is damage. */
#define DOWNLOAD_COUNTS_MAX INT64_C(1000000000000)

/* What a version's slot is where it has none. */
#define DOWNLOAD_COUNTS_NO_SLOT UINT32_MAX

struct download_counts;

/* Which file: of what day (UTC), for which index. */
struct download_counts_key {
    char day[DOWNLOAD_COUNTS_DAY_SIZE];
    char fingerprint[DOWNLOAD_COUNTS_FINGERPRINT_SIZE];
    const int64_t *version_ids; /* ascending, each once; borrowed until what is opened is closed */
    uint32_t n_versions;
};

/* Opens the day's file in `folder` to add to it; makes it where there is none. Several processes
   may have it open: they add to the same counters. Returns NULL and why: the folder cannot be
   written to, or the file is damaged or of other versions, and is then left as it is:
   download_recovery.h. */
struct download_counts *download_counts_open(const char *folder,
                                             const struct download_counts_key *key,
                                             struct error *error);

/* Opens a file to read it, while somebody may still add to it. Returns NULL and why: missing,
   foreign, of another format, cut short or damaged. */
struct download_counts *download_counts_read(const char *path, struct error *error);

/* Writes what was added to the disk and waits for it. Returns 0 or -1. */
int download_counts_flush(struct download_counts *counts, struct error *error);

/* Nobody may use it any more. NULL is allowed. Flushes nothing, for nothing can get lost. */
void download_counts_close(struct download_counts *counts);

/* "2026-11-25"; lives as long as `counts`. */
const char *download_counts_day(const struct download_counts *counts);
/* Of the index that it was made for; likewise. */
const char *download_counts_fingerprint(const struct download_counts *counts);
uint32_t download_counts_n_versions(const struct download_counts *counts);

/* The version's place among the counters, from 0: the same in all files of one index. A binary
   search. DOWNLOAD_COUNTS_NO_SLOT where the file does not have it. */
uint32_t download_counts_slot(const struct download_counts *counts, int64_t version_id);

/* The id of the version in a slot. */
int64_t download_counts_version(const struct download_counts *counts, uint32_t slot);

/* Counts one download: a relaxed atomic add. Only where the file was opened to add to it.
   Thread-safe. */
void download_counts_add(struct download_counts *counts, uint32_t slot);

/* What is counted in a slot at this moment. Thread-safe. */
uint64_t download_counts_value(const struct download_counts *counts, uint32_t slot);

#ifdef __cplusplus
}
#endif

#endif
