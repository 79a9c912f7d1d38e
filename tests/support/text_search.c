/* The answer is put together in one buffer, which is long enough for a page of long names. */
#include "tests/support/text_search.h"

#include <cratedex/ranking.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

const char *text_search_query(struct built_index *built, const struct search_query *query)
{
    static struct search_result result;
    static char answer[SEARCH_MAX_LIMIT * (INDEX_MAX_NAME_BYTES + 2) + SEARCH_MAX_DID_YOU_MEAN];
    struct error error = {.message = ""};
    size_t at = 0;
    if (search_run(built->reader, query, &result, &error) != SEARCH_OK)
        fail_msg("\"%.*s\": %s", (int)query->text.length, query->text.data, error.message);
    for (uint32_t i = 0; i < result.n_hits; i++) {
        struct index_crate crate;
        index_crate(built->index, result.hits[i].rank, &crate);
        at += (size_t)snprintf(answer + at, sizeof answer - at, "%s%.*s", i > 0 ? ", " : "",
                               (int)crate.name_length, crate.name);
    }
    at += (size_t)snprintf(answer + at, sizeof answer - at, "; %lu%s", (unsigned long)result.total,
                           result.is_relaxed ? "; typo" : "");
    if (result.did_you_mean[0] != '\0')
        snprintf(answer + at, sizeof answer - at, "; meant: %s", result.did_you_mean);
    return answer;
}

const char *text_search(struct built_index *built, const char *text, uint32_t limit)
{
    struct ranking ranking;
    ranking_set_defaults(&ranking);
    ranking.second_stage = false;
    const struct search_query query = {
        .text = {text, strlen(text)}, .ranking = &ranking, .limit = limit};
    return text_search_query(built, &query);
}

void text_search_expect(struct built_index *built, const char *text, const char *expected)
{
    const char *answer = text_search(built, text, SEARCH_MAX_LIMIT);
    if (strcmp(answer, expected) != 0)
        fail_msg("\"%s\" is answered\n  %s\nnot\n  %s", text, answer, expected);
}
