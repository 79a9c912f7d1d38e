/* The query of a request's target, as the browser's form encoding has it (WHATWG URL,
   application/x-www-form-urlencoded: `&` between pairs, `=`, `+` for space, percent-encoding). */
#ifndef CRATEDEX_SERVER_QUERY_STRING_H
#define CRATEDEX_SERVER_QUERY_STRING_H

#include <cratedex/error.h>
#include <stdbool.h>
#include <stddef.h>

#define QUERY_STRING_MAX_BYTES 8192
#define QUERY_STRING_MAX_PARAMETERS 256

/* One pair in the order of the request. The decoded texts lie in the query_string's own buffer and
   are NUL-terminated behind their length; `raw` is the pair as the client wrote it. */
struct query_parameter {
    const char *name;
    size_t name_length;
    const char *value;
    size_t value_length;
    const char *raw;
    size_t raw_length;
};

/* Fixed-size, so that parsing allocates nothing. */
struct query_string {
    struct query_parameter parameters[QUERY_STRING_MAX_PARAMETERS];
    size_t n_parameters;
    char decoded[2 * QUERY_STRING_MAX_BYTES];
};

/* Parses `length` bytes (without the `?`; they must outlive the struct). A percent sign that two
   hexadecimal digits do not follow stays as it is; empty pairs are left out. Returns 0, or -1 with
   a sentence for the client: too long, too many parameters, a NUL byte (`%00`), invalid UTF-8. */
int query_string_parse(struct query_string *query, const char *text, size_t length,
                       struct error *error);

/* The last pair of that name, or NULL: where a client repeats a parameter, the last one counts. */
const struct query_parameter *query_string_find(const struct query_string *query, const char *name);

/* Appends `value` (`length` bytes) to `out` at `*out_length` in form encoding; what is not an ASCII
   letter, digit, `*`, `-`, `.` or `_` is percent-encoded, a space becomes `+`. No NUL is written.
   Returns 0, or -1 where `capacity` would be passed; `*out_length` then stays. */
int query_string_encode(char *out, size_t capacity, size_t *out_length, const char *value,
                        size_t length);

#endif
