/* What a request works on: one index and what belongs to it, the same from the request's first look
   to its last line in a log. */
#ifndef CRATEDEX_SERVER_SNAPSHOT_H
#define CRATEDEX_SERVER_SNAPSHOT_H

#include "index/base/file_stamp.h"
#include "server/service/page_check.h"
#include "server/service/reader_pool.h"
#include "server/service/settings.h"

#include <cratedex/error.h>
#include <cratedex/index_file.h>
#include <cratedex/signature_key.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Immutable but for its readers, which are lent. */
struct snapshot {
    struct index *index;
    struct reader_pool *readers;
    struct page_check *page_check; /* runs until the snapshot is closed */
    /* What was at its path just before it was opened: another file may have come between, which is
       then taken for one that came later. */
    struct file_stamp at_path;
    /* Another for every snapshot that a process serves: what is kept of answers is kept by it, for
       an answer is as old as its snapshot. */
    uint64_t generation;
    struct settings settings;
    /* The generation whose answers may be given, too, until a time of monotonic_seconds; or 0. */
    uint64_t stale_generation;
    double stale_until;
    uint64_t n_faults; /* mapped_fault_count before it was opened */
    /* Its file is not to be read any more; what is in memory of it, and what was answered from it,
       is as good as before. */
    bool is_damaged;
};

/* Where snapshots come from; borrowed. */
struct snapshot_source {
    const char *path;
    unsigned n_readers;                     /* one for each thread that computes answers */
    const struct signature_key *verify_key; /* NULL: the index needs no signature */
    const struct settings *settings;        /* copied into the snapshot */
    const atomic_bool *is_over;             /* gives verifying up; NULL: nothing does */
};

/* Opens what is at the source's path now, and begins to check its pages (page_check.h), which
   standard error tells. Returns NULL and why. */
struct snapshot *snapshot_open(const struct snapshot_source *source, uint64_t generation,
                               struct error *error);

/* Every reader must have been returned. NULL is allowed. */
void snapshot_close(struct snapshot *snapshot);

/* Whether all that was read of its file until now is what the file held when it was opened. To be
   asked after reading, and before anybody is told. A system call. Thread-safe. */
bool snapshot_is_sound(const struct snapshot *snapshot);

/* The same snapshot, known to be damaged: `snapshot` is then to be freed by snapshot_forget, once
   nobody uses it. NULL where memory runs out. */
struct snapshot *snapshot_damaged(const struct snapshot *snapshot);
void snapshot_forget(struct snapshot *snapshot);

#endif
