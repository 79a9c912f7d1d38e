/* pthread_mutex_lock of the C library, for a program that takes its place. */
#ifndef CRATEDEX_TESTS_SUPPORT_NEXT_MUTEX_LOCK_H
#define CRATEDEX_TESTS_SUPPORT_NEXT_MUTEX_LOCK_H

#include <pthread.h>

int next_mutex_lock(pthread_mutex_t *mutex);

#endif
