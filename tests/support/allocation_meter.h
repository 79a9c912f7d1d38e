/* Counts what a program allocates, by taking the place of malloc and its kin (glibc allows it:
   "Replacing malloc" in its manual). To be included by exactly one source of a program. Sanitizers
   replace malloc themselves: there nothing is counted, and ALLOCATIONS_ARE_METERED is 0. */
#ifndef CRATEDEX_TESTS_SUPPORT_ALLOCATION_METER_H
#define CRATEDEX_TESTS_SUPPORT_ALLOCATION_METER_H

#include <malloc.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ALLOCATIONS_ARE_METERED 0
#else
#define ALLOCATIONS_ARE_METERED 1
#endif

/* Bytes in use by all threads, the most of it since the last reset, and the number of
   allocations. */
static _Atomic int64_t allocated_bytes;
static _Atomic int64_t allocated_peak;
static _Atomic uint64_t n_allocations;

/* Begins a measurement. Returns what is in use, to be subtracted from the peak. */
static inline int64_t allocation_meter_reset(void)
{
    int64_t bytes = atomic_load(&allocated_bytes);
    atomic_store(&allocated_peak, bytes);
    atomic_store(&n_allocations, 0);
    return bytes;
}

#if ALLOCATIONS_ARE_METERED

/* glibc's own names are the way to what is replaced; its headers name the parameters __nmemb and so
   on. */
/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name) */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *memory, size_t size);
void __libc_free(void *memory);

static void count_allocation(int64_t bytes)
{
    int64_t now = atomic_fetch_add(&allocated_bytes, bytes) + bytes;
    int64_t peak = atomic_load(&allocated_peak);
    while (now > peak && !atomic_compare_exchange_weak(&allocated_peak, &peak, now))
        ;
    if (bytes > 0)
        atomic_fetch_add(&n_allocations, 1);
}

static int64_t usable_bytes(void *memory)
{
    return memory != NULL ? (int64_t)malloc_usable_size(memory) : 0;
}

void *malloc(size_t size)
{
    void *memory = __libc_malloc(size);
    count_allocation(usable_bytes(memory));
    return memory;
}

void *calloc(size_t n, size_t size)
{
    void *memory = __libc_calloc(n, size);
    count_allocation(usable_bytes(memory));
    return memory;
}

void *realloc(void *memory, size_t size)
{
    int64_t before = usable_bytes(memory);
    void *moved = __libc_realloc(memory, size);
    if (moved != NULL || size == 0)
        count_allocation(usable_bytes(moved) - before);
    return moved;
}

void free(void *memory)
{
    count_allocation(-usable_bytes(memory));
    __libc_free(memory);
}
/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

#endif

#endif
