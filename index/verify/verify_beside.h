/* What takes longest to verify and needs nothing of the parts, on a thread of its own meanwhile:
   sets of versions, and cargo's texts. */
#ifndef CRATEDEX_INDEX_VERIFY_BESIDE_H
#define CRATEDEX_INDEX_VERIFY_BESIDE_H

#include "index/build/build_state.h"

#include <pthread.h>

struct verify_beside {
    const struct index *index;
    const struct build *build;
    pthread_t thread;
    bool is_running; /* on the thread */
    int result;      /* of the thread, as is the error */
    struct error error;
};

/* Begins. `build` has the crates and their columns, which nobody may change until the end. */
void verify_beside_start(struct verify_beside *beside, const struct index *index,
                         const struct build *build);

/* Waits for the end; where there is one processor, or no thread, does it now. Returns 0, or -1 and
   the first fault. */
int verify_beside_finish(struct verify_beside *beside, struct error *error);

/* Waits, if it is running, and forgets what it found. */
void verify_beside_stop(struct verify_beside *beside);

#endif
