/* A phrase of common words means what it says, and not a crate that is called like it and that
   nobody uses; a name that is typed as one, or of which no words are left, means the crate. */
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

/* So many crates say the words; behind them those of that name are among the least popular. */
#define N_FILLERS 1100

static const char *const unused[] = {"game-engine", "to_method", "game_engine2"};
#define N_UNUSED (sizeof unused / sizeof *unused)

#define TIMES "2020-01-01,2020-01-01"

static int open_index(void **state)
{
    static char rows[128 << 10] = CRATES_COLUMNS "\n";
    static char versions[64 << 10] = VERSIONS_COLUMNS "\n";
    static char downloads[64 << 10] = "version_id,date,downloads\n";
    size_t n_rows = strlen(rows);
    size_t n_versions = strlen(versions);
    size_t n_downloads = strlen(downloads);
    for (unsigned id = 1; id <= 1 + N_FILLERS + N_UNUSED; id++) {
        char name[32];
        snprintf(name, sizeof name, "filler%u", id);
        const char *of_name = id == 1              ? "method-engine"
                              : id > 1 + N_FILLERS ? unused[id - 2 - N_FILLERS]
                                                   : name;
        n_rows += (size_t)snprintf(rows + n_rows, sizeof rows - n_rows, "%u,%s," TIMES ",%s,,,\n",
                                   id, of_name,
                                   id <= 1 + N_FILLERS ? "An engine with a method for a game" : "");
        n_versions += (size_t)snprintf(versions + n_versions, sizeof versions - n_versions,
                                       "%u,%u,1.0.0,2020-01-01,f,0,2020-01-01\n", id, id);
        n_downloads += (size_t)snprintf(downloads + n_downloads, sizeof downloads - n_downloads,
                                        "%u,2026-10-31,%u\n", id, 1000000 - 900 * id);
    }
    assert_true(n_rows < sizeof rows && n_versions < sizeof versions);
    assert_true(n_downloads < sizeof downloads);
    const struct dump_file files[] = {
        BUILT_TIME("2026-11-01T02:00:00Z"), BUILT_TABLE("crates", rows),
        BUILT_TABLE("versions", versions), BUILT_TABLE("version_downloads", downloads), BUILT_END};
    return built_index_set_up(state, files);
}

/* The place of a crate among the first hits, from 1, with its tier; 0 where it is not among
   them. */
static uint32_t place_of(void **state, const char *text, const char *name, enum search_tier *tier)
{
    static struct search_result result;
    struct built_index *built = *state;
    struct error error = {.message = ""};
    const struct search_query query = {.text = {text, strlen(text)}, .limit = 10};
    if (search_run(built->reader, &query, &result, &error) != SEARCH_OK)
        fail_msg("%s: %s", text, error.message);
    for (uint32_t i = 0; i < result.n_hits; i++) {
        struct index_crate crate;
        index_crate(built->index, result.hits[i].rank, &crate);
        if (crate.name_length == strlen(name) && memcmp(crate.name, name, crate.name_length) == 0) {
            *tier = result.hits[i].tier;
            return i + 1;
        }
    }
    return 0;
}

static void a_phrase_is_no_name(void **state)
{
    enum search_tier tier = SEARCH_TIER_NONE;
    assert_in_range(place_of(state, "game engine", "game-engine", &tier), 2, 10);
    assert_int_equal(tier, SEARCH_TIER_BY_WORDS);
    /* Nor does it begin one. */
    assert_int_equal(place_of(state, "game-engine", "game-engine", &tier), 1);
    assert_int_equal(tier, SEARCH_TIER_EXACT);
    if (place_of(state, "game-engine", "game_engine2", &tier) > 0)
        assert_int_not_equal(tier, SEARCH_TIER_BEGINNING);
}

static void a_name_that_is_in_use(void **state)
{
    enum search_tier tier = SEARCH_TIER_NONE;
    assert_int_equal(place_of(state, "method engine", "method-engine", &tier), 1);
    assert_int_equal(tier, SEARCH_TIER_SAME);
}

static void what_is_typed_as_a_name(void **state)
{
    static const char *const texts[] = {"game.engine", "game::engine", "GameEngine", "gameengine"};
    enum search_tier tier = SEARCH_TIER_NONE;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_int_equal(place_of(state, texts[i], "game-engine", &tier), 1);
        assert_int_equal(tier, SEARCH_TIER_SAME);
    }
}

/* One word among stop words says too little to be a phrase. */
static void stop_words(void **state)
{
    enum search_tier tier = SEARCH_TIER_NONE;
    assert_int_equal(place_of(state, "to method", "to_method", &tier), 1);
    assert_int_equal(tier, SEARCH_TIER_SAME);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_phrase_is_no_name),
        cmocka_unit_test(a_name_that_is_in_use),
        cmocka_unit_test(what_is_typed_as_a_name),
        cmocka_unit_test(stop_words),
    };
    return cmocka_run_group_tests_name("search_phrases", tests, open_index, built_index_tear_down);
}
