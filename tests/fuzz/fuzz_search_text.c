/* Any bytes as a request: sort, limit, offset, filters, seek key and text. A text is refused or
   searched for; the page keeps its promises, and what a seek key continues with is what the offset
   gives. */
#include "index/search/plan/query_characters.h"
#include "tests/support/fuzzed_index.h"

#include <cratedex/highlight.h>
#include <cratedex/ranking.h>
#include <cratedex/search.h>
#include <cratedex/search_text.h>
#include <cratedex/suggest.h>
#include <cratedex/utf8.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct fuzzed_index fuzzed;
static struct ranking first_stage_only;

/* NOLINTNEXTLINE(readability-non-const-parameter): the signature is libFuzzer's */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    ranking_set_defaults(&first_stage_only);
    first_stage_only.second_stage = false;
    fuzzed_index_open(&fuzzed);
    return 0;
}

static void check_result(const struct search_query *query, const struct search_result *result)
{
    if (result->n_hits > query->limit || result->n_hits > result->total ||
        result->total > index_n_crates(fuzzed.index) ||
        (result->n_hits == 0) != (result->seek_key[0] == '\0'))
        abort();
    for (uint32_t i = 0; i < result->n_hits; i++) {
        if (result->hits[i].rank == 0 || result->hits[i].rank > index_n_crates(fuzzed.index))
            abort();
        for (uint32_t j = 0; j < i; j++) {
            if (result->hits[i].rank == result->hits[j].rank)
                abort();
        }
    }
}

/* The next page by the key of this one, and by offset. */
static void check_next(const struct search_query *query, const struct search_result *result)
{
    static struct search_result by_key;
    static struct search_result by_offset;
    struct search_query next = *query;
    next.offset = 0;
    next.after = (struct search_string){result->seek_key, strlen(result->seek_key)};
    if (search_run(fuzzed.reader, &next, &by_key, NULL) != SEARCH_OK)
        abort();
    check_result(&next, &by_key);
    next.after = (struct search_string){NULL, 0};
    next.offset = query->offset + result->n_hits;
    if (next.offset > SEARCH_MAX_OFFSET)
        return;
    if (search_run(fuzzed.reader, &next, &by_offset, NULL) != SEARCH_OK ||
        by_key.n_hits != by_offset.n_hits || by_key.total != by_offset.total ||
        by_key.total != result->total || strcmp(by_key.seek_key, by_offset.seek_key) != 0)
        abort();
    for (uint32_t i = 0; i < by_key.n_hits; i++) {
        if (by_key.hits[i].rank != by_offset.hits[i].rank)
            abort();
    }
}

/* Every hit of a search by relevance has a reason, which adds up. */
static void check_explanations(const struct search_query *query, const struct search_result *result)
{
    static struct search_explanation explanation;
    bool by_relevance = query->sort == SEARCH_SORT_RELEVANCE &&
                        !query_characters_are_blank(query->text.data, query->text.length);
    for (uint32_t i = 0; i < result->n_hits; i++) {
        const struct search_hit *hit = &result->hits[i];
        if (search_explain(result->search, hit, &explanation, NULL) != (by_relevance ? 0 : -1))
            abort();
        if (!by_relevance)
            return;
        double sum = explanation.any + explanation.main + explanation.keywords +
                     explanation.popularity + explanation.substring;
        if (explanation.tier != hit->tier || explanation.n_words > SEARCH_MAX_WORDS ||
            !(fabs(sum - explanation.first_stage) < 1e-6) ||
            (hit->tier < SEARCH_TIER_SUBSTRING && hit->score != 0 && !hit->is_second_stage &&
             !(fabs(sum - hit->score) < 1e-4)))
            abort();
    }
}

/* Highlights come text by text, in order and apart, within the name; where there are any, their
   field has matched. */
