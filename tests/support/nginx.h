/* nginx (Debian's) with its cache in front of a test server: the block of server/README.md as it
   stands there, in a process of the test's own user, on a free port. Every function fails the test
   where it cannot do its work. */
#ifndef CRATEDEX_TESTS_SUPPORT_NGINX_H
#define CRATEDEX_TESTS_SUPPORT_NGINX_H

#include "tests/support/folder.h"

#include <stdbool.h>
#include <sys/types.h>

struct nginx {
    pid_t pid;
    char folder[FOLDER_PATH_SIZE];
    char url[64]; /* "http://127.0.0.1:PORT" */
};

/* Whether nginx is installed. */
bool nginx_is_there(void);

/* Starts it before a server on that port. `nginx -t` must find nothing to complain about. */
void nginx_start(struct nginx *nginx, unsigned short server_port);

/* The same with nginx's own key, in which the client's host is not, in place of the block's. */
void nginx_start_with_default_key(struct nginx *nginx, unsigned short server_port);

/* The same with TLS; `certificate` becomes the path of what to trust. Returns false, with nothing
   started, where openssl is not installed. */
bool nginx_start_tls(struct nginx *nginx, unsigned short server_port,
                     char certificate[FOLDER_PATH_SIZE]);

/* Makes every answer in the cache stale. Returns how many there are; -1 where this nginx keeps them
   in a form that is not known here. */
int nginx_age_cache(const struct nginx *nginx);

/* Ends it and removes its folder. */
void nginx_stop(struct nginx *nginx);

#endif
