/* Two allocations are the same place where the program stands at the same return addresses. A set
   of their hashes, open addressing, filled by compare-and-swap. */
#undef _FORTIFY_SOURCE
#define _GNU_SOURCE
#include "tests/faults/fault_points.h"

#include <execinfo.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <xxhash.h>

#define MAX_FRAMES 64
#define SET_SIZE ((size_t)1 << 17)

static uint64_t seen[SET_SIZE]; /* 0: empty */
static int notes = -1;
static __thread bool is_noting; /* what unwinds allocates, too */

__attribute__((constructor)) static void open_notes(void)
{
    const char *path = getenv("CRATEDEX_FAULT_STACKS");
    void *frames[1];
    if (path == NULL && getenv("CRATEDEX_FAULT_TRACE") == NULL)
        return;
    if (path != NULL)
        notes = (int)syscall(SYS_openat, AT_FDCWD, path,
                             O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    is_noting = true;
    backtrace(frames, 1); /* loads its library */
    is_noting = false;
}

/* Whether it was not in the set. A set that is full is a fault of this file. */
static bool add(uint64_t hash)
{
    for (size_t i = 0; i < SET_SIZE; i++) {
        uint64_t *place = &seen[(hash + i) % SET_SIZE];
        uint64_t found = 0;
        if (__atomic_compare_exchange_n(place, &found, hash, false, __ATOMIC_RELAXED,
                                        __ATOMIC_RELAXED))
            return true;
        if (found == hash)
            return false;
    }
    abort();
}

void fault_note_stack(uint64_t n)
{
    void *frames[MAX_FRAMES];
    char line[32];
    if (is_noting || notes < 0)
        return;
    is_noting = true;
    int n_frames = backtrace(frames, MAX_FRAMES);
    if (add(XXH3_64bits(frames, (size_t)n_frames * sizeof *frames) | 1)) {
        int length = snprintf(line, sizeof line, "%" PRIu64 "\n", n);
        if (syscall(SYS_write, notes, line, (size_t)length) != length)
            abort();
    }
    is_noting = false;
}

void fault_trace(const char *call)
{
    void *frames[MAX_FRAMES];
    if (is_noting || getenv("CRATEDEX_FAULT_TRACE") == NULL)
        return;
    is_noting = true;
    int n_frames = backtrace(frames, MAX_FRAMES);
    dprintf(STDERR_FILENO, "%s goes wrong here:\n", call);
    backtrace_symbols_fd(frames, n_frames, STDERR_FILENO);
    is_noting = false;
}
