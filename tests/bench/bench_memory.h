/* How much physical memory a process has in use. */
#ifndef CRATEDEX_TESTS_BENCH_BENCH_MEMORY_H
#define CRATEDEX_TESTS_BENCH_BENCH_MEMORY_H

#include <stdint.h>
#include <sys/types.h>

/* In bytes; 0 where the system does not tell. */
struct memory_use {
    int64_t private_bytes; /* its own: heap and stacks */
    int64_t mapped_bytes;  /* pages of files that are mapped: the page cache's */
};

void memory_use_read(struct memory_use *use);

/* What another process has of its own, by /proc/PID/smaps_rollup: that takes longer, and is exact.
   0 where the system does not tell. */
int64_t memory_use_of(pid_t process);

/* Prints "memory    <when>: … MiB private, … MiB of mapped files". */
void memory_use_print(const char *when, const struct memory_use *use);

#endif
