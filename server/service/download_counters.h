/* The downloads that this server counts: the file of the day (cratedex/download_counts.h), which
   changes at midnight UTC while others count. */
#ifndef CRATEDEX_SERVER_DOWNLOAD_COUNTERS_H
#define CRATEDEX_SERVER_DOWNLOAD_COUNTERS_H

#include <cratedex/download_counts.h>
#include <cratedex/error.h>
#include <cratedex/index_file.h>
#include <stdbool.h>
#include <stdint.h>

struct download_counters;

/* A version as it is counted: named by ids, which mean the same whatever index is served. */
struct counted_download {
    int64_t crate_id;
    int64_t version_id;
    uint32_t slot;   /* where it was found: a hint, which is looked at before it is believed */
    bool is_counted; /* else nothing of this means anything */
};

/* Opens the file of the day of `now` (seconds since 1970-01-01) in `folder` for the versions of
   `index`; one that is damaged is moved away, which standard error tells, as below. Returns NULL
   and why. */
struct download_counters *download_counters_open(const char *folder, const struct index *index,
                                                 int64_t now, struct error *error);

/* Writes all to the disk. Nobody may count any more. NULL is allowed. Returns 0, or -1 and what
   could not be written; everything is closed then, too. */
int download_counters_close(struct download_counters *counters, struct error *error);

/* Changes to the file of the day of `now`, where that is another; makes it a minute before it is
   due. Where somebody wrote into the file of the day or took it away, another takes over what it
   counted. To be called about once a second; a day ends with the first call after midnight. Returns
   0, or -1 and what is wrong: then the old file goes on, and nothing is lost while the server
   runs. */
int download_counters_tick(struct download_counters *counters, int64_t now, struct error *error);

/* Counts the versions of this index from now on; the same index changes nothing. Returns 0, or -1
   and why: those of the old one are counted further, or until the next tick that can make the file.
   To be called before anything is computed of the index. */
int download_counters_follow(struct download_counters *counters, const struct index *index,
                             int64_t now, struct error *error);

/* Closes what nobody has counted into since the last download_counters_follow: whoever was about
   to, when that was called, must have done it. */
void download_counters_forget(struct download_counters *counters);

/* How a version of a crate is counted. */
struct counted_download download_counters_find(const struct download_counters *counters,
                                               int64_t crate_id, int64_t version_id);

/* Counts one download: two relaxed adds, no lock. Thread-safe, as everything below. Returns false,
   and counts nothing, where the counters do not have the version. */
bool download_counters_add(struct download_counters *counters,
                           const struct counted_download *download);

/* The counts of the day; valid until the download_counters_forget behind the next
   download_counters_follow. */
const struct download_counts *download_counters_today(const struct download_counters *counters);

/* A number that grows with every download of the crate that is counted: while it and the day are
   the same, so is what the counters say about the crate. A few crates may share one. */
uint64_t download_counters_n_added(const struct download_counters *counters, int64_t crate_id);

#endif
