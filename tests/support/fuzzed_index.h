/* The index that fuzz targets ask: small enough that the fuzzer soon finds its words. */
#ifndef CRATEDEX_TESTS_SUPPORT_FUZZED_INDEX_H
#define CRATEDEX_TESTS_SUPPORT_FUZZED_INDEX_H

#include <cratedex/index_file.h>
#include <cratedex/index_reader.h>

struct fuzzed_index {
    struct index *index;
    struct index_reader *reader;
};

/* Builds and opens it, once for the process; its files are removed again. Aborts where that
   fails. */
void fuzzed_index_open(struct fuzzed_index *fuzzed);

#endif
