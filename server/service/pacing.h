/* Work that takes seconds beside answers that take microseconds. Whoever does it rests after each
   short turn for as long as that was: an answer then waits for one turn at most, where a scheduler
   lets a thread run for milliseconds, however low its priority. Twice the time is nothing to
   somebody whom nobody waits for. */
#ifndef CRATEDEX_SERVER_PACING_H
#define CRATEDEX_SERVER_PACING_H

#include <stdint.h>

struct pacing {
    int64_t turn_began; /* processor time of this thread, in nanoseconds */
};

/* Begins the first turn of this thread. */
void pacing_begin(struct pacing *pacing);

/* Where the turn was long enough, rests and begins another. To be called between small pieces of
   work, with no lock held. */
void pacing_rest(struct pacing *pacing);

#endif
