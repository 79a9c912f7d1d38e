/* A turn is measured in the thread's own processor time, for what it waited it took from nobody;
   the rest is as long as the turn was, and bounded where one piece of work was no small one. */
#include "server/service/pacing.h"

#include <time.h>

#define NANOSECONDS INT64_C(1000000000)
/* To wake a thread takes some 50 microseconds: of shorter turns most would be rest. */
#define TURN_NANOSECONDS INT64_C(100000)
/* A piece that was no small one. */
#define MAX_REST_NANOSECONDS INT64_C(10000000)

static int64_t processor_time(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (int64_t)time.tv_sec * NANOSECONDS + time.tv_nsec;
}

void pacing_begin(struct pacing *pacing)
{
    pacing->turn_began = processor_time();
}

void pacing_rest(struct pacing *pacing)
{
    int64_t turn = processor_time() - pacing->turn_began;
    if (turn < TURN_NANOSECONDS)
        return;
    if (turn > MAX_REST_NANOSECONDS)
        turn = MAX_REST_NANOSECONDS;
    const struct timespec rest = {.tv_sec = 0, .tv_nsec = turn};
    (void)nanosleep(&rest, NULL);
    pacing_begin(pacing);
}
