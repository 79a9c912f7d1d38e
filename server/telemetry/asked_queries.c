/* Threads that answer write to rings of their own, from which one reader at a time (`gathering`)
   takes. Counting is far dearer than noting, and is nobody's who waits for an answer. How many of a
   thread's searches are noted follows from how many came before: all, or one in `stride`, so that a
   busy server has some hundred a second to count and copy, and no more. What comes so suddenly that
   a ring is full is lost.

   A day is six windows of four hours, each with its lists: the oldest is emptied as the next
   begins, so that nothing stays for longer than a day. Reading adds up windows. A text that a full
   window does not have may have been asked there as often as the least of its texts (Agarwal et
   al., "Mergeable summaries", PODS 2012). */
#include "server/telemetry/asked_queries.h"

#include "server/telemetry/asked_window.h"

#include <cratedex/utf8.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <xxhash.h>

#define N_WINDOWS 6
#define WINDOW_SECONDS 14400.0
#define RING_SIZE 256   /* a power of two */
#define WANTED_NOTES 64 /* of a ring, from one gathering to the next */
#define MAX_STRIDE 1024

struct note {
    struct asked_query query;
    uint64_t client;
};

/* One thread writes at `end`, the gatherer takes at `begin`; both only grow. */
struct ring {
    _Alignas(64) atomic_uint_fast64_t end;
    uint32_t n_skipped;   /* the writer's, as the next: until one is noted again */
    uint64_t known_begin; /* not less than that is free */
    _Alignas(64) atomic_uint_fast64_t begin;
    atomic_uint_fast32_t stride; /* so many searches a note is for */
    struct note notes[RING_SIZE];
};

struct asked_queries {
    uint64_t salt;
    unsigned n_rings;
    struct ring *rings;
    pthread_mutex_t gathering; /* guards what follows */
    uint64_t n_counted;
    int64_t epochs[N_WINDOWS]; /* which four hours a window has */
    struct asked_window *windows[N_WINDOWS][N_ASKED_LISTS];
};

/* A text of one window, or what several have together. */
struct partial {
    const struct asked_query *query;
    struct asked_clients clients;
    uint64_t at_least;
    uint64_t at_most;
    unsigned windows; /* that have it: a bit each */
};

static int create_windows(struct asked_queries *asked)
{
    for (unsigned i = 0; i < N_WINDOWS; i++) {
        asked->epochs[i] = -1;
        for (unsigned list = 0; list < N_ASKED_LISTS; list++) {
            asked->windows[i][list] = asked_window_create();
            if (asked->windows[i][list] == NULL)
                return -1;
        }
    }
    return 0;
}

