/* What was asked within one span of time: the texts that were asked most, and whether that was by
   several. */
#ifndef CRATEDEX_SERVER_ASKED_WINDOW_H
#define CRATEDEX_SERVER_ASKED_WINDOW_H

#include "server/telemetry/asked_query.h"
#include "server/telemetry/space_saving.h"

#include <stdbool.h>
#include <stdint.h>

/* So many texts are followed; another takes the place of one that was asked least. */
#define ASKED_WINDOW_TEXTS 256

/* Only what so many addresses asked for is told. */
#define ASKED_MIN_CLIENTS 5

/* Who asked: salted hashes of addresses, none of them twice, up to ASKED_MIN_CLIENTS. */
struct asked_clients {
    uint64_t hashes[ASKED_MIN_CLIENTS];
    unsigned n;
};

struct asked_text {
    struct asked_query query;
    struct asked_clients clients;
};

struct asked_window {
    struct space_saving *counts;
    struct asked_text texts[ASKED_WINDOW_TEXTS]; /* by the numbers of their counters */
};

/* NULL when memory runs out. */
struct asked_window *asked_window_create(void);

/* NULL is allowed. */
void asked_window_destroy(struct asked_window *window);

/* Forgets everything; no text stays in memory. */
void asked_window_clear(struct asked_window *window);

/* A client asked, `weight` times. */
void asked_window_add(struct asked_window *window, const struct asked_query *query, uint64_t client,
                      uint32_t weight);

/* One more that asked, unless it is there already or there are enough. */
void asked_clients_add(struct asked_clients *clients, uint64_t client);

#endif
