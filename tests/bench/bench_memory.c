/* From /proc/self/status (proc_pid_status(5)): RssAnon is what the process alone has, RssFile what
   it shares with whoever maps the same files. */
#include "tests/bench/bench_memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A line `<name> <number> kB`, where it is the one of that name. */
static void read_kibibytes(const char *line, const char *name, int64_t *bytes)
{
    size_t length = strlen(name);
    if (strncmp(line, name, length) == 0)
        *bytes = 1024 * (int64_t)strtoll(line + length, NULL, 10);
}

void memory_use_read(struct memory_use *use)
{
    char line[256];
    *use = (struct memory_use){0};
    FILE *file = fopen("/proc/self/status", "r");
    if (file == NULL)
        return;
    while (fgets(line, sizeof line, file) != NULL) {
        read_kibibytes(line, "RssAnon:", &use->private_bytes);
        read_kibibytes(line, "RssFile:", &use->mapped_bytes);
    }
    fclose(file);
}

int64_t memory_use_of(pid_t process)
{
    char line[256];
    char path[64];
    int64_t dirty = 0;
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)process);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return 0;
    while (fgets(line, sizeof line, file) != NULL)
        read_kibibytes(line, "Private_Dirty:", &dirty);
    fclose(file);
    return dirty;
}

void memory_use_print(const char *when, const struct memory_use *use)
{
    printf("memory    %s: %.1f MiB private, %.1f MiB of mapped files\n", when,
           (double)use->private_bytes / (1 << 20), (double)use->mapped_bytes / (1 << 20));
}
