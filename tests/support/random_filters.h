/* Random filters of the list (search_filters.h), with values out of an index, most of which let
   something through. */
#ifndef CRATEDEX_TESTS_SUPPORT_RANDOM_FILTERS_H
#define CRATEDEX_TESTS_SUPPORT_RANDOM_FILTERS_H

#include <cratedex/index_file.h>
#include <cratedex/search_filters.h>
#include <stdint.h>

struct random_filters;

/* Reads from the index file by SQL what the index does not list. Fails the test where it cannot. */
struct random_filters *random_filters_open(const char *path, const struct index *index);
void random_filters_close(struct random_filters *source);

/* Draws one to three filters into an empty list. */
void random_filters_draw(const struct random_filters *source, uint64_t *seed,
                         struct search_filters *filters);

#endif