static void check_highlights(const struct search_result *result)
{
    static const unsigned fields[] = {1, 4, 2}; /* by enum highlight_field */
    for (uint32_t i = 0; i < result->n_hits; i++) {
        struct search_highlights found;
        struct index_crate crate;
        if (search_highlight(result->search, &result->hits[i], &found, NULL) != 0)
            abort();
        index_crate(fuzzed.index, result->hits[i].rank, &crate);
        for (uint32_t k = 0; k < found.n; k++) {
            const struct highlight *highlight = &found.highlights[k];
            const struct highlight *last = k > 0 ? highlight - 1 : NULL;
            bool is_same = last != NULL && last->field == highlight->field &&
                           last->keyword == highlight->keyword;
            if (highlight->length == 0 || (found.matched_in & fields[highlight->field]) == 0 ||
                (last != NULL && last->field > highlight->field) ||
                (is_same && highlight->start <= last->start + last->length) ||
                (highlight->field == HIGHLIGHT_NAME &&
                 highlight->start + highlight->length >
                     utf8_count_characters(crate.name, crate.name_length)))
                abort();
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct search_result result;
    enum { N_SETTINGS = 5 };
    if (size < N_SETTINGS)
        return 0;
    const char *text = (const char *)data + N_SETTINGS;
    size_t length = size - N_SETTINGS;
    uint8_t filters = data[3];
    struct search_string value = {text, length < 4 ? length : 4};
    size_t key_length = data[4] < length ? data[4] : length;
    struct search_query query = {
        .text = {text, length},
        .sort = (enum search_sort)(data[0] % 6),
        .match = (enum search_match)(data[0] / 6 % 3),
        .ranking = data[0] / 18 % 2 == 0 ? NULL : &first_stage_only,
        .limit = 1 + data[1] % SEARCH_MAX_LIMIT,
        .offset = data[2],
        .category = {filters & 1 ? text : NULL, value.length},
        .keywords = &value,
        .n_keywords = filters >> 1 & 1,
        .letter = {filters & 4 ? text : NULL, value.length},
        .by_user = filters >> 3 & 1,
        .user_id = 1,
        .by_team = filters >> 4 & 1,
        .team_id = 1,
        .names = &value,
        .n_names = 1,
        .by_names = filters >> 5 & 1,
        .leave_out_yanked = filters >> 6 & 1,
    };
    if (filters >> 7 & 1) { /* a seek key in front of the text */
        query.offset = 0;
        query.after = (struct search_string){text, key_length};
        query.text = (struct search_string){text + key_length, length - key_length};
    }
    struct suggestion suggestions[SUGGEST_MAX_LIMIT];
    size_t n = suggest(fuzzed.index, query.text.data, query.text.length, suggestions, query.limit);
    if (n > query.limit)
        abort();
    for (size_t i = 0; i < n; i++) {
        const struct suggestion *suggestion = &suggestions[i];
        if (suggestion->rank == 0 ||
            (suggestion->kind == SUGGESTION_CRATE &&
             suggestion->rank > index_n_crates(fuzzed.index)) ||
            suggestion->highlight_start > suggestion->name_length ||
            suggestion->highlight_length > suggestion->name_length - suggestion->highlight_start)
            abort();
        for (size_t j = 0; j < i; j++) {
            if (suggestion->kind == suggestions[j].kind && suggestion->rank == suggestions[j].rank)
                abort();
        }
    }
    bool is_allowed = search_check_text(query.text.data, query.text.length, NULL) == SEARCH_OK;
    enum search_status status = search_run(fuzzed.reader, &query, &result, NULL);
    if (status == SEARCH_FAILED || is_allowed == (status == SEARCH_BAD_TEXT) ||
        (status == SEARCH_BAD_SEEK && query.after.data == NULL))
        abort();
    if (status != SEARCH_OK)
        return 0;
    check_result(&query, &result);
    check_explanations(&query, &result);
    check_highlights(&result);
    if (result.n_hits > 0 && query.after.data == NULL)
        check_next(&query, &result);
    return 0;
}
