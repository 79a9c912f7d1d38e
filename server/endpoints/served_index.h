/* What is told to those who run the server of the index that it serves. */
#ifndef CRATEDEX_SERVER_SERVED_INDEX_H
#define CRATEDEX_SERVER_SERVED_INDEX_H

#include "server/endpoints/endpoint.h"

/* Writes three members of an object that has begun: `status`, which is ok, `crates` and `dump`. */
static inline void served_index_encode(struct answer_job *job)
{
    encoder_key(&job->encoder, "status");
    encoder_text(&job->encoder, "ok");
    encoder_key(&job->encoder, "crates");
    encoder_integer(&job->encoder, index_n_crates(job->snapshot->index));
    encoder_key(&job->encoder, "dump");
    encoder_text(&job->encoder, index_dump_timestamp(job->snapshot->index));
}

#endif
