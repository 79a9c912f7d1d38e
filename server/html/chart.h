/* A chart of one number a day, as SVG. */
#ifndef CRATEDEX_SERVER_CHART_H
#define CRATEDEX_SERVER_CHART_H

#include <msgpack/sbuffer.h>
#include <stddef.h>
#include <stdint.h>

/* A day and its number. */
struct chart_day {
    const char *day; /* "2026-11-25" */
    uint64_t number;
};

/* What the chart says to who does not see it. */
struct chart_text {
    const char *title_id; /* of the element in the page that is its title */
    const char *unit;     /* what is counted, in the plural: "downloads" */
};

/* Appends an `<svg>`: a bar for each day, of a height in proportion to the highest. Its width and
   height are what the page gives it. Days come in their order; there is at least one that is not 0.
   Returns 0, or -1 when memory runs out. */
int chart_append(msgpack_sbuffer *out, const struct chart_text *text, const struct chart_day *days,
                 size_t n_days);

#endif
