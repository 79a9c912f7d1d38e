/* GET /api/v1/crates/{name}/{version}/authors: nobody, whatever the path says. Versions have no
   authors since RFC 3052 of Rust; crates.io looks neither the crate nor the version up, and says
   the same of all. */
#include "server/endpoints/endpoint.h"

static int answer(struct answer_job *job, const void *parameters, struct failure *failure)
{
    (void)parameters;
    (void)failure;
    struct encoder *encoder = &job->encoder;
    encoder_object(encoder, 2);
    encoder_key(encoder, "users");
    encoder_array(encoder, 0);
    encoder_end_array(encoder);
    encoder_key(encoder, "meta");
    encoder_object(encoder, 1);
    encoder_key(encoder, "names");
    encoder_array(encoder, 0);
    encoder_end_array(encoder);
    encoder_end_object(encoder);
    encoder_end_object(encoder);
    return 0;
}

const struct endpoint version_authors_endpoint = {
    .path = "/api/v1/crates/{name}/{version}/authors",
    .name = "version_authors",
    .cache_control = RESPONSE_PUBLIC(3600, 86400),
    .is_cached = true,
    .answer = answer,
};
