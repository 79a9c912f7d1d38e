/* The addresses of the pages of crates. */
#ifndef CRATEDEX_SERVER_CRATE_ADDRESS_H
#define CRATEDEX_SERVER_CRATE_ADDRESS_H

#include "server/endpoints/endpoint.h"

#include <stddef.h>

/* Writes the address of a page: "/crates/NAME/VERSION" and `tail`, or without a version where that
   has length 0; percent-encoded and NUL-terminated. Returns 0, or -1 where it is too long. */
int crate_address_write(char address[ANSWER_MAX_LOCATION], const struct path_value *name,
                        const struct path_value *version, const char *tail);

/* Appends a query as it was sent to the job's location, if it can stand there. */
void crate_address_add_query(struct answer_job *job, const char *query, size_t query_length);

/* Redirects there for now (302). Returns 0 or -1. */
int crate_address_redirect(struct answer_job *job, const struct path_value *name,
                           const struct path_value *version, const char *tail,
                           struct failure *failure);

#endif
