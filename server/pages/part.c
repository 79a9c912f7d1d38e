/* The endpoint sees a request that has nothing but its path and its query. Its parameters are read
   once for the page's key and again for the answer: they need more room than a page's parameters
   have, and take a few microseconds. */
#include "server/pages/part.h"

#include <string.h>

/* An endpoint's request, read. */
struct reading {
    struct request request;
    struct query_string query;
    union endpoint_parameters parameters;
};

static int read_part(const struct question *asked, const struct part *part, struct reading *reading,
                     struct failure *failure)
{
    struct request *request = &reading->request;
    memset(request, 0, offsetof(struct request, joined));
    request->method = METHOD_GET;
    request->method_name = MHD_HTTP_METHOD_GET;
    request->path = part->endpoint->path;
    request->target = part->endpoint->path;
    request->query_text = part->query != NULL ? part->query : "";
    request->query_length = part->query != NULL ? part->query_length : 0;
    memcpy(request->path_values, part->path_values, sizeof request->path_values);
    if (request_parse_query(request, &reading->query, failure) != 0)
        return -1;
    struct question question = *asked;
    question.request = request;
    if (part->endpoint->prepare == NULL)
        return 0;
    return part->endpoint->prepare(&question, &reading->parameters, failure);
}

int part_prepare(const struct question *question, const struct part *part, struct failure *failure)
{
    struct reading reading;
    return read_part(question, part, &reading, failure);
}

static int run(struct answer_job *page_job, const struct part *part, const struct reading *reading,
               enum encoding encoding, msgpack_sbuffer *body, struct failure *failure)
{
    struct answer_job job = {
        .service = page_job->service,
        .snapshot = page_job->snapshot,
        .arm = page_job->arm,
        .reader = page_job->reader,
        .trace = page_job->trace,
    };
    job.head.location = job.location;
    job.head.surrogate_key = job.surrogate_key;
    encoder_init(&job.encoder, encoding, body);
    if (part->endpoint->has_links)
        link_spelling_write(&job.spelling, &reading->query);
    failure->status = 500;
    if (part->endpoint->answer(&job, &reading->parameters, failure) != 0)
        return -1;
    failure->status = 500;
    if (encoder_finish(&job.encoder, &failure->error) != 0)
        return -1;
    if (job.head.asked != NULL) {
        page_job->asked = job.asked;
        page_job->head.asked = &page_job->asked;
    }
    if (job.head.arm != EXPERIMENT_NONE)
        page_job->head.arm = job.head.arm;
    if (job.head.cache_control.everyone != NULL)
        page_job->head.cache_control = job.head.cache_control;
    return 0;
}

int part_body(struct answer_job *job, const struct part *part, enum encoding encoding,
              msgpack_sbuffer *body, struct failure *failure)
{
    struct reading reading;
    struct canonical_key key; /* which nobody needs */
    const struct question question = {
        .service = job->service,
        .snapshot = job->snapshot,
        .arm = job->arm,
        .key = &key,
    };
    canonical_key_init(&key, 0, 0, 0);
    if (read_part(&question, part, &reading, failure) != 0)
        return -1;
    return run(job, part, &reading, encoding, body, failure);
}

int part_answer(struct answer_job *job, const struct part *part, struct encoder *out,
                struct failure *failure)
{
    msgpack_sbuffer body;
    msgpack_sbuffer_init(&body);
    int result = part_body(job, part, ENCODING_MESSAGEPACK, &body, failure);
    if (result == 0)
        encoder_fragment(out, body.data, body.size);
    msgpack_sbuffer_destroy(&body);
    return result;
}
