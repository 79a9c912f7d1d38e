/* Points in time as microseconds since 1970-01-01T00:00:00Z. */
#ifndef CRATEDEX_TIMESTAMP_H
#define CRATEDEX_TIMESTAMP_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Parses PostgreSQL's text form `2020-11-27 02:00:00.123456+00` (fraction and offset optional,
   offsets `+05`, `+05:30`), RFC 3339 (`T`, `Z`), and a plain date. Range: years 1 to 9999. All
   `length` bytes must be used and name a real day and time. Returns 0 or -1. */
int timestamp_parse(const char *text, size_t length, int64_t *microseconds);

/* Writes RFC 3339 in UTC with `Z`, with three or six digits of fraction only where they are not all
   zero (as crates.io's chrono does), and a NUL. Returns the length without it. */
#define TIMESTAMP_TEXT_SIZE 32
size_t timestamp_format(int64_t microseconds, char text[TIMESTAMP_TEXT_SIZE]);

#ifdef __cplusplus
}
#endif

#endif
