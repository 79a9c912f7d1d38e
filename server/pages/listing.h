/* The order and the page of a list, as people choose them on it: what is asked for, and the links
   to other orders and pages. */
#ifndef CRATEDEX_SERVER_LISTING_H
#define CRATEDEX_SERVER_LISTING_H

#include "server/endpoints/endpoint.h"

#include <cratedex/encoder.h>
#include <stddef.h>
#include <stdint.h>

#define LISTING_MAX_SORTS 5

/* What lists of a kind have in common. */
struct listing_kind {
    struct {
        const char *name; /* as the endpoint has it: sort=NAME; NULL behind the last */
        const char *label;
    } sorts[LISTING_MAX_SORTS + 1]; /* the first is that of a page whose address names none */
    uint32_t per_page;              /* likewise */
    uint32_t max_page;              /* that the endpoint gives; 0: there is no such limit */
};

/* Crates, by GET /api/v1/crates. */
extern const struct listing_kind listing_of_crates;

struct listing {
    const struct listing_kind *kind;
    uint32_t sort; /* a place in the kind's sorts */
    uint32_t page; /* from 1 */
    uint32_t per_page;
};

/* Reads `sort`, `page` and `per_page` of the query, and appends them to the key. An unknown sort is
   the default. Returns 0, or -1 with a status 400. */
int listing_read(const struct question *question, const struct listing_kind *kind,
                 struct listing *listing, struct failure *failure);

#define LISTING_MAX_QUERY 2048

/* Writes the query that asks an endpoint for the listing, with `filter` (a parameter's name; NULL:
   none) set to `value`. Returns its length; 0 where the value is too long. */
size_t listing_query(const struct listing *listing, const char *filter, const char *value,
                     size_t value_length, char query[LISTING_MAX_QUERY]);

/* Writes one value, to be shown by the partial templates `list_head` and `pager`, of a list of
   `total` items on the page at `path`:

       total     as it is
       sorts     of each its `label`, `href`, and `is_current`
       is_empty  whether the page has no item
       is_behind whether that is for it lies behind the last, and not for there is none
       from, to  the places of the first and last item, from 1
       first     the address of the first page
       pages     as pager.h has them

   `path` is percent-encoded. */
void listing_encode(const struct listing *listing, const char *path, uint64_t total,
                    struct encoder *encoder);

#endif
