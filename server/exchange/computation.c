/* No answer is left that was read of a file while somebody wrote to it: the file is looked at
   before and after. What was asked is kept with the answer (original_request.h), for warming.c. */
#include "server/exchange/computation.h"

#include "server/answer/answer.h"
#include "server/service/index_watch.h"

#include <stdio.h>

int computation_prepare(const struct exchange *exchange, struct computation *computation,
                        struct failure *failure)
{
    const struct endpoint *endpoint = exchange->endpoint;
    struct canonical_key *key = &computation->key;
    if (request_parse_query(exchange->request, &computation->query, failure) != 0)
        return -1;
    const struct question question = {
        .service = exchange->service,
        .snapshot = exchange->snapshot,
        .request = exchange->request,
        .arm = exchange->arm,
        .key = key,
    };
    canonical_key_init(key, exchange->outcome->route,
                       endpoint->plain_type == NULL ? exchange->encoding : 0,
                       exchange->snapshot->generation);
    return endpoint->prepare != NULL
               ? endpoint->prepare(&question, &computation->parameters, failure)
               : 0;
}

/* What the endpoint's answers have in common. */
static void begin_head(const struct exchange *exchange, struct answer_job *job)
{
    const struct endpoint *endpoint = exchange->endpoint;
    bool is_negotiated = endpoint->plain_type == NULL;
    job->location[0] = '\0';
    snprintf(job->surrogate_key, sizeof job->surrogate_key, "%s",
             endpoint->surrogate_key != NULL ? endpoint->surrogate_key : "");
    job->head = (struct answer_head){
        .status = MHD_HTTP_OK,
        .content_type =
            is_negotiated ? encoding_media_type(exchange->encoding) : endpoint->plain_type,
        .cache_control = endpoint->cache_control,
        .is_negotiated = is_negotiated,
        .is_page = endpoint_is_page(endpoint),
        .location = job->location,
        .surrogate_key = job->surrogate_key,
        .arm = EXPERIMENT_NONE,
        .store = exchange->service->bodies,
    };
}

/* What was read of a file that somebody writes to is worth nothing, whatever it looks like; nor is
   an error that came of it. Returns -1 where the index file cannot be believed. */
static int check_snapshot(const struct exchange *exchange, bool was_read, struct failure *failure)
{
    if (exchange->endpoint->needs_no_index)
        return 0;
    if (!exchange->snapshot->is_damaged) {
        if (!was_read || snapshot_is_sound(exchange->snapshot))
            return 0;
        index_watch_wake(exchange->service->watch);
    }
    return failure_set(failure, MHD_HTTP_SERVICE_UNAVAILABLE,
                       "the index file was changed in place: try again when it is whole");
}

int computation_run(const struct exchange *exchange, const struct computation *computation,
                    struct answer_job *job, msgpack_sbuffer *body, struct failure *failure)
{
    encoder_init(&job->encoder, exchange->encoding, body);
    job->service = exchange->service;
    job->snapshot = exchange->snapshot;
    job->arm = exchange->arm;
    begin_head(exchange, job);
    job->trace = &exchange->outcome->trace;
    job->trace->search_seconds = 0;
    if (check_snapshot(exchange, false, failure) != 0)
        return -1;
    failure->status = 500;
    job->reader = reader_pool_borrow(exchange->snapshot->readers);
    if (job->reader == NULL)
        return error_set(&failure->error, "more answers are computed than there are readers");
    int status = exchange->endpoint->answer(job, &computation->parameters, failure);
    reader_pool_return(exchange->snapshot->readers, job->reader);
    if (check_snapshot(exchange, true, failure) != 0)
        return -1;
    if (status != 0 || exchange->endpoint->plain_type != NULL || job->location[0] != '\0')
        return status;
    failure->status = 500;
    return encoder_finish(&job->encoder, &failure->error);
}

void computation_note_original(const struct exchange *exchange, struct original_request *original)
{
    const struct request *request = exchange->request;
    *original = (struct original_request){
        .generation = exchange->snapshot->generation,
        .encoding = exchange->encoding,
        .arm = exchange->arm,
        .path = request->path,
        .query = request->query_text,
        .query_length = request->query_length,
        .host = request->host,
        .scheme = request->scheme,
    };
}

struct answer *computation_answer(const struct exchange *exchange,
                                  const struct computation *computation, struct failure *failure)
{
    struct answer *answer = NULL;
    struct answer_job job;
    struct original_request original;
    msgpack_sbuffer body;
    msgpack_sbuffer_init(&body);
    if (exchange->endpoint->has_links)
        link_spelling_write(&job.spelling, &computation->query);
    if (computation_run(exchange, computation, &job, &body, failure) == 0) {
        bool has_links = exchange->endpoint->has_links && list_page_has_links(&job.page);
        computation_note_original(exchange, &original);
        job.head.original = &original;
        failure->status = 500;
        answer = answer_create(&job.head, &body, has_links ? &job.page : NULL,
                               has_links ? &job.spelling : NULL, &failure->error);
    }
    msgpack_sbuffer_destroy(&body);
    return answer;
}
