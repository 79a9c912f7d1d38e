/* GET /api/v1/suggest?q=&limit=: names and keywords that what was typed so far may become. It is
   looked up in its canonical form, which is therefore the key. */
#include "server/endpoints/endpoint.h"

#include "server/http/response_headers.h"
#include "server/parameters/number_parameter.h"

#include <cratedex/canonical_name.h>
#include <cratedex/suggest.h>
#include <string.h>

#define DEFAULT_LIMIT 10

struct suggest_parameters {
    size_t limit;
    size_t text_length;
    char text[SEARCH_MAX_TEXT_BYTES]; /* canonical */
};
ENDPOINT_PARAMETERS_FIT(struct suggest_parameters);

static int read_limit(const struct query_string *query, size_t *limit, struct failure *failure)
{
    bool is_given;
    int64_t number = DEFAULT_LIMIT;
    if (number_parameter(query, "limit", NUMBER_POSITIVE, &is_given, &number, failure) != 0)
        return -1;
    if (number > SUGGEST_MAX_LIMIT)
        return failure_set(failure, 400, "cannot request more than %d items", SUGGEST_MAX_LIMIT);
    *limit = (size_t)number;
    return 0;
}

/* No crate name has spaces: those around what was typed are left out. */
static int read_text(const struct query_string *query, struct suggest_parameters *suggest,
                     struct failure *failure)
{
    suggest->text_length = 0;
    const struct query_parameter *q = query_string_find(query, "q");
    if (q == NULL || q->value_length == 0)
        return 0;
    if (search_check_text(q->value, q->value_length, &failure->error) != SEARCH_OK) {
        failure->status = 400;
        return -1;
    }
    const char *start = q->value;
    const char *end = q->value + q->value_length;
    while (start < end && *start == ' ')
        start++;
    while (start < end && end[-1] == ' ')
        end--;
    suggest->text_length = (size_t)(end - start);
    canonical_name(suggest->text, start, suggest->text_length);
    return 0;
}

static int prepare(const struct question *question, void *parameters, struct failure *failure)
{
    const struct query_string *query = question->request->query;
    struct suggest_parameters *suggest = parameters;
    if (read_limit(query, &suggest->limit, failure) != 0 || read_text(query, suggest, failure) != 0)
        return -1;
    canonical_key_number(question->key, 'n', suggest->limit);
    canonical_key_text(question->key, 'q', suggest->text, suggest->text_length);
    return 0;
}

static int answer(struct answer_job *job, const void *parameters, struct failure *failure)
{
    (void)failure;
    const struct suggest_parameters *wanted = parameters;
    const struct index *index = job->snapshot->index;
    struct suggestion suggestions[SUGGEST_MAX_LIMIT];
    size_t n_suggestions =
        suggest(index, wanted->text, wanted->text_length, suggestions, wanted->limit);
    suggestions_encode(suggestions, n_suggestions, &job->encoder);
    return 0;
}

const struct endpoint suggest_endpoint = {
    .path = "/api/v1/suggest",
    .name = "suggest",
    .cache_control = RESPONSE_PUBLIC(60, 600),
    .surrogate_key = "crates",
    .is_cached = true,
    .prepare = prepare,
    .answer = answer,
};
