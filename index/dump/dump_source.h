/* What the kinds of dump have in common. Errors here do not name the dump; dump.c puts its path in
   front. */
#ifndef CRATEDEX_INDEX_DUMP_SOURCE_H
#define CRATEDEX_INDEX_DUMP_SOURCE_H

#include <cratedex/error.h>
#include <stddef.h>
#include <stdint.h>

/* One kind. `next` adds the next data member to `names` (or takes it from there) and gives its
   number; `next` and `read` return as dump_next and dump_read do. */
struct dump_source {
    int (*next)(void *state, size_t *item, struct error *error);
    int (*read)(void *state, const void **bytes, size_t *size, struct error *error);
    uint64_t (*position)(const void *state);
    void (*close)(void *state);
};

#endif
