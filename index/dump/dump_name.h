/* Which members of a dump are data, and each only once. */
#ifndef CRATEDEX_INDEX_DUMP_NAME_H
#define CRATEDEX_INDEX_DUMP_NAME_H

#include <cratedex/error.h>
#include <stdbool.h>
#include <stddef.h>

/* Two of a kind are refused, so a dump has at most this many tables; more is no dump. */
#define DUMP_MAX_TABLES 1000

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

#endif
