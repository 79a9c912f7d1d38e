/* The handler runs in the thread that touched the page, and mmap with MAP_FIXED exchanges that page
   alone: the instruction is then tried again and finds zeros. The page stays so until the mapping
   goes, whatever becomes of the file. The count grows first, so that no thread sees zeros of which
   the count does not tell.

   mmap is not on POSIX's list of what handlers may call; on Linux it is one system call and takes
   no lock of the C library. Where it fails (more pages than the kernel lets a process map one by
   one) the signal does what it does without us.

   The handler finds ranges in a list that only grows; one that is forgotten is used again. These
   are the only variables of the program that are not passed to who uses them: a handler of a signal
   has no argument of ours. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS, syscall */
#include "index/base/mapped_fault.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

struct mapped_range {
    atomic_bool is_used; /* else free to be taken */
    _Atomic uintptr_t start;
    _Atomic uintptr_t end;
    atomic_bool has_faults;
    atomic_bool *replaced;     /* a page each */
    struct mapped_range *next; /* set before the range is linked */
};

static uintptr_t page_bytes;
static _Atomic uint64_t n_faults;
static _Atomic(struct mapped_range *) ranges;

static struct mapped_range *find_range(uintptr_t address)
{
    for (struct mapped_range *range = atomic_load(&ranges); range != NULL; range = range->next)
        if (address >= atomic_load(&range->start) && address < atomic_load(&range->end))
            return range;
    return NULL;
}

static void count_fault(uintptr_t address)
{
    struct mapped_range *range = find_range(address);
    if (range == NULL) {
        atomic_fetch_add(&n_faults, 1);
        return;
    }
    atomic_store(&range->replaced[(address - range->start) / page_bytes], true);
    atomic_store(&range->has_faults, true);
}

/* ThreadSanitizer takes a call of mmap for a write to the whole page, which would race with other
   threads that read it; but the kernel exchanges a page between two instructions of theirs. */
static bool map_zeros(char *page)
{
    const int protection = PROT_READ | PROT_WRITE;
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
#ifdef __SANITIZE_THREAD__
    return syscall(SYS_mmap, page, page_bytes, protection, flags, -1, 0L) != -1;
#else
    return mmap(page, page_bytes, protection, flags, -1, 0) != MAP_FAILED;
#endif
}

static void replace_page(int number, siginfo_t *info, void *context)
{
    (void)context;
    const int caller_errno = errno;
    if (info->si_code == BUS_ADRERR) {
        char *address = info->si_addr;
        char *page = address - ((uintptr_t)address & (page_bytes - 1));
        count_fault((uintptr_t)address);
        if (map_zeros(page)) {
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

/* A range that was forgotten, or a new one, linked already; NULL when memory runs out. */
static struct mapped_range *take_range(void)
{
    struct mapped_range *range = atomic_load(&ranges);
    for (; range != NULL; range = range->next) {
        bool is_used = false;
        if (atomic_compare_exchange_strong(&range->is_used, &is_used, true))
            return range;
    }
    range = calloc(1, sizeof *range);
    if (range == NULL)
        return NULL;
    atomic_init(&range->is_used, true);
    range->next = atomic_load(&ranges);
    while (!atomic_compare_exchange_weak(&ranges, &range->next, range))
        ;
    return range;
}

struct mapped_range *mapped_range_watch(const void *start, size_t size)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    atomic_bool *replaced = calloc((size + page - 1) / page, sizeof *replaced);
    struct mapped_range *range = replaced != NULL ? take_range() : NULL;
    if (range == NULL) {
        free(replaced);
        return NULL;
    }
    range->replaced = replaced;
    atomic_store(&range->has_faults, false);
    atomic_store(&range->start, (uintptr_t)start);
    atomic_store(&range->end, (uintptr_t)start + size);
    return range;
}

void mapped_range_forget(struct mapped_range *range)
{
    if (range == NULL)
        return;
    atomic_store(&range->end, 0);
    free(range->replaced);
    range->replaced = NULL;
    atomic_store(&range->is_used, false);
}

bool mapped_range_has_faults(const struct mapped_range *range)
{
    return range != NULL && atomic_load(&range->has_faults);
}

bool mapped_range_is_replaced(const struct mapped_range *range, const void *address)
{
    return mapped_range_has_faults(range) &&
           atomic_load(&range->replaced[((uintptr_t)address - range->start) / page_bytes]);
}
