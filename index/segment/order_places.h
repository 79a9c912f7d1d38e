/* Where each crate stands in the orders of lists: the orders of crate_columns.h the other way
   round. */
#ifndef CRATEDEX_INDEX_ORDER_PLACES_H
#define CRATEDEX_INDEX_ORDER_PLACES_H

#include "index/segment/crate_columns.h"

#include <cratedex/error.h>
#include <stdint.h>

struct order_places {
    uint32_t *places[N_CRATE_ORDERS]; /* owned; by rank - 1, from 0 */
};

/* Returns 0 or -1 (memory); order_places_close may be called in any case. */
int order_places_make(struct order_places *places, const struct crate_columns *columns,
                      struct error *error);
void order_places_close(struct order_places *places);

#endif
