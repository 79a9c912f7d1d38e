/* nginx that sends one file. */
#ifndef CRATEDEX_TESTS_BENCH_HTTP_NGINX_H
#define CRATEDEX_TESTS_BENCH_HTTP_NGINX_H

#include "tests/bench/http_server_child.h"

/* Starts nginx with this many workers, which answers every GET with the file `body` of the folder,
   as JSON. Its own files go to the folder as well. Returns 0, or -1 and why. */
int http_nginx_start(struct http_server_child *server, const char *folder, unsigned n_workers,
                     struct error *error);

#endif
