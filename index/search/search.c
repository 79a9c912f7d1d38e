/* A search in order: check what was asked, read the seek key, build the filter, look the text up,
   and let the sort decide how the page is filled. */
#include <cratedex/search.h>
#include <cratedex/search_text.h>

#include "index/base/bitmap.h"
#include "index/search/facet_counts.h"
#include "index/search/filter/filter_words.h"
#include "index/search/filter/search_filter.h"
#include "index/search/plan/did_you_mean.h"
#include "index/search/plan/query_characters.h"
#include "index/search/plan/query_hints.h"
#include "index/search/search_highlight.h"
#include "index/search/search_order.h"
#include "index/search/search_relevance.h"

#include <cratedex/index_file.h>
#include <cratedex/search_filter_list.h>
#include <stdlib.h>
#include <string.h>

static void set_seek_key(const struct index *index, enum search_sort sort,
                         struct search_result *result)
{
    result->seek_key[0] = '\0';
    if (result->n_hits == 0)
        return;
    const struct search_hit *last = &result->hits[result->n_hits - 1];
    struct seek_key key = {.sort = sort, .score = last->score, .exact = last->exact};
    key.stage = last->exact             ? SEEK_STAGE_EXACT
                : last->in_front        ? SEEK_STAGE_FRONT
                : last->is_second_stage ? SEEK_STAGE_SECOND
                                        : SEEK_STAGE_FIRST;
    key.id = index->columns.ids[last->rank - 1];
    if (sort == SEARCH_SORT_RELEVANCE) {
        key.popularity = index->columns.popularity[last->rank - 1];
    } else if (sort == SEARCH_SORT_ALPHABETICAL) {
        struct index_crate crate;
        index_crate(index, last->rank, &crate);
        key.name_length = crate.name_length < sizeof key.name ? crate.name_length : sizeof key.name;
        memcpy(key.name, crate.name, key.name_length);
    } else {
        key.value = crate_columns_sort_value(&index->columns, search_order_of(sort), last->rank);
    }
    seek_key_format(&key, result->seek_key);
}

static void free_search(void *state)
{
    struct search *search = state;
    highlighter_free(search->highlighter);
    free(search->scored);
    free(search->facet_counts[0]);
    free(search->matched);
    free(search->places);
    free(search->selected);
    free(search->filter_union);
    free(search->filter);
    search_scan_scratch_free(&search->scan);
    free(search);
}

