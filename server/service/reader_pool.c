/* A stack of idle readers behind a mutex: the reader that was used last, whose pages are warm, goes
   out first. The lock is held for a few instructions, and only by requests that miss the cache. All
   readers are opened at the start, one for each thread that computes answers: from then on the
   server works on the file that it opened, whatever takes its path, and a borrower never waits. */
#include "server/service/reader_pool.h"

#include <cratedex/index_reader.h>
#include <pthread.h>
#include <stdlib.h>

struct reader_pool {
    pthread_mutex_t mutex; /* guards the two below */
    unsigned n_idle;
    struct index_reader **idle;
};

struct reader_pool *reader_pool_create(const struct index *index, unsigned n_readers,
                                       struct error *error)
{
    struct reader_pool *pool = calloc(1, sizeof *pool);
    if (pool == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    pthread_mutex_init(&pool->mutex, NULL);
    pool->idle = calloc(n_readers, sizeof(struct index_reader *));
    if (pool->idle == NULL) {
        error_out_of_memory(error);
        reader_pool_destroy(pool);
        return NULL;
    }
    while (pool->n_idle < n_readers) {
        struct index_reader *reader = index_reader_open(index, error);
        if (reader == NULL)
            break;
        pool->idle[pool->n_idle++] = reader;
    }
    if (pool->n_idle == n_readers)
        return pool;
    reader_pool_destroy(pool);
    return NULL;
}

void reader_pool_destroy(struct reader_pool *pool)
{
    if (pool == NULL)
        return;
    for (unsigned i = 0; pool->idle != NULL && i < pool->n_idle; i++)
        index_reader_close(pool->idle[i]);
    pthread_mutex_destroy(&pool->mutex);
    free(pool->idle);
    free(pool);
}

struct index_reader *reader_pool_borrow(struct reader_pool *pool)
{
    pthread_mutex_lock(&pool->mutex);
    struct index_reader *reader = pool->n_idle > 0 ? pool->idle[--pool->n_idle] : NULL;
    pthread_mutex_unlock(&pool->mutex);
    return reader;
}

void reader_pool_return(struct reader_pool *pool, struct index_reader *reader)
{
    pthread_mutex_lock(&pool->mutex);
    pool->idle[pool->n_idle++] = reader;
    pthread_mutex_unlock(&pool->mutex);
}
