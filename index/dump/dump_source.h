/* What the parts of the dump reader share. Of the index library alone. Errors here do not name the
   dump; dump.c puts its path in front. */
#ifndef CRATEDEX_INDEX_DUMP_SOURCE_H
#define CRATEDEX_INDEX_DUMP_SOURCE_H

#include "index/dump/dump.h"

/* ---- dump_name.c: which members are data, and each only once ---- */

/* A data member. */
struct dump_name {
    char *path;
    char *table; /* NULL for metadata.json */
};

/* The data members met so far. All zero is an empty set. */
struct dump_names {
    struct dump_name *items; /* in the order in which they were added */
    size_t n_items;
    size_t capacity;
};

/* Refuses a name that no honest archive has: empty, absolute, with `..` or a control character. */
int dump_path_check(const char *path, struct error *error);

/* Says whether a path is that of a table or of metadata.json. */
bool dump_path_is_data(const char *path);

/* Adds a path that dump_path_is_data. Returns 0, or -1 where its table was there already, there are
   too many or memory runs out. */
int dump_names_add(struct dump_names *names, const char *path, struct error *error);

void dump_names_free(struct dump_names *names);

/* ---- dump.c: the bound on what is unpacked ---- */

struct dump_budget {
    uint64_t max_bytes;
    uint64_t n_bytes; /* spent */
};

/* Returns 0, or -1 where the bound is passed. */
int dump_budget_spend(struct dump_budget *budget, uint64_t n_bytes, struct error *error);

/* ---- dump_stream.c: a file with its compression taken off ---- */

struct dump_stream;

struct dump_stream *dump_stream_open(const char *path, struct error *error);

/* Gives the next bytes, valid until the next call. Returns 1, 0 at the end when the compressed data
   is complete, or -1. */
int dump_stream_read(struct dump_stream *stream, const void **bytes, size_t *size,
                     struct error *error);

/* Bytes of the file that were read. */
uint64_t dump_stream_position(const struct dump_stream *stream);
void dump_stream_close(struct dump_stream *stream);

/* ---- dump_archive.c and dump_folder.c: the two kinds of dump ---- */

/* One kind. `next` adds the next data member to `names` (or takes it from there) and gives its
   number; `next` and `read` return as dump_next and dump_read do. */
struct dump_source {
    int (*next)(void *state, size_t *item, struct error *error);
    int (*read)(void *state, const void **bytes, size_t *size, struct error *error);
    uint64_t (*position)(const void *state);
    void (*close)(void *state);
};

extern const struct dump_source dump_archive_source;
extern const struct dump_source dump_folder_source;

/* `names` and `budget` outlive the state that is returned. */
void *dump_archive_open(const char *path, struct dump_names *names, struct dump_budget *budget,
                        struct error *error);
/* Fills `names` at once and stores the size of all members in `n_bytes`. */
void *dump_folder_open(const char *path, struct dump_names *names, struct dump_budget *budget,
                       uint64_t *n_bytes, struct error *error);

#endif
