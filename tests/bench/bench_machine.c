/* The processor's name comes from /proc/cpuinfo, whose label for it differs between architectures;
   where there is none the architecture stands for it. */
#define _GNU_SOURCE /* sched_getaffinity */
#include "tests/bench/bench_machine.h"

#include <sched.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static void read_processor(char *name, size_t size)
{
    FILE *file = fopen("/proc/cpuinfo", "r");
    if (file == NULL)
        return;
    char line[512];
    while (fgets(line, sizeof line, file) != NULL) {
        char *colon = strchr(line, ':');
        if (strncmp(line, "model name", strlen("model name")) != 0 || colon == NULL)
            continue;
        const char *value = colon + 1 + strspn(colon + 1, " \t");
        snprintf(name, size, "%.*s", (int)strcspn(value, "\n"), value);
        break;
    }
    fclose(file);
}

void machine_describe(struct machine *machine)
{
    struct utsname system;
    *machine = (struct machine){0};
    if (uname(&system) == 0) {
        snprintf(machine->processor, sizeof machine->processor, "%s", system.machine);
        snprintf(machine->kernel, sizeof machine->kernel, "%s %s", system.sysname, system.release);
    }
    read_processor(machine->processor, sizeof machine->processor);
    cpu_set_t allowed;
    machine->n_cores = sched_getaffinity(0, sizeof allowed, &allowed) == 0
                           ? CPU_COUNT(&allowed)
                           : sysconf(_SC_NPROCESSORS_ONLN);
#ifdef __clang__
    snprintf(machine->compiler, sizeof machine->compiler, "%s", __VERSION__);
#else
    snprintf(machine->compiler, sizeof machine->compiler, "gcc %s", __VERSION__);
#endif
    snprintf(machine->sqlite, sizeof machine->sqlite, "%s", sqlite3_libversion());
}

json_t *machine_to_json(const struct machine *machine)
{
    return json_pack("{s:s, s:I, s:s, s:s, s:s}", "processor", machine->processor, "cores",
                     (json_int_t)machine->n_cores, "kernel", machine->kernel, "compiler",
                     machine->compiler, "sqlite", machine->sqlite);
}
