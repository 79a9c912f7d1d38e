/* Searching and suggesting cost the same in every encoding and happen once, here; what remains is
   the assembling that is measured. It is done with the server's own frame for lists, so that the
   bodies are the server's to the byte. */
#include "tests/bench/encoding_pages.h"

#include "server/answer/search_meta.h"
#include "tests/bench/bench_queries.h"
#include "tests/bench/simdjson_decoder.h"

#include <cratedex/crate_fragment.h>
#include <cratedex/crate_page.h>
#include <cratedex/index_reader.h>
#include <cratedex/reverse_dependencies.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const encoding_labels[N_ENCODINGS] = {
    [ENCODING_JSON] = "json", [ENCODING_MESSAGEPACK] = "msgpack"};

#define DEPENDENTS_PER_PAGE 10
#define SUGGESTIONS 10
#define TYPED_BYTES 3 /* of a query, for suggestions */

enum { SEARCH_10, SEARCH_100, SUMMARY, CRATE_MEDIAN, CRATE_LARGEST, SUGGEST, DEPENDENTS };

static int assemble_search(struct index_reader *reader, const struct encoding_answer *answer,
                           struct encoder *encoder, struct error *error)
{
    const struct search_result *result = &answer->found->result;
    const struct search_query query = {.filters = NULL}; /* of which the meta tells nothing */
    struct list_page page;
    list_page_begin(&page, "crates", result->n_hits, encoder);
    for (uint32_t i = 0; i < result->n_hits; i++) {
        if (index_reader_encode_crate(reader, result->hits[i].rank, result->hits[i].exact, encoder,
                                      error) != 0)
            return -1;
    }
    page.total = result->total;
    page.previous[0] = '\0';
    snprintf(page.next, sizeof page.next, "%s", result->seek_key);
    search_meta_write(&page, &answer->found->spelling, &query, result, encoder);
    return 0;
}

static int assemble_summary(struct index_reader *reader, const struct encoding_answer *answer,
                            struct encoder *encoder, struct error *error)
{
    (void)answer;
    return index_reader_encode_page(reader, "summary", encoder, error);
}

static int assemble_crate(struct index_reader *reader, const struct encoding_answer *answer,
                          struct encoder *encoder, struct error *error)
{
    return index_reader_encode_crate_page(reader, answer->rank, CRATE_FULL_PAGE, encoder, error);
}

static int assemble_suggestions(struct index_reader *reader, const struct encoding_answer *answer,
                                struct encoder *encoder, struct error *error)
{
    (void)reader;
    (void)error;
    suggestions_encode(answer->suggestions, answer->n_suggestions, encoder);
    return 0;
}

static int assemble_dependents(struct index_reader *reader, const struct encoding_answer *answer,
                               struct encoder *encoder, struct error *error)
{
    const struct dependents_query query = {.rank = answer->rank, .limit = DEPENDENTS_PER_PAGE};
    return index_reader_encode_reverse_dependencies(reader, &query, encoder, error);
}

int encoding_page_assemble(const struct encoding_page *page, struct index_reader *reader,
                           const struct encoding_answer *answer, enum encoding encoding,
                           msgpack_sbuffer *out, struct error *error)
{
    struct encoder encoder;
    encoder_init(&encoder, encoding, out);
    if (page->assemble(reader, answer, &encoder, error) != 0)
        return -1;
    return encoder_finish(&encoder, error);
}

static void answer_free(struct encoding_answer *answer)
{
    for (int i = 0; i < N_ENCODINGS; i++)
        msgpack_sbuffer_destroy(&answer->bodies[i]);
    answer_rows_free(answer->rows);
    free(answer->found);
    free(answer);
}

/* Gives a body its room for simdjson, which is no part of it. */
static int pad_body(msgpack_sbuffer *body, struct error *error)
{
    static const char padding[SIMDJSON_DECODER_PADDING];
    if (msgpack_sbuffer_write(body, padding, sizeof padding) != 0)
        return error_out_of_memory(error);
    body->size -= sizeof padding;
    return 0;
}

