/* The kernel keeps the number of the processor in the thread's own memory (rseq, Linux 4.18), where
   glibc reads it. Where it cannot be told, everybody counts in the first slot. */
#define _GNU_SOURCE /* sched_getcpu */

#include "server/telemetry/cpu_slot.h"

#include <sched.h>
#include <unistd.h>

unsigned cpu_n_slots(void)
{
    long n_processors = sysconf(_SC_NPROCESSORS_CONF);
    if (n_processors < 1)
        return 1;
    return n_processors < CPU_MAX_SLOTS ? (unsigned)n_processors : CPU_MAX_SLOTS;
}

unsigned cpu_slot(unsigned n_slots)
{
    int processor = sched_getcpu();
    return processor > 0 ? (unsigned)processor % n_slots : 0;
}
