/* Facets: what the crates that match a search have, and how many of them have each, so that a page
   can offer it as a filter. */
#ifndef CRATEDEX_SEARCH_FACETS_H
#define CRATEDEX_SEARCH_FACETS_H

#include <cratedex/encoder.h>
#include <cratedex/error.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* In the order in which they are told. */
enum search_facet {
    SEARCH_FACET_CATEGORY, /* slugs; a category has the crates of those below it, too */
    SEARCH_FACET_KEYWORD,
    /* Names in the expression of the default version, as the next three; so `MIT AND Zlib` counts
       for both, where license=MIT alone does not find it. */
    SEARCH_FACET_LICENSE,
    SEARCH_FACET_EDITION,
    SEARCH_FACET_RUST_VERSION,
    SEARCH_FACET_HAS /* lib, bin */
};
#define N_SEARCH_FACETS 6
#define SEARCH_FACET_MAX_VALUES 10

struct search_facet_value {
    const char *text; /* not NUL-terminated; lives as long as the index */
    uint32_t length;
    uint32_t n_crates; /* that match and have it */
};

/* The values that most of the crates have, of each facet that was asked for. All crates that match
   are counted, whatever the page; a facet passes over the filters by its own attribute, so that it
   tells what choosing another value would find. */
struct search_facets {
    unsigned asked; /* a bit each: 1 << enum search_facet */
    uint32_t n_values[N_SEARCH_FACETS];
    /* Most crates first, then by their bytes; none without a crate. */
    struct search_facet_value values[N_SEARCH_FACETS][SEARCH_FACET_MAX_VALUES];
};

/* "category", "keyword", "license", "edition", "rust_version", "has". */
const char *search_facet_name(enum search_facet facet);

/* Reads names with commas between them, in any order and repeatedly, as a mask (search_query.h).
   Returns 0, or -1 for one that is unknown or empty; `error` then says which there are. */
int search_facets_parse(const char *text, unsigned *mask, struct error *error);

/* Writes {"category": [{"value", "count"}, …], …}, of those that were asked for. */
void search_facets_encode(const struct search_facets *facets, struct encoder *encoder);

#ifdef __cplusplus
}
#endif

#endif