static void *create_search(struct index_reader *reader, struct error *error)
{
    struct search *search = calloc(1, sizeof *search);
    uint32_t n_crates = reader->index->columns.n_crates;
    if (search == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    search->reader = reader;
    search->index = reader->index;
    ranking_set_defaults(&search->default_ranking);
    search->filter = calloc(bitmap_n_words(n_crates + 1), sizeof *search->filter);
    search->filter_union = calloc(bitmap_n_words(n_crates + 1), sizeof *search->filter_union);
    search->selected = calloc(bitmap_n_words(n_crates + 1), sizeof *search->selected);
    search->places = calloc(bitmap_n_words(n_crates + 1), sizeof *search->places);
    search->matched = calloc(bitmap_n_words(n_crates + 1), sizeof *search->matched);
    if (search->filter == NULL || search->filter_union == NULL || search->selected == NULL ||
        search->places == NULL || search->matched == NULL)
        error_out_of_memory(error);
    else if (search_scan_scratch_create(&search->scan, &search->index->columns, error) == 0)
        return search;
    free_search(search);
    return NULL;
}

static const struct reader_slot_kind search_kind = {create_search, free_search};

static int tell_version(struct search *search, struct search_result *result, struct error *error)
{
    struct search_string version = search->reading.version;
    int found = version.length < sizeof result->named_version
                    ? query_reading_has_version(&search->reading, search->reader, error)
                    : 0;
    if (found > 0) {
        memcpy(result->named_version, version.data, version.length);
        result->named_version[version.length] = '\0';
    }
    return found < 0 ? -1 : 0;
}

/* Any word: a share of the query's mass that each of them has. */
#define SHARE_OF_A_WORD 1e-6

/* Where some words must occur, the others are asked for less: a rare one beside them may stand
   nowhere with them. */
static void ask_less_beside_quotes(struct ranking *ranking, const struct search_filters *filters)
{
    uint32_t n_quoted = 0;
    if (filters != NULL)
        search_filters_of(filters, SEARCH_FILTER_ALL_OF, &n_quoted);
    if (n_quoted > 0 && ranking->min_share > SHARE_OF_A_WORD)
        ranking->min_share = SHARE_OF_A_WORD;
}

/* Reads the text and looks up what it was read as, which replaces it in the query: empty where
   nothing of it is a word. Which crates match depends on `match` alone, whose default the sort
   decides. */
static int look_up_text(struct search *search, struct search_query *query,
                        struct search_result *result, struct error *error)
{
    enum search_match match = query->match;
    if (match == SEARCH_MATCH_DEFAULT)
        match = query->sort == SEARCH_SORT_RELEVANCE ? SEARCH_MATCH_BEST : SEARCH_MATCH_ALL;
    search->ranking = query->ranking != NULL ? *query->ranking : search->default_ranking;
    ask_less_beside_quotes(&search->ranking, query->filters);
    if (query_reading_make(&search->reading, search->index, search->reader, query->text, error) !=
            0 ||
        tell_version(search, result, error) != 0)
        return -1;
    query->text = search->reading.text;
    search->has_text = query->text.length > 0;
    return search->has_text ? search_plan_make(&search->plan, search->reader, &search->ranking,
                                               &search->reading, match, error)
                            : 0;
}

/* Tells what else the text may mean: another text, keywords and categories. */
static int tell_meaning(struct search *search, const struct search_query *query, bool has_filter,
                        struct search_result *result, struct error *error)
{
    const struct search_plan *plan = &search->plan;
    uint64_t n_matches = has_filter ? DID_YOU_MEAN_FILTERED : result->total;
    result->is_relaxed = plan->spelling.is_relaxed;
    result->n_hints =
        query_hints_find(search->index, query, query->text, &plan->text_words, result->hints);
    return did_you_mean_find(search->reader, plan, query->text, n_matches, result->did_you_mean,
                             error);
}

/* Nothing was found: nothing of the text is a word. */
static void tell_no_facets(struct search *search, unsigned facets, struct search_result *result)
{
    search->facets = (struct search_facets){.asked = facets};
    result->facets = facets != 0 ? &search->facets : NULL;
}

/* Counts the facets that are asked for. */
static int tell_facets(struct search *search, const struct search_query *query,
                       const uint64_t *filter, struct search_result *result, struct error *error)
{
    result->facets = &search->facets;
    search->facets.asked = query->facets;
    return facet_counts_find(search, query, filter, error);
}

enum search_status search_run(struct index_reader *reader, const struct search_query *query,
                              struct search_result *result, struct error *error)
{
    struct search *search = reader_slot(reader, &search_kind, error);
    if (search == NULL)
        return SEARCH_FAILED;
    struct search_query asked = *query;
    enum search_status text_status = search_check_text(query->text.data, query->text.length, error);
    if (text_status != SEARCH_OK)
        return text_status;
    bool has_text = !query_characters_are_blank(query->text.data, query->text.length);
    if (!has_text && asked.sort == SEARCH_SORT_RELEVANCE)
        asked.sort = SEARCH_SORT_ALPHABETICAL;
    result->search = search;
    result->n_hits = 0;
    result->total = 0;
    result->did_you_mean[0] = '\0';
    result->named_version[0] = '\0';
    result->is_relaxed = false;
    result->n_hints = 0;
    result->facets = NULL;
    struct seek_key after;
    bool has_after = query->after.data != NULL;
    if (has_after &&
        seek_key_parse(&after, asked.sort, query->after.data, query->after.length) != 0) {
        error_set(error, "invalid seek parameter");
        return SEARCH_BAD_SEEK;
    }
    struct filter_set set;
    search->has_text = false;
    search->is_highlighted = false;
    search->by_relevance = asked.sort == SEARCH_SORT_RELEVANCE;
    filter_set_begin(&set, search->filter, search->filter_union, search->index->columns.n_crates);
    if (search_filter_narrow(&set, search->index, &asked, 0, error) != 0)
        return SEARCH_FAILED;
    if (has_text && look_up_text(search, &asked, result, error) != 0)
        return SEARCH_FAILED;
    if (asked.filters != NULL &&
        filter_words_narrow(&set, reader, asked.filters, search->has_text ? &search->plan : NULL,
                            search->selected, error) != 0)
        return SEARCH_FAILED;
    result->seek_key[0] = '\0';
    if (has_text && !search->has_text) {
        tell_no_facets(search, asked.facets, result);
        return SEARCH_OK;
    }
    const uint64_t *filter = set.is_narrowed ? set.bits : NULL;
    if (!search->by_relevance)
        search_in_order(search, &asked, filter, has_after ? &after : NULL, result);
    else if (search_by_relevance(search, &asked, filter, has_after ? &after : NULL, result,
                                 error) != 0)
        return SEARCH_FAILED;
    if (search->has_text && tell_meaning(search, &asked, filter != NULL, result, error) != 0)
        return SEARCH_FAILED;
    set_seek_key(search->index, asked.sort, result);
    if (asked.facets != 0 && tell_facets(search, &asked, filter, result, error) != 0)
        return SEARCH_FAILED;
    return SEARCH_OK;
}
