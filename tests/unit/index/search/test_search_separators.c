/* What separates the words of a name does not matter: space, `-`, `_`, `/`, `::`, `.`, a change of
   case and nothing are the same. Names made of stop words, names that a text begins, and names
   whose words were typed apart. */
#include "index/segment/open_index.h"
#include "tests/support/built_index.h"

#include <cratedex/search.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Of these, the most popular first, each with its description. */
static const struct {
    const char *name;
    const char *description;
} crates[] = {
    {"physics", "What bevy and rapier have to do with each other"},
    {"runtime", "Tokio and some util functions"},
    {"tokio", "A runtime"},
    {"threadpool", "Runs things"},
    {"vfs", "A file system in memory"},
    {"store", "Keeps a file of the system"},
    {"tokio-util", "More for a runtime"},
    {"proc-macro2", "A substitute"},
    {"bevy_rapier2d", "Two"},
    {"bevy_rapier3d", "Three"},
    {"as-any", "Casts"},
    {"for-each", "Loops"},
    {"is-not", "Negates"},
    {"to_method", "Calls"},
    {"FizzBuzz", "Counts"},
    {"base64", "Encodes"},
    {"filesystem", "Nobody uses this"},
    {"web_server_core", "Serves"},
    {"mytokioutils", "Something else"},
};
#define N_CRATES (sizeof crates / sizeof *crates)
/* In front of these, as many that have `temp` and `file`; behind all others tempfile. */
#define N_FILLERS 14

#define TIMES "2020-01-01 00:00:00+00,2020-01-01 00:00:00+00"

enum { ROWS, VERSIONS, DOWNLOADS, N_TABLES };

static void add_crate(FILE *const tables[N_TABLES], unsigned id, const char *name,
                      const char *description)
{
    fprintf(tables[ROWS], "%u,%s," TIMES ",%s,,,\n", id, name, description);
    fprintf(tables[VERSIONS], "%u,%u,1.0.0,2020-01-01,f,0,2020-01-01\n", id, id);
    fprintf(tables[DOWNLOADS], "%u,2026-10-31,%u\n", id, 1000000 - 20000 * id);
}

static int open_index(void **state)
{
    static const char *const columns[N_TABLES] = {CRATES_COLUMNS, VERSIONS_COLUMNS,
                                                  "version_id,date,downloads"};
    char *texts[N_TABLES];
    size_t sizes[N_TABLES];
    FILE *tables[N_TABLES];
    unsigned id = 0;
    for (int i = 0; i < N_TABLES; i++) {
        tables[i] = open_memstream(&texts[i], &sizes[i]);
        assert_non_null(tables[i]);
        fprintf(tables[i], "%s\n", columns[i]);
    }
    for (unsigned i = 0; i < N_FILLERS; i++) {
        char name[16];
        snprintf(name, sizeof name, "filler%c", 'a' + (char)i);
        add_crate(tables, ++id, name, "Makes a temp file");
    }
    for (size_t i = 0; i < N_CRATES; i++)
        add_crate(tables, ++id, crates[i].name, crates[i].description);
    add_crate(tables, ++id, "tempfile", "Of the operating system");
    for (int i = 0; i < N_TABLES; i++)
        assert_int_equal(fclose(tables[i]), 0);
    const struct dump_file files[] = {
        BUILT_TIME("2026-11-01T02:00:00Z"), BUILT_TABLE("crates", texts[ROWS]),
        BUILT_TABLE("versions", texts[VERSIONS]),
        BUILT_TABLE("version_downloads", texts[DOWNLOADS]), BUILT_END};
    int result = built_index_set_up(state, files);
    for (int i = 0; i < N_TABLES; i++)
        free(texts[i]);
    return result;
}

static void find(void **state, const char *text, struct search_query query,
                 struct search_result *result)
{
    struct built_index *built = *state;
    struct error error = {.message = ""};
    query.text = (struct search_string){text, strlen(text)};
    if (query.limit == 0)
        query.limit = SEARCH_MAX_LIMIT;
    if (search_run(built->reader, &query, result, &error) != SEARCH_OK)
        fail_msg("%s: %s", text, error.message);
}

static bool is_called(void **state, const struct search_result *result, uint32_t place,
                      const char *name)
{
    struct built_index *built = *state;
    struct index_crate crate;
    if (place >= result->n_hits)
        return false;
    index_crate(built->index, result->hits[place].rank, &crate);
    return crate.name_length == strlen(name) && memcmp(crate.name, name, crate.name_length) == 0;
}

/* The place of a crate among what a text finds, from 1; 0 where it is not found. */
static uint32_t place_of(void **state, const struct search_result *result, const char *name)
{
    for (uint32_t i = 0; i < result->n_hits; i++) {
        if (is_called(state, result, i, name))
            return i + 1;
    }
    return 0;
}

