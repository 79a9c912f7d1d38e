/* The parts of an index file that are held in memory, read and replaced by SQL. Both functions fail
   the test where they cannot do their work. */
#ifndef CRATEDEX_TESTS_SUPPORT_INDEX_PARTS_H
#define CRATEDEX_TESTS_SUPPORT_INDEX_PARTS_H

#include <stddef.h>

/* "crate_columns", "names", … */
#define N_FILE_PARTS 18
extern const char *const file_parts[N_FILE_PARTS];

/* The bytes of a part; the caller frees. */
char *part_read(const char *path, const char *part, size_t *size);

/* Replaces a part and makes the checksums right, so that nothing but its content can tell. */
void part_replace(const char *path, const char *part, const void *bytes, size_t size);

#endif
