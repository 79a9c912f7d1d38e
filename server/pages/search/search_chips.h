/* The filters that there are, as chips by which they are taken away. */
#ifndef CRATEDEX_SERVER_SEARCH_CHIPS_H
#define CRATEDEX_SERVER_SEARCH_CHIPS_H

#include "server/pages/search/search_asked.h"

#include <cratedex/encoder.h>
#include <stdint.h>

/* How many chips there are: filters among the parameters, and in the text. */
uint32_t search_chips_count(const struct search_asked *asked);

/* Writes an array of the first of them: [{"name", "value", "link"}, …]; `value` is null where the
   name says all. */
void search_chips_encode(const struct search_asked *asked, struct encoder *encoder);

/* Writes the link without any of them. */
void search_chips_clear_encode(const struct search_asked *asked, struct encoder *encoder);

#endif
