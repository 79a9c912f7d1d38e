/* GET /search: what GET /api/v1/crates finds, with what matched, facets, filters and pages; without
   a text, all crates.

   The parameters are those of the API, but that empty ones, as forms send them, count for nothing.
   What the API refuses is a page of the same status that says why, with the text still in the box.
   The page depends on how all that it keeps in its links was written, so that is its key. */
#include "server/pages/page.h"
#include "server/pages/pages.h"

#include "server/endpoints/endpoints.h"
#include "server/pages/part_value.h"
#include "server/pages/search/filter_form.h"
#include "server/pages/search/found_crates.h"
#include "server/pages/search/search_asked.h"
#include "server/pages/search/search_chips.h"

#include <cratedex/utf8.h>
#include <stdio.h>
#include <string.h>

#define FACETS "category,keyword,license,edition,rust_version,has"
#define MAX_TITLE_CHARACTERS 80

/* Every link of a page has all of its query: a longer one would be a page of megabytes. It has room
   for the longest text, of characters of four bytes. */
#define MAX_QUERY (12 * SEARCH_MAX_TEXT_CHARACTERS + 1024)

/* The query lies in the request, which outlives the answer. */
struct search_page_parameters {
    const struct query_string *query;
    size_t api_query_length;
    char api_query[SEARCH_LINKS_MAX_QUERY + 128]; /* what the API is asked */
    struct failure refusal;                       /* the API's; status 0: none */
};
ENDPOINT_PARAMETERS_FIT(struct search_page_parameters);

static void append(struct search_page_parameters *wanted, const char *pair)
{
    size_t length = strlen(pair);
    memcpy(wanted->api_query + wanted->api_query_length, pair, length);
    wanted->api_query_length += length;
}

/* The page's query is asked for with what the page adds, unless the request says otherwise. */
static void write_api_query(struct search_page_parameters *wanted, const struct search_links *links)
{
    static const struct {
        const char *name;
        const char *pair;
    } added[] = {{"page", "&page=1"}, {"highlight", "&highlight=1"}, {"facets", "&facets=" FACETS}};
    wanted->api_query_length = search_links_query(links, wanted->api_query);
    for (size_t i = 0; i < sizeof added / sizeof *added; i++)
        if (search_links_find(links, added[i].name) == NULL)
            append(wanted, added[i].pair);
}

static struct part crates_of(const struct search_page_parameters *wanted)
{
    return (struct part){
        .endpoint = &list_crates_endpoint,
        .query = wanted->api_query,
        .query_length = wanted->api_query_length,
    };
}

/* Whether the request is at fault, and the page can say so. */
static bool is_refusal(const struct failure *failure)
{
    return failure->status >= 400 && failure->status < 500;
}

static int prepare(const struct question *question, void *parameters, struct failure *failure)
{
    struct search_page_parameters *wanted = parameters;
    struct search_links links;
    wanted->query = question->request->query;
    wanted->refusal.status = 0;
    search_links_read(&links, wanted->query);
    write_api_query(wanted, &links);
    if (wanted->api_query_length > MAX_QUERY)
        return failure_set(failure, MHD_HTTP_URI_TOO_LONG, "the query is too long");
    canonical_key_text(question->key, 't', wanted->api_query, wanted->api_query_length);
    const struct part crates = crates_of(wanted);
    if (part_prepare(question, &crates, failure) == 0)
        return 0;
    if (!is_refusal(failure))
        return -1;
    wanted->refusal = *failure;
    return 0;
}

static void read_asked(struct search_asked *asked, const struct query_string *query,
                       const struct index *index)
{
    search_links_read(&asked->links, query);
    const struct query_parameter *text = search_links_find(&asked->links, "q");
    asked->text = text != NULL ? (struct search_string){text->value, text->value_length}
                               : (struct search_string){"", 0};
    box_text_read(&asked->box, index, asked->text);
}

static void encode_title(const struct search_asked *asked, struct encoder *model)
{
    char title[4 * MAX_TITLE_CHARACTERS + 32];
    uint32_t page = search_links_number(&asked->links, "page", 1);
    struct search_string text = asked->text;
    text.length = utf8_skip_characters(text.data, text.length, MAX_TITLE_CHARACTERS);
    if (text.length == 0)
        text = (struct search_string){"All crates", strlen("All crates")};
    int length = snprintf(title, sizeof title, "%.*s", (int)text.length, text.data);
    if (page > 1)
        snprintf(title + length, sizeof title - (size_t)length, ", page %u", page);
    encoder_member_text(model, "title", title);
}

/* What a page has whether or not anything was found. */
static void encode_asked(const struct search_asked *asked, struct encoder *model)
{
    uint32_t n_chips = search_chips_count(asked);
    encode_title(asked, model);
    encoder_key(model, "q");
    encoder_string(model, asked->text.data, asked->text.length);
    encoder_key(model, "n_chips");
    if (n_chips > 0)
        encoder_integer(model, n_chips);
    else
        encoder_null(model);
    encoder_key(model, "chips");
    search_chips_encode(asked, model);
    encoder_key(model, "clear");
    search_chips_clear_encode(asked, model);
    encoder_key(model, "form");
    filter_form_encode(asked, model);
}

/* Asks the API. Returns 0, and part_value_free must follow; 1: it refuses, says `failure`; -1: it
   fails. */
static int find(struct answer_job *job, const struct search_page_parameters *wanted,
                struct part_value *found, struct failure *failure)
{
    const struct part crates = crates_of(wanted);
    if (wanted->refusal.status != 0) {
        *failure = wanted->refusal;
        return 1;
    }
    if (part_value_read(job, &crates, found, failure) == 0)
        return 0;
    return is_refusal(failure) ? 1 : -1;
}

static int answer(struct answer_job *job, const void *parameters, struct failure *failure)
{
    const struct search_page_parameters *wanted = parameters;
    struct search_asked asked;
    struct page page;
    struct part_value found;
    int result = find(job, wanted, &found, failure);
    if (result < 0)
        return -1;
    bool is_refused = result == 1;
    read_asked(&asked, wanted->query, job->snapshot->index);
    page_begin(&page, job, 8);
    encode_asked(&asked, &page.model);
    encoder_member_text(&page.model, "refusal", is_refused ? failure->error.message : NULL);
    encoder_key(&page.model, "found");
    if (is_refused) {
        job->head.status = failure->status;
        job->head.cache_control = (struct cache_control)RESPONSE_NO_STORE;
        encoder_null(&page.model);
    } else {
        found_crates_encode(&asked, &found.unpacked.data, &page.model);
        part_value_free(&found);
    }
    return page_finish(&page, "search", failure);
}

const struct endpoint search_page_endpoint =
    PAGE_ENDPOINT("/search", "search_page", "crates", prepare, answer);
