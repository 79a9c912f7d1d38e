/* A Groonga HTTP server over the packages of an index. */
#ifndef CRATEDEX_TESTS_BENCH_HTTP_GROONGA_H
#define CRATEDEX_TESTS_BENCH_HTTP_GROONGA_H

#include "tests/bench/http_server_child.h"

/* What stands before and after a query in its target, and which characters of one get a backslash.
   The first answers from Groonga's cache of results where it can, the second never. */
#define HTTP_GROONGA_CACHE_LIMIT 100 /* results, by default */
extern const char http_groonga_before[];
extern const char http_groonga_after_cached[];
extern const char http_groonga_after[];
extern const char http_groonga_special[];

/* Makes a database in the folder, of the name, the description and the keywords of every package of
   the index file, and starts Groonga on it with one thread for each `n_threads`. Takes half a
   minute for 200,000 packages. Returns 0, or -1 and why. */
int http_groonga_start(struct http_server_child *server, const char *index_path, const char *folder,
                       unsigned n_threads, struct error *error);

#endif
