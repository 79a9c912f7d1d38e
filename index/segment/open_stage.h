/* Tasks of opening an index, none of which needs another one's result, shared out among threads. */
#ifndef CRATEDEX_INDEX_OPEN_STAGE_H
#define CRATEDEX_INDEX_OPEN_STAGE_H

#include "index/segment/open_index.h"

#include <cratedex/error.h>
#include <sqlite3.h>
#include <stddef.h>

/* One task; `database` is the connection of the thread that runs it, NULL where the stage has none.
   It may write its own part of the index without a lock. */
struct open_task {
    int (*run)(struct index *index, sqlite3 *database, enum index_part part, struct error *error);
    enum index_part part;
};

/* Runs all of them. `database` is this thread's connection, NULL where the tasks need none. Returns
   0, or -1 with the fault that a single thread would find. */
int open_stage_run(struct index *index, sqlite3 *database, const struct open_task *tasks,
                   size_t n_tasks, struct error *error);

#endif
