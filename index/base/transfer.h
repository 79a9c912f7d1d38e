/* Bytes of a file, all that were asked for: a read or a write may move fewer, or be interrupted. */
#ifndef CRATEDEX_INDEX_TRANSFER_H
#define CRATEDEX_INDEX_TRANSFER_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/* Reads `size` bytes from place `at` of an open file, fewer only where it ends. Returns how many,
   or -1 with errno. */
ssize_t transfer_read(int file, void *bytes, size_t size, int64_t at);

/* Writes `size` bytes at place `at`. Returns 0, or -1 with errno. */
int transfer_write(int file, const void *bytes, size_t size, int64_t at);

/* fopen for reading that waits for nobody: where a FIFO lies under the name, there is what has been
   written to it already. NULL with errno. */
FILE *transfer_open(const char *path);

#endif