static void names_however_they_are_separated(void **state)
{
    static struct search_result result;
    static const char *const cases[][2] = {
        {"tokio util", "tokio-util"},
        {"tokio_util", "tokio-util"},
        {"tokio::util", "tokio-util"},
        {"tokio/util", "tokio-util"},
        {"tokio.util", "tokio-util"},
        {"TokioUtil", "tokio-util"},
        {"tokioutil", "tokio-util"},
        {"Tokio  Util ", "tokio-util"},
        {"procmacro2", "proc-macro2"},
        {"proc macro2", "proc-macro2"},
        {"proc macro 2", "proc-macro2"},
        {"fizz buzz", "FizzBuzz"},
        {"fizz_buzz", "FizzBuzz"},
        {"base 64", "base64"},
        {"as any", "as-any"},
        {"asany", "as-any"},
        {"for each", "for-each"},
        {"foreach", "for-each"},
        {"is not", "is-not"},
        {"IsNot", "is-not"},
        {"to method", "to_method"},
        {"web server core", "web_server_core"},
        {"web-servercore", "web_server_core"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        find(state, cases[i][0], (struct search_query){0}, &result);
        if (!is_called(state, &result, 0, cases[i][1]))
            fail_msg("\"%s\" does not give %s first", cases[i][0], cases[i][1]);
        /* What is exact stays what it was: but for upper case and `-` the same bytes. */
        bool is_exact = strcmp(cases[i][0], "tokio_util") == 0;
        assert_int_equal(result.hits[0].exact, is_exact);
        assert_int_equal(result.hits[0].in_front, !is_exact);
        assert_int_equal(result.hits[0].tier, is_exact ? SEARCH_TIER_EXACT : SEARCH_TIER_SAME);
        assert_string_equal(result.did_you_mean, "");
        assert_false(result.is_relaxed);
    }
}

/* Every sort and either way to match finds them, and counts them once. */
static void names_match_with_every_sort(void **state)
{
    static struct search_result result;
    for (int sort = 0; sort < 6; sort++) {
        for (int match = 0; match < 3; match++) {
            struct search_query query = {.sort = (enum search_sort)sort,
                                         .match = (enum search_match)match};
            find(state, "foreach", query, &result);
            assert_int_equal(result.total, 1);
            assert_true(is_called(state, &result, 0, "for-each"));
            find(state, "file system", query, &result);
            assert_int_equal(result.n_hits, result.total);
            assert_true(place_of(state, &result, "filesystem") > 0);
        }
    }
}

static void names_that_a_text_begins(void **state)
{
    static struct search_result result;
    static const char *const texts[] = {"bevy_rapier", "bevy-rapier", "Bevy-Rapier", "bevy_ra"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        find(state, texts[i], (struct search_query){0}, &result);
        assert_true(is_called(state, &result, 0, "bevy_rapier2d"));
        assert_true(is_called(state, &result, 1, "bevy_rapier3d"));
        assert_int_equal(result.hits[0].tier, SEARCH_TIER_BEGINNING);
        assert_false(result.hits[0].exact);
    }
    /* Words are words, and no beginning of a name. */
    find(state, "bevy rapier", (struct search_query){0}, &result);
    for (uint32_t i = 0; i < result.n_hits; i++)
        assert_false(result.hits[i].in_front);
}

static void words_that_are_one_name(void **state)
{
    static struct search_result result;
    find(state, "temp file", (struct search_query){0}, &result);
    assert_true(result.total > N_FILLERS);
    assert_in_range(place_of(state, &result, "tempfile"), 1, 10);
    assert_int_equal(result.hits[place_of(state, &result, "tempfile") - 1].tier,
                     SEARCH_TIER_BY_WORDS);
    /* Not at the cost of what was typed. */
    find(state, "file system", (struct search_query){0}, &result);
    uint32_t place = place_of(state, &result, "filesystem");
    assert_in_range(place, 2, 10);
    assert_true(place_of(state, &result, "vfs") < place ||
                place_of(state, &result, "store") < place);
    /* But far more popular ones are meant. */
    find(state, "thread pool", (struct search_query){0}, &result);
    assert_true(is_called(state, &result, 0, "threadpool"));
}

/* A crate that was moved to its place keeps it, whatever the page. */
static void pages_join(void **state)
{
    static struct search_result whole;
    static struct search_result page;
    static const char *const texts[] = {"temp file", "tokio util", "bevy_rapier", "file system"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char key[SEARCH_MAX_SEEK_KEY] = "";
        uint32_t n = 0;
        find(state, texts[i], (struct search_query){0}, &whole);
        do {
            struct search_query query = {.limit = 1};
            if (key[0] != '\0')
                query.after = (struct search_string){key, strlen(key)};
            find(state, texts[i], query, &page);
            if (page.n_hits > 0)
                assert_int_equal(page.hits[0].rank, whole.hits[n++].rank);
            memcpy(key, page.seek_key, sizeof key);
        } while (page.n_hits > 0);
        assert_int_equal(n, whole.total);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_however_they_are_separated),
        cmocka_unit_test(names_match_with_every_sort),
        cmocka_unit_test(names_that_a_text_begins),
        cmocka_unit_test(words_that_are_one_name),
        cmocka_unit_test(pages_join),
    };
    return cmocka_run_group_tests_name("search_separators", tests, open_index,
                                       built_index_tear_down);
}
