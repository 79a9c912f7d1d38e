/* Each thread has an array of slots, a word for each of its connections, which says what that does
   and since when: so a request costs three stores to memory that the thread has for itself, and no
   list is kept in any order. Whoever looks for somebody looks at all: a thread once a second, for
   those of its own whose time is over; whoever enters a connection where that is one too many, for
   the one to be ended, among those of all threads. A word takes a nanosecond or less to look at,
   and 4,096 of them less than accepting a connection.

   Who goes where one has to: whoever has been silent for longest. A connection that has never
   asked counts as if it were silent for a second longer, so that many who connect and say nothing
   do not push out those who ask again and again. Who sends a body or takes an answer counts for a
   quarter of the time that takes, from one second on: slowly done it is as good as silence, but
   where all others are silent it is the better use of a connection. Nobody is ended who waits for
   an answer.

   Ending is shutdown(2). The descriptor of another thread's connection may be touched while the
   lock is held and the slot is taken: its thread frees the slot, which takes the lock, before it
   closes the descriptor. A connection that is being ended counts no more.

   The lock guards all but the words of the slots: the records behind them, the free ones, the
   numbers, and the tree of addresses (tsearch). It is taken when a connection comes, goes or is
   ended, never at a request. A word that changes while another thread looks at it costs nothing but
   a worse choice. */
#include "server/connections/connection_table.h"

#include "server/telemetry/metrics.h"

#include <pthread.h>
#include <search.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define CACHE_LINE_BYTES 64
#define NEVER_ASKED_PENALTY CONNECTION_SECOND
#define BUSY_GRACE CONNECTION_SECOND
#define BUSY_PART 4

static const uint64_t longest[] = {
    [CONNECTION_NEW] = CONNECTION_HEAD_SECONDS * CONNECTION_SECOND,
    [CONNECTION_IDLE] = CONNECTION_HEAD_SECONDS * CONNECTION_SECOND,
    [CONNECTION_READING] = CONNECTION_BODY_SECONDS * CONNECTION_SECOND,
    [CONNECTION_SENDING] = CONNECTION_SENDING_SECONDS * CONNECTION_SECOND,
    [CONNECTION_WORKING] = UINT64_MAX,
    [CONNECTION_ABSENT] = UINT64_MAX,
};

/* An address that has connections. */
struct peer {
    struct ip_address address; /* of a network, where that counts as one */
    unsigned n_connections;
};

/* What of a connection seldom matters. */
struct record {
    int descriptor;
    unsigned next_free; /* of a free slot: another */
    bool is_ending;
    struct peer *peer; /* NULL: it has no limit */
};

/* The connections of a thread. */
struct share {
    _Alignas(CACHE_LINE_BYTES) struct connection_slot *slots;
    struct record *records;
    unsigned n_used;     /* slots behind are free, and not in the list of these */
    unsigned first_free; /* n_slots: none */
};

struct connection_table {
    struct connection_limits limits;
    pthread_mutex_t lock;
    void *peers;
    unsigned n_open; /* those that are being ended not counted */
    unsigned n_slots;
    unsigned n_threads;
    struct share shares[];
};

struct place {
    struct share *share; /* NULL: nowhere */
    unsigned slot;
};

static enum connection_phase phase_of(uint_fast64_t word)
{
    return word & ((1U << CONNECTION_PHASE_BITS) - 1);
}

/* How long a connection has done what it does. Another thread's clock may be a little ahead. */
static uint64_t age_of(uint_fast64_t word, uint64_t now)
{
    uint64_t since = word >> CONNECTION_PHASE_BITS;
    return now > since ? now - since : 0;
}

static uint_fast64_t read_slot(const struct share *share, unsigned slot)
{
    return atomic_load_explicit(&share->slots[slot].phase_and_time, memory_order_relaxed);
}

static int create_share(struct share *share, unsigned n_slots)
{
    size_t size = n_slots * sizeof *share->slots;
    size = (size + CACHE_LINE_BYTES - 1) / CACHE_LINE_BYTES * CACHE_LINE_BYTES;
    share->first_free = n_slots;
    share->n_used = 0;
    share->slots = aligned_alloc(CACHE_LINE_BYTES, size);
    share->records = malloc(n_slots * sizeof *share->records);
    return share->slots != NULL && share->records != NULL ? 0 : -1;
}

