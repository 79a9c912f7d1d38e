/* What the status tells of what people asked for. */
#ifndef CRATEDEX_SERVER_STATUS_ASKED_H
#define CRATEDEX_SERVER_STATUS_ASKED_H

#include "server/service/service.h"

#include <cratedex/encoder.h>

/* Writes the member `slowest`: [{"route", "status", "seconds_ago", "milliseconds", "parts":
   {"search", "assemble", "compress"}, "words", "matches", "text", "target"}]. `text` and `target`
   are null where they are not to be told (asked_queries.h, slowest_queries.h). */
void status_slowest_encode(const struct service *service, double now, struct encoder *encoder);

/* Writes the member `asked`: {"searches", "min_addresses", "most": [{"text",
   "is_cut", "at_least", "at_most"}], "in_vain": […]}. */
void status_asked_encode(const struct service *service, struct encoder *encoder);

#endif
