/* The part of a long list that a page shows. */
#ifndef CRATEDEX_SERVER_LIST_WINDOW_H
#define CRATEDEX_SERVER_LIST_WINDOW_H

#include "server/pages/listing.h"

#include <cratedex/encoder.h>
#include <stdbool.h>
#include <stdint.h>

struct list_window {
    uint64_t begin; /* the number of elements before it */
    uint32_t max;   /* elements in it */
};

/* That of the page that was asked for. */
static inline struct list_window list_window_of(const struct listing *listing)
{
    return (struct list_window){
        .begin = (uint64_t)(listing->page - 1) * listing->per_page,
        .max = listing->per_page,
    };
}

/* Whether the element at that place, from 0, is in it. */
static inline bool list_window_has(const struct list_window *window, uint64_t place)
{
    return place >= window->begin && place - window->begin < window->max;
}

/* The number of elements that it has of `n` that begin at that place. */
static inline uint32_t list_window_share(const struct list_window *window, uint64_t place,
                                         uint32_t n)
{
    uint64_t begin = place > window->begin ? place : window->begin;
    uint64_t end = place + n;
    if (end > window->begin + window->max)
        end = window->begin + window->max;
    return end > begin ? (uint32_t)(end - begin) : 0;
}

/* Writes a member: how many of `n` elements are more than the `max` that are shown; null: none. */
static inline void list_more_encode(const char *key, uint64_t n, uint32_t max,
                                    struct encoder *encoder)
{
    encoder_key(encoder, key);
    if (n > max)
        encoder_integer(encoder, (int64_t)(n - max));
    else
        encoder_null(encoder);
}

#endif
