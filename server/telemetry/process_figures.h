/* What the process costs, as the kernel tells it. */
#ifndef CRATEDEX_SERVER_PROCESS_FIGURES_H
#define CRATEDEX_SERVER_PROCESS_FIGURES_H

#include "server/telemetry/exposition.h"

#include <stdint.h>

struct process_figures {
    double cpu_seconds;   /* user and system, all threads */
    double start_seconds; /* since 1970-01-01 */
    uint64_t resident_bytes;
    uint64_t virtual_bytes;
    uint64_t n_descriptors;
    uint64_t max_descriptors; /* UINT64_MAX: as many as there may be */
};

/* Reads the figures of this process from /proc (proc(5)). Returns 0, or -1 where there is none.
   Opens files: not for the path of a request that clients wait for. */
int process_figures_read(struct process_figures *figures);

/* Writes them under the names that Prometheus' own client libraries use
   (https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics). */
void process_figures_write(const struct process_figures *figures, struct exposition *exposition);

#endif