struct asked_queries *asked_queries_create(unsigned n_threads, struct error *error)
{
    struct asked_queries *asked = calloc(1, sizeof *asked);
    if (asked == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    pthread_mutex_init(&asked->gathering, NULL);
    asked->n_rings = n_threads;
    asked->rings = aligned_alloc(_Alignof(struct ring), n_threads * sizeof *asked->rings);
    if (asked->rings == NULL || create_windows(asked) != 0) {
        error_out_of_memory(error);
        asked_queries_destroy(asked);
        return NULL;
    }
    memset(asked->rings, 0, n_threads * sizeof *asked->rings);
    for (unsigned i = 0; i < n_threads; i++)
        atomic_init(&asked->rings[i].stride, 1);
    if (getrandom(&asked->salt, sizeof asked->salt, 0) == sizeof asked->salt)
        return asked;
    error_set(error, "the system has no random numbers");
    asked_queries_destroy(asked);
    return NULL;
}

void asked_queries_destroy(struct asked_queries *asked)
{
    if (asked == NULL)
        return;
    for (unsigned i = 0; i < N_WINDOWS; i++)
        for (unsigned list = 0; list < N_ASKED_LISTS; list++)
            asked_window_destroy(asked->windows[i][list]);
    pthread_mutex_destroy(&asked->gathering);
    free(asked->rings);
    free(asked);
}

void asked_queries_describe(const struct asked_queries *asked, const char *text, size_t length,
                            bool found_nothing, struct asked_query *query)
{
    const size_t whole = length;
    length = utf8_fitting_length(text, length, ASKED_MAX_TEXT);
    *query = (struct asked_query){
        .id = XXH3_64bits_withSeed(text, length, asked->salt),
        .length = (uint8_t)length,
        .is_cut = length < whole,
        .found_nothing = found_nothing,
    };
    memcpy(query->text, text, length);
}

uint64_t asked_queries_client(const struct asked_queries *asked, const struct ip_address *address)
{
    struct ip_address client = ip_address_of_client(address);
    return XXH3_64bits_withSeed(client.bytes, sizeof client.bytes, ~asked->salt);
}

bool asked_queries_take(struct asked_queries *asked, unsigned thread)
{
    if (thread >= asked->n_rings)
        return false;
    struct ring *ring = &asked->rings[thread];
    if (++ring->n_skipped < atomic_load_explicit(&ring->stride, memory_order_relaxed))
        return false;
    ring->n_skipped = 0;
    return true;
}

void asked_queries_note(struct asked_queries *asked, unsigned thread,
                        const struct asked_query *query, uint64_t client)
{
    struct ring *ring = &asked->rings[thread];
    uint64_t end = atomic_load_explicit(&ring->end, memory_order_relaxed);
    if (end - ring->known_begin == RING_SIZE)
        ring->known_begin = atomic_load_explicit(&ring->begin, memory_order_acquire);
    if (end - ring->known_begin == RING_SIZE)
        return;
    ring->notes[end % RING_SIZE] = (struct note){*query, client};
    atomic_store_explicit(&ring->end, end + 1, memory_order_release);
}

/* The windows of now; what is a day old is forgotten. */
static struct asked_window **turn_windows(struct asked_queries *asked, double now)
{
    int64_t epoch = (int64_t)(now / WINDOW_SECONDS);
    for (unsigned i = 0; i < N_WINDOWS; i++) {
        bool is_of_now = (int64_t)i == epoch % N_WINDOWS;
        bool is_over = is_of_now ? asked->epochs[i] != epoch
                                 : asked->epochs[i] >= 0 && asked->epochs[i] <= epoch - N_WINDOWS;
        if (!is_over)
            continue;
        for (unsigned list = 0; list < N_ASKED_LISTS; list++)
            asked_window_clear(asked->windows[i][list]);
        asked->epochs[i] = is_of_now ? epoch : -1;
    }
    return asked->windows[epoch % N_WINDOWS];
}

/* Twice as many, or half, so that a stride fits after some gatherings and stays. */
static uint32_t next_stride(uint32_t stride, uint64_t n_notes)
{
    if (n_notes > WANTED_NOTES)
        return stride < MAX_STRIDE ? 2 * stride : stride;
    return n_notes < WANTED_NOTES / 4 && stride > 1 ? stride / 2 : stride;
}

/* Returns how many searches it was noted of. */
static uint64_t empty_ring(struct ring *ring, struct asked_window *windows[N_ASKED_LISTS])
{
    const uint64_t begin = atomic_load_explicit(&ring->begin, memory_order_relaxed);
    const uint64_t end = atomic_load_explicit(&ring->end, memory_order_acquire);
    const uint32_t stride = (uint32_t)atomic_load_explicit(&ring->stride, memory_order_relaxed);
    for (uint64_t i = begin; i < end; i++) {
        struct note *note = &ring->notes[i % RING_SIZE];
        asked_window_add(windows[ASKED_MOST], &note->query, note->client, stride);
        if (note->query.found_nothing)
            asked_window_add(windows[ASKED_IN_VAIN], &note->query, note->client, stride);
        memset(note, 0, sizeof *note); /* no text stays for longer than it has to */
    }
    atomic_store_explicit(&ring->begin, end, memory_order_release);
    atomic_store_explicit(&ring->stride, next_stride(stride, end - begin), memory_order_relaxed);
    return (end - begin) * stride;
}

void asked_queries_gather(struct asked_queries *asked, double now)
{
    pthread_mutex_lock(&asked->gathering);
    struct asked_window **windows = turn_windows(asked, now);
    for (unsigned i = 0; i < asked->n_rings; i++)
        asked->n_counted += empty_ring(&asked->rings[i], windows);
    pthread_mutex_unlock(&asked->gathering);
}

static int compare_ids(const void *left, const void *right)
{
    const struct partial *a = left;
    const struct partial *b = right;
    return (a->query->id > b->query->id) - (a->query->id < b->query->id);
}

static int compare_totals(const void *left, const void *right)
{
    const struct partial *a = left;
    const struct partial *b = right;
    if (a->at_least != b->at_least)
        return a->at_least < b->at_least ? 1 : -1;
    return compare_ids(left, right);
}

static size_t collect(const struct asked_queries *asked, enum asked_list list,
                      struct partial *partials)
{
    size_t n = 0;
    for (unsigned i = 0; i < N_WINDOWS; i++) {
        const struct asked_window *window = asked->windows[i][list];
        for (uint32_t j = 0; j < space_saving_n_used(window->counts); j++) {
            const struct space_saving_counter *counter = space_saving_at(window->counts, j);
            partials[n++] = (struct partial){
                .query = &window->texts[j].query,
                .clients = window->texts[j].clients,
                .at_least = counter->count - counter->error,
                .at_most = counter->count,
                .windows = 1U << i,
            };
        }
    }
    return n;
}

static void add_partial(struct partial *sum, const struct partial *partial)
{
    sum->at_least += partial->at_least;
    sum->at_most += partial->at_most;
    sum->windows |= partial->windows;
    for (unsigned i = 0; i < partial->clients.n; i++)
        asked_clients_add(&sum->clients, partial->clients.hashes[i]);
}

/* Adds up those of one text, which are neighbours. Returns how many texts may be told, which then
   stand in front. */
static size_t merge(struct partial *partials, size_t n)
{
    size_t n_told = 0;
    for (size_t begin = 0, end; begin < n; begin = end) {
        struct partial sum = partials[begin];
        for (end = begin + 1; end < n && partials[end].query->id == sum.query->id; end++)
            add_partial(&sum, &partials[end]);
        if (sum.clients.n >= ASKED_MIN_CLIENTS)
            partials[n_told++] = sum;
    }
    return n_told;
}

/* What a text may have been asked in windows that do not have it. */
static uint64_t asked_elsewhere(const struct asked_queries *asked, enum asked_list list,
                                const struct partial *partial)
{
    uint64_t n = 0;
    for (unsigned i = 0; i < N_WINDOWS; i++)
        if ((partial->windows & 1U << i) == 0)
            n += space_saving_least(asked->windows[i][list]->counts);
    return n;
}

size_t asked_queries_read(struct asked_queries *asked, enum asked_list list,
                          struct asked_total totals[ASKED_MAX_TOTALS])
{
    struct partial *partials = malloc(sizeof *partials * (size_t)N_WINDOWS * ASKED_WINDOW_TEXTS);
    if (partials == NULL)
        return 0;
    pthread_mutex_lock(&asked->gathering);
    size_t n = collect(asked, list, partials);
    qsort(partials, n, sizeof *partials, compare_ids);
    n = merge(partials, n);
    qsort(partials, n, sizeof *partials, compare_totals);
    n = n < ASKED_MAX_TOTALS ? n : ASKED_MAX_TOTALS;
    for (size_t i = 0; i < n; i++)
        totals[i] = (struct asked_total){
            .query = *partials[i].query,
            .at_least = partials[i].at_least,
            .at_most = partials[i].at_most + asked_elsewhere(asked, list, &partials[i]),
        };
    pthread_mutex_unlock(&asked->gathering);
    free(partials);
    return n;
}

bool asked_queries_find(struct asked_queries *asked, uint64_t id, struct asked_query *query)
{
    struct asked_clients clients = {.n = 0};
    pthread_mutex_lock(&asked->gathering);
    for (unsigned i = 0; i < N_WINDOWS; i++) {
        const struct asked_window *window = asked->windows[i][ASKED_MOST];
        for (uint32_t j = 0; j < space_saving_n_used(window->counts); j++) {
            const struct asked_text *text = &window->texts[j];
            if (text->query.id != id)
                continue;
            *query = text->query;
            for (unsigned k = 0; k < text->clients.n; k++)
                asked_clients_add(&clients, text->clients.hashes[k]);
        }
    }
    pthread_mutex_unlock(&asked->gathering);
    return clients.n >= ASKED_MIN_CLIENTS;
}

uint64_t asked_queries_count(struct asked_queries *asked)
{
    pthread_mutex_lock(&asked->gathering);
    uint64_t n_counted = asked->n_counted;
    pthread_mutex_unlock(&asked->gathering);
    return n_counted;
}
