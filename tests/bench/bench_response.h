/* The head of an HTTP/1.1 answer, as far as a load generator must understand it. */
#ifndef CRATEDEX_TESTS_BENCH_BENCH_RESPONSE_H
#define CRATEDEX_TESTS_BENCH_BENCH_RESPONSE_H

#include <cratedex/error.h>
#include <stdbool.h>
#include <stddef.h>

struct response_head {
    size_t size; /* with the empty line */
    unsigned status;
    /* What follows: of 204 and 304 nothing, whatever Content-Length tells (RFC 9112, 6.3). */
    size_t body_bytes;
    bool closes; /* the connection ends with this answer */
};

/* Reads the head at the beginning of `size` bytes. Returns 1; 0 where it does not end in them; -1
   and why for what is no head, and for one that does not tell where its body ends (chunks, or no
   Content-Length). */
int response_head_read(const char *bytes, size_t size, struct response_head *head,
                       struct error *error);

/* The value of the field of that name (any case) in a head that has been read, without the blanks
   around it: `*length` bytes of it; NULL where it has none. */
const char *response_head_field(const char *bytes, const struct response_head *head,
                                const char *name, size_t *length);

#endif
