/* The search as it is defined, not as it is done: a plain scan that looks at every crate of an
   index file by SQL alone and works out which match, their scores of both stages, and where each
   may stand. It shares no code with the library's search; the trees of the second stage, the
   list of words as they are written and what a text is read as are data to it.

   The library computes with single precision, the scan with double: a place is settled only as far
   as scores differ by more than rounding, and a crate may then stand anywhere among those that are
   as good. */
#ifndef CRATEDEX_TESTS_SUPPORT_SEARCH_SCAN_H
#define CRATEDEX_TESTS_SUPPORT_SEARCH_SCAN_H

#include <cratedex/search.h>

struct search_scan;

/* Opens the index file with SQLite and reads the crates. Fails the test where it cannot. */
struct search_scan *search_scan_open(const char *path);
void search_scan_close(struct search_scan *scan);

/* Finds everything that the query finds, whatever its limit, offset and seek key; returns how many.
   The text must be one that search_check_text allows; of its characters beyond ASCII, only those of
   latin, greek, cyrillic and chinese words, and general punctuation. */
size_t search_scan_run(struct search_scan *scan, const struct search_query *query);

/* Of the last query: rounding may decide which crates match, so that nothing is settled. */
bool search_scan_is_unsure(const struct search_scan *scan);

/* Of the last query: the search was not for its text alone. */
bool search_scan_is_relaxed(const struct search_scan *scan);

/* Of the last query: how many hits have this tier. */
size_t search_scan_count(const struct search_scan *scan, enum search_tier tier);

/* Fails the test, naming the query, unless `result` is the part of the last query's hits that
   begins behind the first `n_skipped` ones and has at most `query->limit`. */
void search_scan_expect(const struct search_scan *scan, const struct search_query *query,
                        size_t n_skipped, const struct search_result *result);

/* Counts how many of the last query's hits have each value of a facet, which is named as in
   search_facets.h. Writes all values, most crates first, then by their bytes; returns how many.
   Licences are the same in any case, and written in one of their spellings. */
#define SCAN_FACET_MAX_VALUES 8192
struct scan_facet_value {
    char text[256];
    uint32_t n_crates;
};
size_t search_scan_facet(struct search_scan *scan, const char *facet,
                         struct scan_facet_value values[SCAN_FACET_MAX_VALUES]);

/* The name of a crate; lives as long as the scan. */
const char *search_scan_name(const struct search_scan *scan, uint32_t rank);

#endif