struct connection_table *connection_table_create(const struct connection_limits *limits,
                                                 unsigned n_threads, struct error *error)
{
    struct connection_table *table =
        aligned_alloc(CACHE_LINE_BYTES,
                      (sizeof *table + CACHE_LINE_BYTES - 1) / CACHE_LINE_BYTES * CACHE_LINE_BYTES +
                          n_threads * sizeof table->shares[0]);
    if (table == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    table->limits = *limits;
    pthread_mutex_init(&table->lock, NULL);
    table->peers = NULL;
    table->n_open = 0;
    table->n_slots = (limits->n_connections + n_threads - 1) / n_threads + CONNECTION_TABLE_MARGIN;
    for (table->n_threads = 0; table->n_threads < n_threads; table->n_threads++)
        if (create_share(&table->shares[table->n_threads], table->n_slots) != 0) {
            table->n_threads++;
            connection_table_destroy(table);
            error_out_of_memory(error);
            return NULL;
        }
    return table;
}

void connection_table_destroy(struct connection_table *table)
{
    if (table == NULL)
        return;
    for (unsigned i = 0; i < table->n_threads; i++) {
        free(table->shares[i].slots);
        free(table->shares[i].records);
    }
    pthread_mutex_destroy(&table->lock);
    free(table);
}

unsigned connection_table_n_slots(const struct connection_table *table)
{
    return table->n_slots;
}

unsigned connection_table_n_open(struct connection_table *table)
{
    pthread_mutex_lock(&table->lock);
    unsigned n_open = table->n_open;
    pthread_mutex_unlock(&table->lock);
    return n_open;
}

unsigned connection_table_n_busy(struct connection_table *table)
{
    unsigned n_busy = 0;
    pthread_mutex_lock(&table->lock);
    for (unsigned i = 0; i < table->n_threads; i++)
        for (unsigned slot = 0; slot < table->shares[i].n_used; slot++) {
            enum connection_phase phase = phase_of(read_slot(&table->shares[i], slot));
            n_busy += phase == CONNECTION_READING || phase == CONNECTION_WORKING ||
                      phase == CONNECTION_SENDING;
        }
    pthread_mutex_unlock(&table->lock);
    return n_busy;
}

static int compare_peers(const void *left, const void *right)
{
    const struct peer *a = left;
    const struct peer *b = right;
    return memcmp(&a->address, &b->address, sizeof a->address);
}

/* The peer of an address, with one connection more; NULL where it has no limit, or memory runs
   out. */
static struct peer *enter_peer(struct connection_table *table, const struct ip_address *address)
{
    const struct connection_limits *limits = &table->limits;
    if (address == NULL || limits->n_per_address == 0 ||
        trusted_proxies_have(limits->proxies, address))
        return NULL;
    const struct peer wanted = {.address = ip_address_of_client(address)};
    struct peer **found = tfind(&wanted, &table->peers, compare_peers);
    if (found != NULL) {
        (*found)->n_connections++;
        return *found;
    }
    struct peer *peer = malloc(sizeof *peer);
    if (peer == NULL)
        return NULL;
    *peer = wanted;
    peer->n_connections = 1;
    if (tsearch(peer, &table->peers, compare_peers) != NULL)
        return peer;
    free(peer);
    return NULL;
}

static void leave_peer(struct connection_table *table, struct peer *peer)
{
    if (peer == NULL || --peer->n_connections > 0)
        return;
    tdelete(peer, &table->peers, compare_peers);
    free(peer);
}

/* The caller has the lock. */
static void end_connection(struct connection_table *table, struct place place,
                           enum connection_end reason)
{
    struct record *record = &place.share->records[place.slot];
    record->is_ending = true;
    leave_peer(table, record->peer);
    record->peer = NULL;
    table->n_open--;
    shutdown(record->descriptor, SHUT_RDWR);
    if (table->limits.metrics != NULL)
        metrics_count_ended_connection(table->limits.metrics, reason);
}

/* How much a connection may be missed, the least first: 0, not at all to be ended. */
static uint64_t silence_of(uint_fast64_t word, uint64_t now)
{
    uint64_t age = age_of(word, now);
    switch (phase_of(word)) {
    case CONNECTION_NEW:
        return 1 + age + NEVER_ASKED_PENALTY;
    case CONNECTION_IDLE:
        return 1 + age;
    case CONNECTION_READING:
    case CONNECTION_SENDING:
        return age >= BUSY_GRACE ? age / BUSY_PART : 0;
    default:
        return 0;
    }
}

/* Where the connection is that has been silent for longest, of a peer or (NULL) of all. */
static struct place find_silent(struct connection_table *table, const struct peer *peer,
                                struct place except, uint64_t now)
{
    struct place found = {NULL, 0};
    uint64_t longest_silence = 0;
    for (unsigned i = 0; i < table->n_threads; i++) {
        struct share *share = &table->shares[i];
        for (unsigned slot = 0; slot < share->n_used; slot++) {
            uint64_t silence = silence_of(read_slot(share, slot), now);
            if (silence <= longest_silence || share->records[slot].is_ending ||
                (peer != NULL && share->records[slot].peer != peer) ||
                (share == except.share && slot == except.slot))
                continue;
            found = (struct place){share, slot};
            longest_silence = silence;
        }
    }
    return found;
}

/* A slot that nobody has; n_slots where there is none. */
static unsigned take_slot(const struct connection_table *table, struct share *share)
{
    unsigned slot = share->first_free;
    if (slot < table->n_slots)
        share->first_free = share->records[slot].next_free;
    else if (share->n_used < table->n_slots)
        slot = share->n_used++;
    return slot;
}

struct connection_slot *connection_table_open(struct connection_table *table, unsigned thread,
                                              int descriptor, const struct ip_address *address,
                                              uint64_t now)
{
    struct share *share = &table->shares[thread];
    pthread_mutex_lock(&table->lock);
    const struct place place = {share, take_slot(table, share)};
    if (place.slot == table->n_slots) {
        pthread_mutex_unlock(&table->lock);
        return NULL;
    }
    struct peer *peer = enter_peer(table, address);
    share->records[place.slot] = (struct record){.descriptor = descriptor, .peer = peer};
    connection_enter(&share->slots[place.slot], CONNECTION_NEW, now);
    table->n_open++;
    bool is_over_address = peer != NULL && peer->n_connections > table->limits.n_per_address;
    if (is_over_address || table->n_open > table->limits.n_connections) {
        struct place silent = find_silent(table, is_over_address ? peer : NULL, place, now);
        end_connection(table, silent.share != NULL ? silent : place,
                       is_over_address ? CONNECTION_END_ADDRESS : CONNECTION_END_FULL);
    }
    pthread_mutex_unlock(&table->lock);
    return &share->slots[place.slot];
}

void connection_table_close(struct connection_table *table, unsigned thread,
                            struct connection_slot *slot)
{
    struct share *share = &table->shares[thread];
    unsigned number = (unsigned)(slot - share->slots);
    struct record *record = &share->records[number];
    pthread_mutex_lock(&table->lock);
    if (!record->is_ending) {
        leave_peer(table, record->peer);
        table->n_open--;
    }
    connection_enter(slot, CONNECTION_ABSENT, 0);
    record->next_free = share->first_free;
    share->first_free = number;
    pthread_mutex_unlock(&table->lock);
}

/* Of the calling thread's. */
static void end_late(struct connection_table *table, unsigned thread, unsigned slot)
{
    struct share *share = &table->shares[thread];
    pthread_mutex_lock(&table->lock);
    if (!share->records[slot].is_ending)
        end_connection(table, (struct place){share, slot}, CONNECTION_END_DEADLINE);
    pthread_mutex_unlock(&table->lock);
}

void connection_table_sweep(struct connection_table *table, unsigned thread, uint64_t now)
{
    const struct share *share = &table->shares[thread];
    for (unsigned slot = 0; slot < share->n_used; slot++) {
        uint_fast64_t word = read_slot(share, slot);
        if (age_of(word, now) >= longest[phase_of(word)])
            end_late(table, thread, slot);
    }
}

void connection_table_end_silent(struct connection_table *table, unsigned thread, uint64_t time)
{
    const struct share *share = &table->shares[thread];
    for (unsigned slot = 0; slot < share->n_used; slot++) {
        uint_fast64_t word = read_slot(share, slot);
        enum connection_phase phase = phase_of(word);
        if ((phase == CONNECTION_NEW || phase == CONNECTION_IDLE) &&
            word >> CONNECTION_PHASE_BITS <= time)
            end_late(table, thread, slot);
    }
}
