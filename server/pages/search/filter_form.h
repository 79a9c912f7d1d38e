/* The form of filters that no facet has: an amount, a date, a name. */
#ifndef CRATEDEX_SERVER_FILTER_FORM_H
#define CRATEDEX_SERVER_FILTER_FORM_H

#include "server/pages/search/search_asked.h"

#include <cratedex/encoder.h>

/* Writes an object: a member for each field, with its value or null, and `others`, which the form
   must keep: [{"name", "value"}, …]. */
void filter_form_encode(const struct search_asked *asked, struct encoder *encoder);

#endif
