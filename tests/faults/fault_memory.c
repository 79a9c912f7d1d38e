/* The allocations. glibc lets a program have a malloc of its own and calls it itself, too
   ("Replacing malloc" in its manual); the memory is still glibc's, or the sanitizer's. A sanitizer
   has its own strdup and reallocarray, which do not call malloc. */
#undef _FORTIFY_SOURCE
#define _GNU_SOURCE
#include "tests/faults/fault_points.h"

#include <errno.h>
#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__)
#define BEHIND(name) __interceptor_##name
#else
#define BEHIND(name) __libc_##name
#endif

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
/* NOLINTBEGIN(bugprone-macro-parentheses,readability-inconsistent-declaration-parameter-name) */
#define ALLOCATION(type, name, parameters, arguments)                                              \
    type BEHIND(name) parameters;                                                                  \
    type name parameters;                                                                          \
    type name parameters                                                                           \
    {                                                                                              \
        if (fault_is_due(FAULT_NO_MEMORY, #name)) {                                                \
            errno = ENOMEM;                                                                        \
            return NULL;                                                                           \
        }                                                                                          \
        return BEHIND(name) arguments;                                                             \
    }

ALLOCATION(void *, malloc, (size_t size), (size))
ALLOCATION(void *, calloc, (size_t n, size_t size), (n, size))
ALLOCATION(void *, realloc, (void *memory, size_t size), (memory, size))
ALLOCATION(void *, memalign, (size_t alignment, size_t size), (alignment, size))

void *aligned_alloc(size_t alignment, size_t size);
void *aligned_alloc(size_t alignment, size_t size)
{
    return memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size);
int posix_memalign(void **memory, size_t alignment, size_t size)
{
    void *block = memalign(alignment, size);
    if (block == NULL)
        return ENOMEM;
    *memory = block;
    return 0;
}

#if defined(__SANITIZE_ADDRESS__)
ALLOCATION(void *, reallocarray, (void *memory, size_t n, size_t size), (memory, n, size))
ALLOCATION(char *, strdup, (const char *text), (text))
ALLOCATION(char *, strndup, (const char *text, size_t max), (text, max))
#endif
/* NOLINTEND(bugprone-macro-parentheses,readability-inconsistent-declaration-parameter-name) */
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
