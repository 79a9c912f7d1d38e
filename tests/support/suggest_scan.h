/* The suggestions as they are defined, not as they are found: by a look at every name of the
   index. */
#ifndef CRATEDEX_TESTS_SUPPORT_SUGGEST_SCAN_H
#define CRATEDEX_TESTS_SUPPORT_SUGGEST_SCAN_H

#include <cratedex/index_file.h>
#include <stddef.h>

/* Asks for suggestions and fails the test where the crates among them are not those that there must
   be, in order, each with its highlight; only keywords may follow. Returns how many there are. */
size_t suggest_scan_expect(const struct index *index, const char *text, size_t length,
                           size_t limit);

#endif
