/* Index readers for those who compute an answer: a reader serves one thread at a time. */
#ifndef CRATEDEX_SERVER_READER_POOL_H
#define CRATEDEX_SERVER_READER_POOL_H

#include <cratedex/error.h>
#include <cratedex/index_reader.h>

struct reader_pool;

/* Opens `n_readers` (at least 1) readers. Returns NULL and says why. */
struct reader_pool *reader_pool_create(const struct index *index, unsigned n_readers,
                                       struct error *error);

/* Every reader must have been returned. NULL is allowed. */
void reader_pool_destroy(struct reader_pool *pool);

/* An idle reader, to be given back by reader_pool_return; NULL where more are borrowed at once than
   there are. Never waits. Thread-safe, as is reader_pool_return. */
struct index_reader *reader_pool_borrow(struct reader_pool *pool);
void reader_pool_return(struct reader_pool *pool, struct index_reader *reader);

#endif
