/* The header of an index file, with which every look at one begins. */
#ifndef CRATEDEX_INDEX_INDEX_HEADER_H
#define CRATEDEX_INDEX_INDEX_HEADER_H

#include "index/base/file_stamp.h"

#include <cratedex/error.h>
#include <stdint.h>

struct index_header {
    struct file_stamp stamp; /* from before it was read */
    uint32_t n_pages;
};

/* Opens the file at `path` for reading and checks that it is a regular one, an index of this
   format, and as long as its header says: so whoever reads all of it comes to an end. Waits for
   nobody, whatever is at the path. Returns the descriptor, or -1, why, and what to do. */
int index_header_open(const char *path, struct index_header *header, struct error *error);

#endif
