/* Counting on when a file of counted downloads (download_counts.h) is damaged, or was taken away
   while it is added to. The file is kept under another name, DOWNLOAD_RECOVERY_SUFFIX behind its
   own, where no build reads it; a new one gets what can be kept of its counts. */
#ifndef CRATEDEX_DOWNLOAD_RECOVERY_H
#define CRATEDEX_DOWNLOAD_RECOVERY_H

#include <cratedex/download_counts.h>
#include <cratedex/error.h>
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A number may stand behind it: nothing that was kept is ever replaced. */
#define DOWNLOAD_RECOVERY_SUFFIX ".damaged"

/* What became of a file. */
struct download_recovery {
    struct error why;      /* what is wrong with it */
    struct error moved_to; /* the path where it lies; empty: it was not there any more */
    bool keeps_counts;     /* its counts are for the new file to take over */
    uint64_t n_kept;       /* downloads that the new file has of it */
};

/* Opens the day's file after download_counts_open has refused it, which `*error` says: one that is
   damaged is moved away, and what can be read of its counters goes into a new one. Returns NULL,
   with `*error` as it was where the file is not damaged but something else is wrong, or saying what
   failed. */
struct download_counts *download_recovery_open(const char *folder,
                                               const struct download_counts_key *key,
                                               struct download_recovery *recovery,
                                               struct error *error);

/* Whether an open file is still to be added to: the whole of it is there under its name, and no
   counter went back since the last call. Looks at some 256,000 counters a call, in turn, and
   remembers them: that is what a file which is then damaged cannot lose. For one thread. Returns
   false and why. */
bool download_recovery_look(struct download_counts *counts, struct error *why);

/* Opens another file for one that is not to be added to any more; `recovery->why` says why, all
   else is found out. The old one stays open for those who still add to it; when all others add to
   the new one, download_recovery_carry adds what the old one has. Several processes that add to one
   file may do so at once: its counts are taken over by one of them. Returns NULL and why. */
struct download_counts *download_recovery_replace(const struct download_counts *old,
                                                  const char *folder,
                                                  const struct download_counts_key *key,
                                                  struct download_recovery *recovery,
                                                  struct error *error);
void download_recovery_carry(const struct download_counts *old, struct download_counts *to,
                             struct download_recovery *recovery);

#ifdef __cplusplus
}
#endif

#endif
