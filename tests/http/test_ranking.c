/* The order of relevance as a client meets it: how many words must match, an operator's weights,
   and pages through all of its stages. */
#include "tests/support/folder.h"
#include "tests/support/http_case.h"
#include "tests/support/http_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LIST "/api/v1/crates?"
#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])

static json_int_t total_of(struct http_client *client, const char *query)
{
    json_t *list = http_get_crates(client, query);
    json_int_t total = json_integer_at(list, "meta.total");
    json_decref(list);
    return total;
}

static void matches_as_asked(void **state)
{
    struct http_client *client = client_of(state);
    json_int_t best = total_of(client, "q=async+runtime&match=best");
    json_int_t all = total_of(client, "q=async+runtime&match=all");
    assert_true(all > 0 && best > all);
    assert_int_equal(total_of(client, "q=async+runtime"), best);
    assert_int_equal(total_of(client, "q=async+runtime&sort=relevance"), best);
    assert_int_equal(total_of(client, "q=async+runtime&sort=downloads"), all);
    assert_int_equal(total_of(client, "q=async+runtime&sort=alpha"), all);
    assert_int_equal(total_of(client, "q=async+runtime&sort=downloads&match=best"), best);
    assert_int_equal(total_of(client, "match=best"), total_of(client, ""));
}

/* What a walk along next_page visits: names and stages, in its order. */
struct walk {
    json_t *names;
    json_t *stages;
    json_int_t total;
};

static void walk_pages(struct http_client *client, const char *query, struct walk *walk)
{
    char target[2048];
    *walk = (struct walk){json_array(), json_array(), -1};
    snprintf(target, sizeof target, LIST "%s", query);
    while (target[0] != '\0') {
        json_t *page = http_get_json(client, target, 200);
        json_t *next = json_at(page, "meta.next_page");
        size_t i;
        json_t *crate;
        json_array_foreach(json_object_get(page, "crates"), i, crate)
        {
            json_array_append_new(walk->names, json_at(crate, "name"));
            json_array_append_new(walk->stages, json_at(crate, "explanation.stage"));
        }
        if (walk->total < 0)
            walk->total = json_integer_at(page, "meta.total");
        target[0] = '\0';
        if (json_is_string(next))
            snprintf(target, sizeof target, "/api/v1/crates%s", json_string_value(next));
        json_decref(next);
        json_decref(page);
    }
}

static void walk_free(struct walk *walk)
{
    json_decref(walk->names);
    json_decref(walk->stages);
}

/* The stages come one behind the other; the first and the last crate are of these. */
static void check_stages(const json_t *stages, const char *first, const char *last)
{
    static const char *const known[] = {"exact", "front", "second", "first"};
    size_t n = json_array_size(stages);
    size_t at = 0;
    assert_true(n > 0);
    assert_string_equal(json_string_value(json_array_get(stages, 0)), first);
    assert_string_equal(json_string_value(json_array_get(stages, n - 1)), last);
    for (size_t i = 0; i < n; i++) {
        const char *stage = json_string_value(json_array_get(stages, i));
        while (at < N_ELEMENTS(known) && strcmp(known[at], stage) != 0)
            at++;
        assert_true(at < N_ELEMENTS(known));
    }
}

static void page_through(struct http_client *client, const char *text, const char *first_stage,
                         const char *last_stage)
{
    static const char *const page_sizes[] = {"1", "7", "64", "65", "100"};
    char query[128];
    struct walk whole;
    snprintf(query, sizeof query, "page=1&per_page=100&q=%s&match=best&explain=1", text);
    walk_pages(client, query, &whole);
    assert_int_equal(json_array_size(whole.names), whole.total);
    check_stages(whole.stages, first_stage, last_stage);
    for (size_t i = 0; i < N_ELEMENTS(page_sizes); i++) {
        struct walk walk;
        snprintf(query, sizeof query, "per_page=%s&q=%s&match=best&explain=1", page_sizes[i], text);
        walk_pages(client, query, &walk);
        assert_int_equal(walk.total, whole.total);
        if (!json_equal(walk.names, whole.names) || !json_equal(walk.stages, whole.stages))
            fail_msg("%s: another order than by page", query);
        walk_free(&walk);
    }
    walk_free(&whole);
}

