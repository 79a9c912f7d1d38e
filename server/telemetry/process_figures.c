/* /proc/self/stat has times in clock ticks, sizes in bytes and in pages, and the start in ticks
   since the system's own. The program's name in it may hold anything, so that fields are counted
   from the last parenthesis. */
#include "server/telemetry/process_figures.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* Numbers in the order of proc(5), where the state is field 3. */
enum { FIELD_STATE = 3, FIELD_USER = 14, FIELD_SYSTEM = 15, FIELD_START = 22, FIELD_SIZE = 23 };
#define FIELD_RESIDENT 24

/* The file's beginning as text. Returns 0 or -1. */
static int read_text(const char *path, char *text, size_t capacity)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return -1;
    size_t length = fread(text, 1, capacity - 1, file);
    fclose(file);
    text[length] = '\0';
    return length > 0 ? 0 : -1;
}

/* Reads the fields into `numbers`, by their numbers. */
static int read_stat(uint64_t numbers[FIELD_RESIDENT + 1])
{
    char text[1024];
    if (read_text("/proc/self/stat", text, sizeof text) != 0)
        return -1;
    char *at = strrchr(text, ')');
    if (at == NULL || strlen(at) < 4)
        return -1;
    at += 3; /* behind the state, a letter */
    for (int field = FIELD_STATE + 1; field <= FIELD_RESIDENT; field++) {
        char *end;
        numbers[field] = strtoull(at, &end, 10);
        if (end == at)
            return -1;
        at = end;
    }
    return 0;
}

/* When the system started, in whole seconds since 1970, as btime of /proc/stat, which a service may
   be kept from (ProcSubset=pid) and which takes a kernel with many processors long. */
static int read_system_start(double *seconds)
{
    struct timespec now;
    struct timespec since_start;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0 ||
        clock_gettime(CLOCK_BOOTTIME, &since_start) != 0)
        return -1;
    *seconds = (double)(now.tv_sec - since_start.tv_sec - (now.tv_nsec < since_start.tv_nsec));
    return 0;
}

static int count_descriptors(uint64_t *n_descriptors)
{
    DIR *folder = opendir("/proc/self/fd");
    if (folder == NULL)
        return -1;
    *n_descriptors = 0;
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;)
        *n_descriptors += entry->d_name[0] != '.';
    closedir(folder);
    --*n_descriptors; /* the one that this took */
    return 0;
}

int process_figures_read(struct process_figures *figures)
{
    uint64_t numbers[FIELD_RESIDENT + 1] = {0};
    struct rlimit limit;
    double system_start = 0;
    double ticks = (double)sysconf(_SC_CLK_TCK);
    if (read_stat(numbers) != 0 || read_system_start(&system_start) != 0 ||
        count_descriptors(&figures->n_descriptors) != 0 || getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return -1;
    figures->cpu_seconds = (double)(numbers[FIELD_USER] + numbers[FIELD_SYSTEM]) / ticks;
    figures->start_seconds = system_start + (double)numbers[FIELD_START] / ticks;
    figures->virtual_bytes = numbers[FIELD_SIZE];
    figures->resident_bytes = numbers[FIELD_RESIDENT] * (uint64_t)sysconf(_SC_PAGESIZE);
    figures->max_descriptors =
        limit.rlim_cur == RLIM_INFINITY ? UINT64_MAX : (uint64_t)limit.rlim_cur;
    return 0;
}

static void write_seconds(struct exposition *exposition, double value)
{
    double seconds;
    double fraction = modf(value, &seconds);
    exposition_seconds(exposition, (int64_t)seconds, (uint32_t)(fraction * 1e9));
}

void process_figures_write(const struct process_figures *figures, struct exposition *exposition)
{
    exposition_family(exposition, "process_cpu_seconds", METRIC_COUNTER,
                      "Processor time that the process took, in user and system mode.");
    exposition_sample(exposition, "_total");
    write_seconds(exposition, figures->cpu_seconds);
    exposition_gauge(exposition, "process_resident_memory_bytes",
                     "Memory of the process that is in RAM.", figures->resident_bytes);
    exposition_gauge(exposition, "process_virtual_memory_bytes", "Address space of the process.",
                     figures->virtual_bytes);
    exposition_gauge(exposition, "process_open_fds", "File descriptors that are open.",
                     figures->n_descriptors);
    exposition_gauge(exposition, "process_max_fds", "File descriptors that may be open at once.",
                     figures->max_descriptors);
    exposition_family(exposition, "process_start_time_seconds", METRIC_GAUGE,
                      "When the process started, in seconds since 1970.");
    exposition_sample(exposition, "");
    write_seconds(exposition, figures->start_seconds);
}
