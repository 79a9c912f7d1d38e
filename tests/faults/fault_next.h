/* How a function of the C library is replaced by one that may fail. A definition in the program
   comes before that of a shared library; the next one after it (dlsym) does the work. */
#ifndef CRATEDEX_TESTS_FAULTS_FAULT_NEXT_H
#define CRATEDEX_TESTS_FAULTS_FAULT_NEXT_H

#include <errno.h>
#include <string.h>

/* The function of this name behind the program's own. */
void *fault_next_of(const char *name);

/* Finds the function of this name behind this one: `next`. Looked up by the first who needs it; two
   that do so at once find the same. */
#define FAULT_FIND_NEXT(name)                                                                      \
    static __typeof__(&(name)) _Atomic found;                                                      \
    __typeof__(&(name)) next = found;                                                              \
    if (next == NULL) {                                                                            \
        void *symbol = fault_next_of(#name);                                                       \
        memcpy(&next, &symbol, sizeof next);                                                       \
        found = next;                                                                              \
    }

/* A call that returns `failed` and sets errno where it goes wrong. */
#define FAULT_CALL(type, failed, error, name, parameters, arguments)                               \
    type name parameters                                                                           \
    {                                                                                              \
        FAULT_FIND_NEXT(name)                                                                      \
        if (fault_is_due(FAULT_FAILS, #name)) {                                                    \
            errno = (error);                                                                       \
            return failed;                                                                         \
        }                                                                                          \
        return next arguments;                                                                     \
    }

#endif
