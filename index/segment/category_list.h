/* The categories' slugs with the number of crates in each and below it, in memory, as a search says
   of every word whether it is one. */
#ifndef CRATEDEX_INDEX_CATEGORY_LIST_H
#define CRATEDEX_INDEX_CATEGORY_LIST_H

#include <cratedex/error.h>
#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

/* A longer slug is not listed. */
#define CATEGORY_LIST_MAX_SLUG 128

struct listed_category {
    const char *slug; /* not NUL-terminated */
    uint32_t length;
    uint32_t n_crates;
};

/* In order of the slugs' bytes. Owned. */
struct category_list {
    struct listed_category *categories;
    uint32_t n_categories;
    char *texts;
};

/* Reads the categories that have crates from an index's database. Returns 0 or -1;
   category_list_close may be called in any case. */
int category_list_open(struct category_list *list, sqlite3 *database, struct error *error);
void category_list_close(struct category_list *list);

/* The category of that slug; NULL where there is none. */
const struct listed_category *category_list_find(const struct category_list *list, const char *slug,
                                                 size_t length);

#endif
