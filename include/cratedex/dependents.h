/* Which of the crates that depend on a crate are wanted, and in which order. */
#ifndef CRATEDEX_DEPENDENTS_H
#define CRATEDEX_DEPENDENTS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DEPENDENTS_MAX_LIMIT 100

/* The orders of dependents, by what they are themselves. */
enum dependents_sort {
    DEPENDENTS_SORT_DOWNLOADS,        /* most first, then by name: that of crates.io */
    DEPENDENTS_SORT_RECENT_DOWNLOADS, /* most first, those without any last, then highest id */
    DEPENDENTS_SORT_ALPHABETICAL,     /* canonical name, then name */
    DEPENDENTS_SORT_NEW               /* last created first, then highest id */
};

/* What for they depend on it. */
enum dependents_kind {
    DEPENDENTS_KIND_ANY,
    DEPENDENTS_KIND_NORMAL,
    DEPENDENTS_KIND_BUILD,
    DEPENDENTS_KIND_DEV
};

/* The sort of that name: downloads, recent-downloads, alpha (alphabetical), new. Returns 0, or -1
   where there is none. */
int dependents_sort_parse(const char *name, enum dependents_sort *sort);

/* The same of a kind: normal, build, dev. */
int dependents_kind_parse(const char *name, enum dependents_kind *kind);

struct dependents_query {
    uint32_t rank; /* of the crate that they depend on */
    enum dependents_sort sort;
    enum dependents_kind kind;
    /* A part of their names, where `-` and `_` are one and a space is either or nothing, at most
       SEARCH_MAX_TEXT_BYTES; a length of 0: all. */
    const char *name;
    size_t name_length;
    uint32_t offset; /* from 0 */
    uint32_t limit;  /* at most DEPENDENTS_MAX_LIMIT */
};

#ifdef __cplusplus
}
#endif

#endif
