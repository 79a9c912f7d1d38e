/* The handler runs in the thread that touched the page, and mmap with MAP_FIXED exchanges that page
   alone: the instruction is then tried again and finds zeros. The page stays so until the mapping
   goes, whatever becomes of the file. The count grows first, so that no thread sees zeros of which
   the count does not tell.

   mmap is not on POSIX's list of what handlers may call; on Linux it is one system call and takes
   no lock of the C library. Where it fails (more pages than the kernel lets a process map one by
   one) the signal does what it does without us.

   These are the only variables of the program that are not passed to who uses them: a handler of a
   signal has no argument of ours. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "index/base/mapped_fault.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static uintptr_t page_bytes;
static _Atomic uint64_t n_faults;

static void replace_page(int number, siginfo_t *info, void *context)
{
    (void)context;
    const int caller_errno = errno;
    if (info->si_code == BUS_ADRERR) {
        char *address = info->si_addr;
        char *page = address - ((uintptr_t)address & (page_bytes - 1));
        atomic_fetch_add(&n_faults, 1);
        if (mmap(page, page_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
                 -1, 0) != MAP_FAILED) {
            errno = caller_errno;
            return;
        }
    }
    signal(number, SIG_DFL);
    if (info->si_code <= 0) /* sent by a process: nothing is tried again that would send it */
        raise(number);
}

int mapped_fault_survive(struct error *error)
{
    struct sigaction action = {.sa_sigaction = replace_page, .sa_flags = SA_SIGINFO};
    page_bytes = (uintptr_t)sysconf(_SC_PAGESIZE);
    sigemptyset(&action.sa_mask);
    if (sigaction(SIGBUS, &action, NULL) == 0)
        return 0;
    return error_set(error, "cannot set up signals: %s", strerror(errno));
}

uint64_t mapped_fault_count(void)
{
    return atomic_load(&n_faults);
}
