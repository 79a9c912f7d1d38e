/* What a request works on: one index and what belongs to it, the same from the request's first look
   to its last line in a log. */
#ifndef CRATEDEX_SERVER_SNAPSHOT_H
#define CRATEDEX_SERVER_SNAPSHOT_H

#include "server/service/reader_pool.h"

#include <cratedex/error.h>
#include <cratedex/index_file.h>
#include <stdint.h>

/* Immutable but for its readers, which are lent. */
struct snapshot {
    struct index *index;
    struct reader_pool *readers;
    /* Another for every snapshot that a process serves: what is kept of answers is kept by it, for
       an answer is as old as its snapshot. */
    uint64_t generation;
};

/* Opens the index at `path` with a reader for each of `n_readers` threads. Returns NULL and why. */
struct snapshot *snapshot_open(const char *path, unsigned n_readers, uint64_t generation,
                               struct error *error);

/* Every reader must have been returned. NULL is allowed. */
void snapshot_close(struct snapshot *snapshot);

#endif
