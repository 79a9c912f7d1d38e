/* The clock that durations are measured with. */
#ifndef CRATEDEX_SERVER_MONOTONIC_H
#define CRATEDEX_SERVER_MONOTONIC_H

#include <time.h>

/* Seconds since some moment in the past, which nobody sets; nanoseconds survive in the double. */
static inline double monotonic_seconds(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

#endif