/* Pages cut the order anywhere, also where one stage ends and the next begins. */
static void pages_through_all_stages(void **state)
{
    page_through(client_of(state), "serde", "exact", "second");
    page_through(client_of(state), "tokoi", "front", "second");
    page_through(client_of(state), "library", "second", "first");
}

/* A server with a file of weights. */
static void open_with_ranking(struct http_fixture *fixture, char folder[FOLDER_PATH_SIZE],
                              const char *text)
{
    char path[FOLDER_PATH_SIZE];
    folder_make(folder);
    folder_join(path, folder, "ranking.conf");
    file_write(path, text, strlen(text));
    http_fixture_open(fixture, (const char *const[]){"--ranking", path, NULL});
}

static void an_operator_can_change_the_order(void **state)
{
    struct http_fixture fixture;
    char folder[FOLDER_PATH_SIZE];
    open_with_ranking(&fixture, folder,
                      "# names over all\npopularity = 0\nsecond_stage = 0 ; no trees\n");
    json_t *ours = http_get_crates(client_of(state), "q=async&explain=1&per_page=100");
    json_t *theirs = http_get_crates(fixture.client, "q=async&explain=1&per_page=100");
    json_t *crates = json_object_get(theirs, "crates");
    assert_false(json_equal(json_object_get(ours, "crates"), crates));
    assert_int_equal(json_integer_at(ours, "meta.total"), json_integer_at(theirs, "meta.total"));
    double previous = INFINITY;
    size_t i;
    json_t *crate;
    json_array_foreach(crates, i, crate)
    {
        json_t *popularity = json_at(crate, "explanation.terms.popularity");
        assert_true(json_is_real(popularity) && json_real_value(popularity) == 0);
        json_decref(popularity);
        assert_string_not_equal(json_text_at(crate, "explanation.stage"), "second");
        if (strcmp(json_text_at(crate, "explanation.stage"), "first") != 0)
            continue;
        json_t *number = json_at(crate, "explanation.score");
        double score = json_real_value(number);
        json_decref(number);
        assert_true(score <= previous);
        previous = score;
    }
    json_decref(theirs);
    json_decref(ours);
    http_fixture_close(&fixture);
    folder_remove(folder);
}

static void an_operator_can_ask_for_every_word(void **state)
{
    struct http_fixture fixture;
    char folder[FOLDER_PATH_SIZE];
    open_with_ranking(&fixture, folder, "min_share = 1\n");
    json_int_t all = total_of(client_of(state), "q=async+runtime&match=all");
    assert_int_equal(total_of(fixture.client, "q=async+runtime"), all);
    assert_true(total_of(client_of(state), "q=async+runtime") > all);
    http_fixture_close(&fixture);
    folder_remove(folder);
}

/* A file that names no weight changes nothing. */
static void an_empty_file_keeps_the_order(void **state)
{
    struct http_fixture fixture;
    char folder[FOLDER_PATH_SIZE];
    open_with_ranking(&fixture, folder, "# nothing\n\n");
    json_t *ours = http_get_crates(client_of(state), "q=async&explain=1&per_page=100");
    json_t *theirs = http_get_crates(fixture.client, "q=async&explain=1&per_page=100");
    assert_true(json_equal(ours, theirs));
    json_decref(theirs);
    json_decref(ours);
    http_fixture_close(&fixture);
    folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches_as_asked),
        cmocka_unit_test(pages_through_all_stages),
        cmocka_unit_test(an_operator_can_change_the_order),
        cmocka_unit_test(an_operator_can_ask_for_every_word),
        cmocka_unit_test(an_empty_file_keeps_the_order),
    };
    return cmocka_run_group_tests_name("ranking", tests, http_fixture_start, http_fixture_stop);
}
