/* From /proc/self/status (proc_pid_status(5)): RssAnon is what the process alone has, RssFile what it
   shares with whoever maps the same files. */
#include "tests/bench/bench_memory.h"

#include <stdio.h>

void memory_use_read(struct memory_use *use)
{
    char line[256];
    long long kibibytes;
    *use = (struct memory_use){0};
    FILE *file = fopen("/proc/self/status", "r");
    if (file == NULL)
        return;
    while (fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "RssAnon: %lld kB", &kibibytes) == 1)
            use->private_bytes = kibibytes * 1024;
        else if (sscanf(line, "RssFile: %lld kB", &kibibytes) == 1)
            use->mapped_bytes = kibibytes * 1024;
    }
    fclose(file);
}

void memory_use_print(const char *when, const struct memory_use *use)
{
    printf("memory    %s: %.1f MiB private, %.1f MiB of mapped files\n", when,
           (double)use->private_bytes / (1 << 20), (double)use->mapped_bytes / (1 << 20));
}
