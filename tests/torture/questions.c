/* What the answers are does not matter, for the file was forged; that they come does, and that what
   fails says why. */
#include "tests/torture/questions.h"

#include "tests/support/read_hits.h"

#include <cratedex/crate_fragment.h>
#include <cratedex/crate_page.h>
#include <cratedex/dependency_tree.h>
#include <cratedex/highlight.h>
#include <cratedex/index_info.h>
#include <cratedex/index_reader.h>
#include <cratedex/index_verify.h>
#include <cratedex/people.h>
#include <cratedex/readme.h>
#include <cratedex/reverse_dependencies.h>
#include <cratedex/search.h>
#include <cratedex/search_facets.h>
#include <cratedex/sparse_index.h>
#include <cratedex/suggest.h>
#include <cratedex/taxonomy.h>
#include <cratedex/version_dependencies.h>
#include <cratedex/version_document.h>
#include <cratedex/version_downloads.h>
#include <cratedex/version_list.h>
#include <string.h>

#define N_RANKS 6
#define N_VERSIONS 12

static void ask_search(struct index_reader *reader, const struct index *index,
                       struct encoder *encoder)
{
    static const char *const texts[] = {"json", "json parser", "netwrok", "fil", "a", ""};
    struct error error;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct search_query query = {.text = {texts[i], strlen(texts[i])},
                                     .sort = (enum search_sort)(i % 4),
                                     .limit = 10,
                                     .facets = (1U << N_SEARCH_FACETS) - 1};
        struct search_result result;
        struct search_highlights highlights;
        struct search_explanation explanation;
        struct suggestion suggestions[SUGGEST_MAX_LIMIT];
        suggest(index, texts[i], strlen(texts[i]), suggestions, SUGGEST_MAX_LIMIT);
        if (!read_hits(reader, &query, &result))
            continue;
        search_facets_encode(result.facets, encoder);
        for (uint32_t hit = 0; hit < result.n_hits; hit++) {
            search_highlight(result.search, &result.hits[hit], &highlights, &error);
            search_explain(result.search, &result.hits[hit], &explanation, &error);
        }
    }
}

static void ask_crate(struct index_reader *reader, uint32_t rank, struct encoder *encoder)
{
    struct error error;
    struct download_days days;
    struct version_query query = {.rank = rank, .limit = 10, .has_release_tracks = true};
    const struct dependents_query first_dependents = {.rank = rank, .limit = 10};
    const struct dependents_query some_dependents = {.rank = rank,
                                                     .sort = DEPENDENTS_SORT_NEW,
                                                     .kind = DEPENDENTS_KIND_DEV,
                                                     .name = "a",
                                                     .name_length = 1,
                                                     .limit = 10};
    struct version_list list;
    download_days_until(&days, "2026-01-02");
    index_reader_encode_crate(reader, rank, true, encoder, &error);
    index_reader_encode_crate_page(reader, rank, CRATE_FULL_PAGE, encoder, &error);
    index_reader_encode_reverse_dependencies(reader, &first_dependents, encoder, &error);
    index_reader_encode_reverse_dependencies(reader, &some_dependents, encoder, &error);
    crate_downloads_encode(reader, rank, &days, NULL, true, encoder, &error);
    crate_owners_encode(reader, rank, OWNERS_ALL, encoder, &error);
    if (version_list_open(&list, reader, &query, &error) == VERSION_LIST_OK) {
        encoder_array(encoder, list.n);
        version_list_encode(&list, encoder, &error);
        encoder_end_array(encoder);
        version_list_encode_tracks(&list, encoder);
        version_list_close(&list);
    }
}

static void ask_version(struct index_reader *reader, int64_t id, struct encoder *encoder)
{
    struct error error;
    struct download_days days;
    download_days_until(&days, "2026-01-02");
    version_dependencies_encode(reader, id, encoder, &error);
    version_downloads_encode(reader, id, &days, NULL, encoder, &error);
    struct dependency_tree *tree = dependency_tree_open(reader, id, 8, &error);
    if (tree != NULL)
        dependency_tree_encode(tree, encoder);
    dependency_tree_close(tree);
}

static void ask_lists(struct index_reader *reader, struct encoder *encoder)
{
    struct error error;
    int64_t n;
    keywords_count(reader, &n, &error);
    keywords_encode(reader, TAXONOMY_CRATES, 10, 0, encoder, &error);
    keyword_encode(reader, "parser", 6, encoder, &error);
    categories_count(reader, &n, &error);
    categories_encode(reader, TAXONOMY_ALPHABETICAL, 10, 0, encoder, &error);
    category_encode(reader, "parsing", 7, encoder, &error);
    category_slugs_encode(reader, encoder, &error);
    user_encode(reader, "someone", 7, encoder, &error);
    team_encode(reader, "github:org:team", 15, encoder, &error);
    user_total_downloads(reader, 1);
    index_reader_encode_page(reader, "summary", encoder, &error);
}

static void ask(struct index_reader *reader, const struct index *index, enum encoding encoding)
{
    struct encoder encoder;
    struct error error;
    msgpack_sbuffer out;
    msgpack_sbuffer_init(&out);
    /* One array takes all answers; it is never ended. */
    encoder_init(&encoder, encoding, &out);
    encoder_array(&encoder, UINT32_MAX);
    for (uint32_t rank = 1; rank <= index_n_crates(index) && rank <= N_RANKS; rank++) {
        int64_t last_modified;
        struct readme readme;
        ask_crate(reader, rank, &encoder);
        sparse_index_read(reader, rank, &out, &last_modified, &error);
        if (readme_read(reader, rank, &readme, &error) == 1)
            readme_free(&readme);
    }
    for (int64_t id = 1; id <= N_VERSIONS; id++)
        ask_version(reader, id, &encoder);
    ask_lists(reader, &encoder);
    ask_search(reader, index, &encoder);
    msgpack_sbuffer_destroy(&out);
}

static void see_fact(void *context, const char *name, const char *value)
{
    size_t *n_bytes = context;
    *n_bytes += strlen(name) + (value == NULL ? 0 : strlen(value));
}

enum torture_end questions_ask(const char *path, struct error *error)
{
    size_t n_bytes = 0;
    enum torture_end end = TORTURE_TAKEN;
    struct index *index = index_open(path, error);
    struct index_reader *reader = index == NULL ? NULL : index_reader_open(index, error);
    if (reader == NULL)
        end = torture_refused(error);
    if (reader != NULL) {
        ask(reader, index, ENCODING_JSON);
        ask(reader, index, ENCODING_MESSAGEPACK);
    }
    index_reader_close(reader);
    index_close(index);
    index_info(path, see_fact, &n_bytes, error);
    if (end != TORTURE_WRONG && index_verify(path, NULL, NULL, error) != 0 &&
        torture_refused(error) == TORTURE_WRONG)
        return TORTURE_WRONG;
    return end;
}