/* Takes `answer` over: makes its bodies and rows, and adds it. */
static int add_answer(struct encoding_pages *pages, size_t page_at, struct encoding_answer *answer,
                      struct error *error)
{
    struct encoding_page *page = &pages->pages[page_at];
    for (int i = 0; i < N_ENCODINGS; i++) {
        if (encoding_page_assemble(page, pages->reader, answer, (enum encoding)i,
                                   &answer->bodies[i], error) != 0 ||
            pad_body(&answer->bodies[i], error) != 0) {
            answer_free(answer);
            return -1;
        }
    }
    const msgpack_sbuffer *json = &answer->bodies[ENCODING_JSON];
    answer->rows = answer_rows_read(json->data, json->size, error);
    if (answer->rows == NULL) {
        answer_free(answer);
        return -1;
    }
    page->answers[page->n_answers++] = answer;
    return 0;
}

/* NULL when memory runs out. */
static struct encoding_answer *answer_create(void)
{
    struct encoding_answer *answer = calloc(1, sizeof *answer);
    if (answer != NULL)
        for (int i = 0; i < N_ENCODINGS; i++)
            msgpack_sbuffer_init(&answer->bodies[i]);
    return answer;
}

/* Writes `?q=…&<parameter>=<limit>` behind the path. Returns false for a query that is too long. */
static bool write_target(struct encoding_answer *answer, const char *path, const char *text,
                         size_t length, const char *parameter, unsigned limit)
{
    char encoded[sizeof answer->target];
    size_t encoded_length = 0;
    if (query_string_encode(encoded, sizeof encoded, &encoded_length, text, length) != 0)
        return false;
    int written = snprintf(answer->target, sizeof answer->target, "%s?q=%.*s&%s=%u", path,
                           (int)encoded_length, encoded, parameter, limit);
    return written > 0 && (size_t)written < sizeof answer->target;
}

/* Each of the next two returns 1 where the answer fills a page, 0 where not, -1 and why. */
static int find_crates(struct encoding_pages *pages, struct encoding_answer *answer,
                       const struct bench_query *query, unsigned limit, struct error *error)
{
    const struct search_query search = {.text = {query->text, query->length}, .limit = limit};
    answer->found = calloc(1, sizeof *answer->found);
    struct query_string *parsed = malloc(sizeof *parsed);
    int status = -1;
    if (answer->found == NULL || parsed == NULL) {
        error_out_of_memory(error);
    } else if (!write_target(answer, "/api/v1/crates", query->text, query->length, "per_page",
                             limit)) {
        status = 0;
    } else {
        const char *text = strchr(answer->target, '?') + 1;
        if (query_string_parse(parsed, text, strlen(text), error) == 0 &&
            search_run(pages->reader, &search, &answer->found->result, error) == SEARCH_OK) {
            link_spelling_write(&answer->found->spelling, parsed);
            status = answer->found->result.n_hits == limit;
        }
    }
    free(parsed);
    return status;
}

static int find_suggestions(struct encoding_pages *pages, struct encoding_answer *answer,
                            const struct bench_query *query, unsigned limit, struct error *error)
{
    (void)error;
    if (query->length < TYPED_BYTES)
        return 0;
    for (size_t i = 0; i < TYPED_BYTES; i++)
        if (query->text[i] < 'a' || query->text[i] > 'z')
            return 0;
    if (!write_target(answer, "/api/v1/suggest", query->text, TYPED_BYTES, "limit", limit))
        return 0;
    answer->n_suggestions =
        suggest(pages->index, query->text, TYPED_BYTES, answer->suggestions, limit);
    return answer->n_suggestions == limit;
}

typedef int find_answer(struct encoding_pages *pages, struct encoding_answer *answer,
                        const struct bench_query *query, unsigned limit, struct error *error);

