/* GET /api/v1/site_metadata: what the web front end asks at its start. The commit is that of the
   checkout that the program was built from (Makefile). A mirror takes no writes, whatever
   `read_only` says: the front end covers its log-in button with "read-only for maintenance" where
   it is true. */
#include "server/endpoints/endpoint.h"

#ifndef CRATEDEX_COMMIT
#define CRATEDEX_COMMIT "unknown"
#endif

static int answer(struct answer_job *job, const void *parameters, struct failure *failure)
{
    (void)parameters;
    (void)failure;
    const struct settings *settings = &job->snapshot->settings;
    struct encoder *encoder = &job->encoder;
    encoder_object(encoder, 5);
    encoder_member_text(encoder, "deployed_sha", CRATEDEX_COMMIT);
    encoder_member_text(encoder, "commit", CRATEDEX_COMMIT);
    encoder_member_text(encoder, "cdn_base", settings->cdn_url);
    encoder_member_boolean(encoder, "read_only", settings->says_read_only);
    encoder_member_text(encoder, "banner_message",
                        settings->banner[0] != '\0' ? settings->banner : NULL);
    encoder_end_object(encoder);
    return 0;
}

const struct endpoint site_metadata_endpoint = {
    .path = "/api/v1/site_metadata",
    .name = "site_metadata",
    .cache_control = RESPONSE_PUBLIC(15, 60),
    .needs_no_index = true,
    .is_cached = true,
    .answer = answer,
};
