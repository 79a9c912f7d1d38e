/* What an open file of counted downloads consists of; for the library's own sources only. */
#ifndef CRATEDEX_INDEX_REGISTRY_DOWNLOAD_COUNTS_H
#define CRATEDEX_INDEX_REGISTRY_DOWNLOAD_COUNTS_H

#include "index/base/mapped_fault.h"

#include <cratedex/download_counts.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define HEADER_BYTES 4096
#define MAGIC "CDXCOUNT"
#define BYTE_ORDER_MARK 0x01020304
#define FORMAT 1

struct download_counts_header {
    char magic[8];
    uint32_t byte_order;
    uint32_t format;
    char day[16]; /* NUL-padded, as below */
    char fingerprint[24];
    uint64_t n_versions;
    uint64_t ids_xxh3;
    uint64_t header_xxh3; /* of the members above */
};
_Static_assert(sizeof(struct download_counts_header) == 80, "the header has no padding");
_Static_assert(sizeof(_Atomic uint64_t) == sizeof(uint64_t), "a counter is a plain number");

struct download_counts {
    void *mapped;
    size_t size;
    const struct download_counts_header *header;
    _Atomic uint64_t *counters;
    const int64_t *version_ids; /* of the key, where the file is added to: nobody can damage them */
    uint32_t n_versions;
    int descriptor;
    struct download_counts_header made_as; /* the header when it was opened */
    /* Of a file that is added to: */
    char *path;
    struct mapped_range *range; /* over `mapped` */
    uint64_t *kept;             /* each counter as it was seen last */
    uint32_t n_looked_at;       /* how far the round is that looks at them */
};

/* The path of a day's file, which the caller frees; NULL where memory runs out. */
char *download_counts_path(const char *folder, const struct download_counts_key *key);

/* The header that a new file gets, and its size. */
void download_counts_fill_header(struct download_counts_header *header,
                                 const struct download_counts_key *key);
size_t download_counts_file_size(uint64_t n_versions);

#endif
