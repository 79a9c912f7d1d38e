/* Whether there is such a thing is known when it is read, after the cache: a 404 is never kept. */
#include "server/endpoints/named_answer.h"

int named_answer(struct answer_job *job, const char *key, const struct path_text *name,
                 encode_named *encode, struct failure *failure)
{
    encoder_object(&job->encoder, 1);
    encoder_key(&job->encoder, key);
    int found = encode(job->reader, name->text, name->length, &job->encoder, &failure->error);
    if (found != 1)
        return found == 0 ? path_text_not_found(failure) : failure_internal(failure);
    encoder_end_object(&job->encoder);
    return 0;
}
