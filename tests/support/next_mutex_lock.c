/* Looked up by the first who needs it; two that do so at once find the same. */
#define _GNU_SOURCE /* RTLD_NEXT */
#include "tests/support/next_mutex_lock.h"

#include <dlfcn.h>
#include <string.h>

int next_mutex_lock(pthread_mutex_t *mutex)
{
    static int (*_Atomic lock)(pthread_mutex_t *);
    if (lock == NULL) {
        void *found = dlsym(RTLD_NEXT, "pthread_mutex_lock");
        int (*function)(pthread_mutex_t *);
        memcpy(&function, &found, sizeof function);
        lock = function;
    }
    return lock(mutex);
}
