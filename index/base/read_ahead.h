/* A range of a file brought into the page cache while its reader is busy with what is there
   already. */
#ifndef CRATEDEX_INDEX_READ_AHEAD_H
#define CRATEDEX_INDEX_READ_AHEAD_H

#include <stdint.h>

struct read_ahead;

/* Begins to read bytes `begin` … `end` - 1 of the file, or up to its end, in order and on a thread
   of its own. It is help only: what cannot be opened, read or started is left out. NULL where
   nothing runs. */
struct read_ahead *read_ahead_start(const char *path, int64_t begin, int64_t end);

/* Ends it, wherever it is; NULL is fine. */
void read_ahead_stop(struct read_ahead *read_ahead);

#endif
