/* What people search for most, and what they search for in vain, for those who run the server: out
   of the last day, in bounded memory, and nothing that fewer than ASKED_MIN_CLIENTS addresses asked
   for. Of addresses salted hashes are kept, whose salt is of this process; of IPv6, /64 networks
   are one address. Nothing of all this is ever written to a file.

   Memory: 0.6 MiB, and 24 KiB for each thread that answers. */
#ifndef CRATEDEX_SERVER_ASKED_QUERIES_H
#define CRATEDEX_SERVER_ASKED_QUERIES_H

#include "server/http/trusted_proxies.h"
#include "server/telemetry/asked_query.h"

#include <cratedex/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct asked_queries;

/* For threads that are numbered from 0. Returns NULL and why. */
struct asked_queries *asked_queries_create(unsigned n_threads, struct error *error);

/* NULL is allowed. */
void asked_queries_destroy(struct asked_queries *asked);

/* Describes a text (valid UTF-8, in the form in which the same text always comes). Thread-safe, as
   all below. */
void asked_queries_describe(const struct asked_queries *asked, const char *text, size_t length,
                            bool found_nothing, struct asked_query *query);

/* What an address counts as. */
uint64_t asked_queries_client(const struct asked_queries *asked, const struct ip_address *address);

/* Whether the thread's next search is to be noted: all are as long as they are few, and of more
   than some hundred a second one in so many, which then counts for these. For that thread alone, as
   the next. */
bool asked_queries_take(struct asked_queries *asked, unsigned thread);

/* Notes that a client asked for it, in a few nanoseconds and without a lock. */
void asked_queries_note(struct asked_queries *asked, unsigned thread,
                        const struct asked_query *query, uint64_t client);

/* Counts what was noted. `now` in seconds of monotonic_seconds. To be called some times a second,
   and before reading. */
void asked_queries_gather(struct asked_queries *asked, double now);

enum asked_list { ASKED_MOST, ASKED_IN_VAIN };
#define N_ASKED_LISTS 2

/* A text of a list. */
struct asked_total {
    struct asked_query query;
    uint64_t at_least; /* how often it was asked for; where not all were noted, about */
    uint64_t at_most;
};
#define ASKED_MAX_TOTALS 10

/* The first of a list, by `at_least`; returns how many there are, ASKED_MAX_TOTALS at most. */
size_t asked_queries_read(struct asked_queries *asked, enum asked_list list,
                          struct asked_total totals[ASKED_MAX_TOTALS]);

/* The text of that id, where so many asked for it that it may be told. */
bool asked_queries_find(struct asked_queries *asked, uint64_t id, struct asked_query *query);

/* How many searches with a text were counted since the start. */
uint64_t asked_queries_count(struct asked_queries *asked);

#endif
