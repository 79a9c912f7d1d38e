/* Not in the file, for they are made in a millisecond: four bytes a crate and order. */
#include "index/segment/order_places.h"

#include <stdlib.h>

int order_places_make(struct order_places *places, const struct crate_columns *columns,
                      struct error *error)
{
    for (int order = 0; order < N_CRATE_ORDERS; order++) {
        uint32_t *of_order = calloc((size_t)columns->n_crates + 1, sizeof *of_order);
        places->places[order] = of_order;
        if (of_order == NULL)
            return error_out_of_memory(error);
        for (uint32_t place = 0; place < columns->n_crates; place++)
            of_order[columns->orders[order][place] - 1] = place;
    }
    return 0;
}

void order_places_close(struct order_places *places)
{
    for (int order = 0; order < N_CRATE_ORDERS; order++)
        free(places->places[order]);
}
