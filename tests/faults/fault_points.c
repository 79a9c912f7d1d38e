/* Counting and deciding. The page is mapped before main by system calls that pass by what is
   counted; counts are atomic, for a server's threads count together. In a program of one thread the
   N-th call is the same in every run. */
#undef _FORTIFY_SOURCE
#define _GNU_SOURCE
#include "tests/faults/fault_points.h"

#include "tests/faults/fault_next.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct fault_control *control;

__attribute__((constructor)) static void map_control(void)
{
    const char *path = getenv("CRATEDEX_FAULTS");
    if (path == NULL)
        return;
    int descriptor = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);
    if (descriptor < 0)
        abort();
    long page = syscall(SYS_mmap, NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED,
                        descriptor, 0L);
    syscall(SYS_close, descriptor);
    if (page < 0)
        abort();
    memcpy(&control, &page, sizeof page); /* the address, as syscall(2) returns it */
}

const struct fault_control *fault_control(void)
{
    return control;
}

void *fault_next_of(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);
    if (found == NULL)
        abort();
    return found;
}

bool fault_is_due(enum fault_kind kind, const char *call)
{
    if (control == NULL)
        return false;
    uint64_t n = __atomic_add_fetch(&control->n_calls[kind], 1, __ATOMIC_RELAXED);
    if (kind == FAULT_NO_MEMORY && control->notes_stacks != 0)
        fault_note_stack(n);
    if (n != __atomic_load_n(&control->at[kind], __ATOMIC_RELAXED))
        return false;
    strncpy(control->last, call, sizeof control->last - 1);
    __atomic_add_fetch(&control->n_faults, 1, __ATOMIC_RELEASE);
    fault_trace(call);
    return true;
}