/* Of every tenth of the queries, the first that fills a page. */
static int add_queries(struct encoding_pages *pages, size_t page,
                       const struct bench_queries *queries, find_answer *find, unsigned limit,
                       struct error *error)
{
    for (size_t part = 0; part < ENCODING_MAX_ANSWERS; part++) {
        size_t end = queries->n_queries * (part + 1) / ENCODING_MAX_ANSWERS;
        int is_full = 0;
        for (size_t i = queries->n_queries * part / ENCODING_MAX_ANSWERS; i < end && !is_full;
             i++) {
            struct encoding_answer *answer = answer_create();
            if (answer == NULL)
                return error_out_of_memory(error);
            is_full = find(pages, answer, &queries->queries[i], limit, error);
            if (is_full <= 0)
                answer_free(answer);
            if (is_full < 0 || (is_full > 0 && add_answer(pages, page, answer, error) != 0))
                return -1;
        }
    }
    return 0;
}

/* Adds the answer about one crate; `suffix` follows its name in the target. */
static int add_crate(struct encoding_pages *pages, size_t page, uint32_t rank, const char *suffix,
                     struct error *error)
{
    struct encoding_answer *answer = answer_create();
    if (answer == NULL)
        return error_out_of_memory(error);
    struct index_crate crate;
    index_crate(pages->index, rank, &crate);
    answer->rank = rank;
    snprintf(answer->target, sizeof answer->target, "/api/v1/crates/%.*s%s", (int)crate.name_length,
             crate.name, suffix);
    return add_answer(pages, page, answer, error);
}

struct sized_crate {
    uint32_t rank;
    size_t size; /* of its page in JSON */
};

static int smallest_first(const void *left, const void *right)
{
    const struct sized_crate *a = left;
    const struct sized_crate *b = right;
    if (a->size != b->size)
        return a->size < b->size ? -1 : 1;
    return (a->rank > b->rank) - (a->rank < b->rank);
}

#define MAX_CANDIDATES 2000

/* The sizes of the pages of the crates that the statement gives, smallest first. Returns how many,
   or -1. */
static int size_crates(struct encoding_pages *pages, sqlite3 *database, const char *sql,
                       struct sized_crate crates[MAX_CANDIDATES], struct error *error)
{
    sqlite3_stmt *select = NULL;
    msgpack_sbuffer body;
    int n_crates = 0;
    int status = 0;
    msgpack_sbuffer_init(&body);
    if (sqlite3_prepare_v2(database, sql, -1, &select, NULL) != SQLITE_OK)
        status = error_set(error, "%s", sqlite3_errmsg(database));
    while (status == 0 && n_crates < MAX_CANDIDATES && sqlite3_step(select) == SQLITE_ROW) {
        const struct encoding_answer answer = {.rank = (uint32_t)sqlite3_column_int64(select, 0)};
        msgpack_sbuffer_clear(&body);
        status = encoding_page_assemble(&pages->pages[CRATE_MEDIAN], pages->reader, &answer,
                                        ENCODING_JSON, &body, error);
        crates[n_crates++] = (struct sized_crate){answer.rank, body.size};
    }
    sqlite3_finalize(select);
    msgpack_sbuffer_destroy(&body);
    qsort(crates, (size_t)n_crates, sizeof *crates, smallest_first);
    return status == 0 ? n_crates : -1;
}

static int add_crates(struct encoding_pages *pages, sqlite3 *database, struct error *error)
{
    static const char random_crates[] = "SELECT rank FROM crates "
                                        "ORDER BY rank * 2654435761 % 4294967296, rank LIMIT 2000";
    static const char most_versions[] =
        "SELECT rank FROM crates ORDER BY num_versions DESC, rank LIMIT 100";
    static const char most_depended_on[] = "SELECT rank FROM reverse_dependencies GROUP BY rank "
                                           "ORDER BY count(*) DESC, rank LIMIT 1";
    struct sized_crate *crates = calloc(MAX_CANDIDATES, sizeof *crates);
    if (crates == NULL)
        return error_out_of_memory(error);
    int n_crates = size_crates(pages, database, random_crates, crates, error);
    int status = n_crates < 0 ? -1 : 0;
    if (n_crates > 0)
        status = add_crate(pages, CRATE_MEDIAN, crates[n_crates / 2].rank, "", error);
    if (status == 0) {
        n_crates = size_crates(pages, database, most_versions, crates, error);
        status = n_crates < 0 ? -1 : 0;
    }
    if (status == 0 && n_crates > 0)
        status = add_crate(pages, CRATE_LARGEST, crates[n_crates - 1].rank, "", error);
    if (status == 0) {
        n_crates = size_crates(pages, database, most_depended_on, crates, error);
        status = n_crates < 0 ? -1 : 0;
    }
    if (status == 0 && n_crates > 0)
        status = add_crate(pages, DEPENDENTS, crates[0].rank, "/reverse_dependencies", error);
    free(crates);
    return status;
}

