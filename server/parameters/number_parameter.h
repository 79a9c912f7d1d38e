/* Numbers in a query, refused in the words of crates.io (those of Rust's standard library, in which
   its API is written: client libraries match on them). */
#ifndef CRATEDEX_SERVER_NUMBER_PARAMETER_H
#define CRATEDEX_SERVER_NUMBER_PARAMETER_H

#include "server/http/failure.h"
#include "server/http/query_string.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The types of crates.io's parameters: a positive 32-bit number, a signed 32-bit number. */
enum number_type { NUMBER_POSITIVE, NUMBER_SIGNED };

/* Reads a number. Returns NULL and `*value`, or what is wrong with the text. */
const char *number_parse(const char *text, size_t length, enum number_type type, int64_t *value);

/* Looks the parameter `name` up and reads it. Absent: `*is_given` is false and `*value` untouched.
   Returns 0; -1 with a status 400 for what is no such number. */
int number_parameter(const struct query_string *query, const char *name, enum number_type type,
                     bool *is_given, int64_t *value, struct failure *failure);

#endif
