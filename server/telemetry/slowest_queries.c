/* A list for each of the last ten minutes, of that minute's slowest: the slowest of all are among
   them, and what is too old goes with its list. Most that is computed is faster than the least of a
   full list, which an atomic says without the lock. */
#include "server/telemetry/slowest_queries.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define LIST_SECONDS 60
#define N_LISTS (SLOWEST_SECONDS / LIST_SECONDS)

struct list {
    int64_t minute;
    size_t n;
    struct slowest_query queries[SLOWEST_MAX]; /* the slowest first */
};

struct slowest_queries {
    atomic_int_fast64_t minute; /* that `least` is of */
    _Atomic double least;       /* what is faster is not among them */
    pthread_mutex_t mutex;
    struct list lists[N_LISTS];
};

struct slowest_queries *slowest_queries_create(struct error *error)
{
    struct slowest_queries *slowest = calloc(1, sizeof *slowest);
    if (slowest == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    pthread_mutex_init(&slowest->mutex, NULL);
    atomic_init(&slowest->minute, -1);
    atomic_init(&slowest->least, 0);
    for (unsigned i = 0; i < N_LISTS; i++)
        slowest->lists[i].minute = -1;
    return slowest;
}

void slowest_queries_destroy(struct slowest_queries *slowest)
{
    if (slowest == NULL)
        return;
    pthread_mutex_destroy(&slowest->mutex);
    free(slowest);
}

static void fill(struct slowest_query *query, const struct outcome *outcome, double seconds,
                 const char *target, double now)
{
    const struct trace *trace = &outcome->trace;
    *query = (struct slowest_query){
        .at = now,
        .seconds = seconds,
        .route = outcome->route,
        .status = outcome->status,
        .parts = trace_parts_of(trace),
        .has_plan = trace->has_plan,
        .asked_id = outcome->asked_id,
    };
    if (trace->has_plan) {
        query->n_words = trace->plan.n_words;
        query->n_matches = trace->plan.total;
    }
    snprintf(query->target, sizeof query->target, "%s", target != NULL ? target : "");
}

/* Puts it into the list of its minute, behind those that are slower. */
static void insert(struct list *list, const struct slowest_query *query)
{
    size_t place = list->n < SLOWEST_MAX ? list->n++ : SLOWEST_MAX - 1;
    for (; place > 0 && list->queries[place - 1].seconds < query->seconds; place--)
        list->queries[place] = list->queries[place - 1];
    list->queries[place] = *query;
}

void slowest_queries_note(struct slowest_queries *slowest, const struct outcome *outcome,
                          double seconds, const char *target, double now)
{
    const int64_t minute = (int64_t)(now / LIST_SECONDS);
    if (atomic_load_explicit(&slowest->minute, memory_order_relaxed) == minute &&
        seconds <= atomic_load_explicit(&slowest->least, memory_order_relaxed))
        return;
    struct slowest_query query;
    fill(&query, outcome, seconds, target, now);
    pthread_mutex_lock(&slowest->mutex);
    struct list *list = &slowest->lists[minute % N_LISTS];
    if (list->minute < minute) {
        list->minute = minute;
        list->n = 0;
    }
    if (list->minute == minute &&
        (list->n < SLOWEST_MAX || list->queries[SLOWEST_MAX - 1].seconds < seconds))
        insert(list, &query);
    double least = list->n < SLOWEST_MAX ? 0 : list->queries[SLOWEST_MAX - 1].seconds;
    atomic_store_explicit(&slowest->least, least, memory_order_relaxed);
    atomic_store_explicit(&slowest->minute, list->minute, memory_order_relaxed);
    pthread_mutex_unlock(&slowest->mutex);
}

size_t slowest_queries_read(struct slowest_queries *slowest, double now,
                            struct slowest_query queries[SLOWEST_MAX])
{
    struct list sum = {.n = 0};
    pthread_mutex_lock(&slowest->mutex);
    for (unsigned i = 0; i < N_LISTS; i++) {
        const struct list *list = &slowest->lists[i];
        for (size_t j = 0; j < list->n; j++)
            if (now - list->queries[j].at < SLOWEST_SECONDS &&
                (sum.n < SLOWEST_MAX ||
                 sum.queries[SLOWEST_MAX - 1].seconds < list->queries[j].seconds))
                insert(&sum, &list->queries[j]);
    }
    pthread_mutex_unlock(&slowest->mutex);
    for (size_t i = 0; i < sum.n; i++)
        queries[i] = sum.queries[i];
    return sum.n;
}