static int add_summary(struct encoding_pages *pages, struct error *error)
{
    struct encoding_answer *answer = answer_create();
    if (answer == NULL)
        return error_out_of_memory(error);
    snprintf(answer->target, sizeof answer->target, "/api/v1/summary");
    return add_answer(pages, SUMMARY, answer, error);
}

static int choose_answers(struct encoding_pages *pages, sqlite3 *database, const char *queries_path,
                          struct error *error)
{
    struct bench_queries queries = {0};
    int status = bench_queries_read(&queries, queries_path, error);
    if (status == 0)
        status = add_queries(pages, SEARCH_10, &queries, find_crates, 10, error);
    if (status == 0)
        status = add_queries(pages, SEARCH_100, &queries, find_crates, 100, error);
    if (status == 0)
        status = add_queries(pages, SUGGEST, &queries, find_suggestions, SUGGESTIONS, error);
    bench_queries_free(&queries);
    if (status == 0)
        status = add_summary(pages, error);
    return status == 0 ? add_crates(pages, database, error) : -1;
}

int encoding_pages_open(struct encoding_pages *pages, const char *index_path,
                        const char *queries_path, struct error *error)
{
    static const struct encoding_page empty[N_ENCODING_PAGES] = {
        [SEARCH_10] = {.key = "search_10", .name = "search, 10", .assemble = assemble_search},
        [SEARCH_100] = {.key = "search_100", .name = "search, 100", .assemble = assemble_search},
        [SUMMARY] = {.key = "summary", .name = "summary", .assemble = assemble_summary},
        [CRATE_MEDIAN] = {.key = "crate_median",
                          .name = "crate, median",
                          .assemble = assemble_crate},
        [CRATE_LARGEST] = {.key = "crate_largest",
                           .name = "crate, largest",
                           .assemble = assemble_crate},
        [SUGGEST] = {.key = "suggest", .name = "suggest", .assemble = assemble_suggestions},
        [DEPENDENTS] = {.key = "dependents", .name = "dependents", .assemble = assemble_dependents},
    };
    *pages = (struct encoding_pages){0};
    memcpy(pages->pages, empty, sizeof empty);
    pages->index = index_open(index_path, error);
    if (pages->index == NULL)
        return -1;
    pages->reader = index_reader_open(pages->index, error);
    if (pages->reader == NULL)
        return -1;
    pages->simdjson = simdjson_decoder_create();
    if (pages->simdjson == NULL)
        return error_out_of_memory(error);
    sqlite3 *database = NULL;
    int status = 0;
    if (sqlite3_open_v2(index_path, &database, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
        status = error_set(error, "%s", sqlite3_errmsg(database));
    else
        status = choose_answers(pages, database, queries_path, error);
    sqlite3_close(database);
    return status;
}

static void free_answers(struct encoding_page *page)
{
    for (size_t i = 0; i < page->n_answers; i++)
        answer_free(page->answers[i]);
    page->n_answers = 0;
}

int encoding_pages_keep(struct encoding_pages *pages, const char *key, struct error *error)
{
    bool is_known = false;
    for (size_t i = 0; i < N_ENCODING_PAGES; i++) {
        if (strcmp(pages->pages[i].key, key) == 0)
            is_known = true;
        else
            free_answers(&pages->pages[i]);
    }
    return is_known ? 0 : error_set(error, "no page is called %s", key);
}

void encoding_pages_free(struct encoding_pages *pages)
{
    for (size_t i = 0; i < N_ENCODING_PAGES; i++)
        free_answers(&pages->pages[i]);
    simdjson_decoder_free(pages->simdjson);
    if (pages->reader != NULL)
        index_reader_close(pages->reader);
    if (pages->index != NULL)
        index_close(pages->index);
}
