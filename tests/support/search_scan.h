/* The search as it is defined, not as it is done: a plain scan that looks at every crate of an index
   file by SQL alone, scores it, and sorts. It shares no code with the library's search. */
#ifndef CRATEDEX_TESTS_SUPPORT_SEARCH_SCAN_H
#define CRATEDEX_TESTS_SUPPORT_SEARCH_SCAN_H

#include <cratedex/search.h>

struct search_scan;

/* Opens the index file with SQLite and reads the crates. Fails the test where it cannot. */
struct search_scan *search_scan_open(const char *path);
void search_scan_close(struct search_scan *scan);

/* Everything that the query finds, in order, whatever its limit, offset and seek key. The text must be
   one that search_check_text allows; of its characters beyond ASCII, only those of latin, greek,
   cyrillic and chinese words, and general punctuation. Valid until the next call. */
size_t search_scan_run(struct search_scan *scan, const struct search_query *query,
                       const struct search_hit **hits);

/* Fails the test, naming the query, unless `result` is the part of the `n_all` hits `all` that begins
   behind the first `n_skipped` ones and has at most `query->limit`. */
void search_scan_expect(const struct search_query *query, const struct search_hit *all,
                        size_t n_all, size_t n_skipped, const struct search_result *result);

/* The name of a crate; lives as long as the scan. */
const char *search_scan_name(const struct search_scan *scan, uint32_t rank);

#endif
