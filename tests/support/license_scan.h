/* Licence expressions, read plainly: SPDX's AND, OR, WITH and parentheses, and `/` for OR. */
#ifndef CRATEDEX_TESTS_SUPPORT_LICENSE_SCAN_H
#define CRATEDEX_TESTS_SUPPORT_LICENSE_SCAN_H

#include <cratedex/search_query.h>
#include <stdbool.h>
#include <stddef.h>

/* Whether the expression can be met by the named licences alone; what is no expression, only by
   itself. Case does not matter. */
bool license_scan_is_met(const char *expression, const struct search_string *names, size_t n);

/* Calls `on_name` with each name in the expression, as often as it stands there; with the whole
   where it is none. */
void license_scan_each(const char *expression, void (*on_name)(void *context, const char *name),
                       void *context);

#endif
