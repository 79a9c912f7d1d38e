/* How a template writes a value: `{{downloads|count}}`. */
#ifndef CRATEDEX_SERVER_FILTERS_H
#define CRATEDEX_SERVER_FILTERS_H

#include <msgpack/object.h>
#include <msgpack/sbuffer.h>
#include <stddef.h>

/* Appends the value, safe to stand in text and in a quoted attribute. Returns 0, or -1 when memory
   runs out. What is no value of its kind is written as html_text does. */
typedef int html_filter(const msgpack_object *value, msgpack_sbuffer *out);

/* A string escaped, and no more than 4,096 bytes of it, so that how many values a page shows bounds
   it: an ellipsis stands for the rest. A number in full; true and false by these words;
   nothing for all else. */
int html_text(const msgpack_object *value, msgpack_sbuffer *out);

/* The filter of that name; NULL where there is none:

       count    a number with commas: 1,234,567
       compact  a number for a glance: 987, 12.3K, 4.6M, 1.2B
       bytes    a size: 512 B, 10.4 kB, 1.2 MB (powers of 1,000)
       percent  a share of 1: 42 %
       rate     a number with one decimal below 100, in full above: 12.3, 1,235
       duration a time in seconds: 42 s, 3 min 5 s, 2 h 7 min, 12 d 3 h, 1,234 d
       microseconds, milliseconds   a time in that unit: 45 µs, 1.2 ms, 3.4 s
       date     the day of an RFC 3339 time: 2026-11-30
       path     percent-encoded, to stand in an address
       short    no more of a text than fits a few lines: an ellipsis stands for the rest */
html_filter *html_filter_find(const char *name, size_t length);

#endif
