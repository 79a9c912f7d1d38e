/* GET /api/v1/suggest?q=&limit=: names and keywords that what was typed so far may become. A text
   of one word is looked up in its canonical form, which is therefore the key. */
#include "server/endpoints/endpoint.h"

#include "server/http/response_headers.h"
#include "server/parameters/number_parameter.h"
#include "server/parameters/text_parameter.h"

#include <cratedex/canonical_name.h>
#include <cratedex/suggest.h>
#include <string.h>

#define DEFAULT_LIMIT 10

struct suggest_parameters {
    size_t limit;
    size_t text_length;
    char text[SEARCH_MAX_TEXT_BYTES]; /* folded; one word: canonical */
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

static int read_text(const struct query_string *query, struct suggest_parameters *suggest,
                     struct failure *failure)
{
    if (text_parameter(query, suggest->text, &suggest->text_length, failure) != 0)
        return -1;
    if (memchr(suggest->text, ' ', suggest->text_length) == NULL)
        canonical_name(suggest->text, suggest->text, suggest->text_length);
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
