/* A stack of idle readers behind a mutex: the reader that was used last, whose pages are warm, goes
   out first. The lock is held for a few instructions, and only by requests that miss the cache. As
   each of the server's threads computes one answer at a time, the pool grows to their number. */
#include "server/reader_pool.h"

#include <pthread.h>
#include <stdlib.h>

struct reader_pool {
    const struct index *index;
    pthread_mutex_t mutex; /* guards the two below */
    unsigned n_idle;
    struct index_reader **idle;
    unsigned capacity;
};

struct reader_pool *reader_pool_create(const struct index *index, unsigned capacity,
                                       struct error *error)
{
    struct reader_pool *pool = calloc(1, sizeof *pool);
    if (pool == NULL)
        goto no_pool;
    pool->idle = calloc(capacity, sizeof(struct index_reader *));
    if (pool->idle == NULL)
        goto no_idle;
    pool->index = index;
    pool->capacity = capacity;
    pool->idle[0] = index_reader_open(index, error);
    if (pool->idle[0] == NULL)
        goto no_reader;
    pool->n_idle = 1;
    pthread_mutex_init(&pool->mutex, NULL);
    return pool;

no_reader:
    free(pool->idle);
    free(pool);
    return NULL;
no_idle:
    free(pool);
no_pool:
    error_out_of_memory(error);
    return NULL;
}

void reader_pool_destroy(struct reader_pool *pool)
{
    if (pool == NULL)
        return;
    for (unsigned i = 0; i < pool->n_idle; i++)
        index_reader_close(pool->idle[i]);
    pthread_mutex_destroy(&pool->mutex);
    free(pool->idle);
    free(pool);
}

struct index_reader *reader_pool_borrow(struct reader_pool *pool, struct error *error)
{
    struct index_reader *reader = NULL;
    pthread_mutex_lock(&pool->mutex);
    if (pool->n_idle > 0)
        reader = pool->idle[--pool->n_idle];
    pthread_mutex_unlock(&pool->mutex);
    return reader != NULL ? reader : index_reader_open(pool->index, error);
}

void reader_pool_return(struct reader_pool *pool, struct index_reader *reader)
{
    pthread_mutex_lock(&pool->mutex);
    bool is_kept = pool->n_idle < pool->capacity;
    if (is_kept)
        pool->idle[pool->n_idle++] = reader;
    pthread_mutex_unlock(&pool->mutex);
    if (!is_kept)
        index_reader_close(reader);
}
