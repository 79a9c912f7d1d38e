/* The clock that durations are measured with. */
#ifndef CRATEDEX_SERVER_MONOTONIC_H
#define CRATEDEX_SERVER_MONOTONIC_H

#include <time.h>

/* Seconds since some moment in the past, which nobody sets. To a nanosecond for the first 48 days
   after that moment, to two for as long again: durations here are of microseconds. */
static inline double monotonic_seconds(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

#endif
