/* Who is connected, what each connection does and since when, and which one has to go: where its
   time is over, or another needs its place. */
#ifndef CRATEDEX_SERVER_CONNECTION_TABLE_H
#define CRATEDEX_SERVER_CONNECTION_TABLE_H

#include "server/http/trusted_proxies.h"

#include <cratedex/error.h>
#include <stdatomic.h>
#include <stdint.h>

struct connection_table;
struct metrics;

enum connection_phase {
    CONNECTION_NEW,     /* sends the head of its first request, or nothing */
    CONNECTION_IDLE,    /* that of a further one, or nothing */
    CONNECTION_READING, /* sends what follows a head */
    CONNECTION_SENDING, /* takes its answer */
    CONNECTION_WORKING, /* waits for its answer: it is not for the client to end this */
    CONNECTION_ABSENT,
};

/* Times are microseconds of a monotonic clock. */
#define CONNECTION_SECOND 1000000

/* The longest time for each, in all, however busy the client is meanwhile. */
#define CONNECTION_HEAD_SECONDS 30 /* NEW, IDLE */
#define CONNECTION_BODY_SECONDS 30
#define CONNECTION_SENDING_SECONDS 120

/* What a connection does since when: one word, written by the thread that serves it at every
   request, read by others without a lock. */
struct connection_slot {
    atomic_uint_fast64_t phase_and_time;
};

struct connection_limits {
    unsigned n_connections;
    unsigned n_per_address; /* of IPv6, those of a /64 network are one; 0: no limit */
    const struct trusted_proxies *proxies; /* which have no limit */
    struct metrics *metrics; /* where those are counted that are ended; NULL: nowhere */
};

/* More than its part of `n_connections` that a thread may have: threads do not get equal parts, and
   it takes a moment to end others. */
#define CONNECTION_TABLE_MARGIN 64

/* An empty table for `n_threads` threads. Returns NULL when memory runs out. */
struct connection_table *connection_table_create(const struct connection_limits *limits,
                                                 unsigned n_threads, struct error *error);
/* Nobody may be connected. NULL is allowed. */
void connection_table_destroy(struct connection_table *table);

/* How many connections a thread has room for. */
unsigned connection_table_n_slots(const struct connection_table *table);

/* How many connections are open, but for those that are being ended. Takes the lock. */
unsigned connection_table_n_open(struct connection_table *table);

/* How many of them read, compute or send at this moment, more or less. */
unsigned connection_table_n_busy(struct connection_table *table);

/* Enters a new connection of a thread (its number), which sees it as CONNECTION_NEW. Where that is
   one too many, another is ended, or, where all others have something to do, this one: by
   shutdown(2), which its thread hears of as of any end. `address` may be NULL: not known. The slot
   is valid until connection_table_close; NULL where the thread has no room. */
struct connection_slot *connection_table_open(struct connection_table *table, unsigned thread,
                                              int descriptor, const struct ip_address *address,
                                              uint64_t now);

/* To be called by its thread before it closes the descriptor. */
void connection_table_close(struct connection_table *table, unsigned thread,
                            struct connection_slot *slot);

/* Ends the thread's connections whose time is over. To be called about once a second. */
void connection_table_sweep(struct connection_table *table, unsigned thread, uint64_t now);

/* Ends those that have asked for nothing since `time`. */
void connection_table_end_silent(struct connection_table *table, unsigned thread, uint64_t time);

#define CONNECTION_PHASE_BITS 3

/* Says what the connection does from `now` on. */
static inline void connection_enter(struct connection_slot *slot, enum connection_phase phase,
                                    uint64_t now)
{
    atomic_store_explicit(&slot->phase_and_time, now << CONNECTION_PHASE_BITS | phase,
                          memory_order_relaxed);
}

#endif
