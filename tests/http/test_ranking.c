/* The order of relevance as a client meets it: how many words must match, an operator's weights, and
   pages through all of its stages. */
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

static struct http_client *client_of(void **state)
{
    return ((struct http_fixture *)*state)->client;
}

static json_t *get_list(struct http_client *client, const char *query)
{
    char target[1024];
    snprintf(target, sizeof target, LIST "%s", query);
    return http_get_json(client, target, 200);
}

static json_int_t total_of(struct http_client *client, const char *query)
{
    json_t *list = get_list(client, query);
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

#define MAX_CRATES 400

/* Follows next_page; the names in order, and the stages when they are explained. */
struct walk {
    char *names[MAX_CRATES];
    char *stages[MAX_CRATES];
    size_t n;
    json_int_t total;
};

static void walk_pages(struct http_client *client, const char *query, struct walk *walk)
{
    char target[2048];
    *walk = (struct walk){.total = -1};
    snprintf(target, sizeof target, LIST "%s", query);
    while (target[0] != '\0') {
        json_t *page = http_get_json(client, target, 200);
        json_t *next = json_at(page, "meta.next_page");
        size_t i;
        json_t *crate;
        json_array_foreach(json_object_get(page, "crates"), i, crate)
        {
            assert_true(walk->n < MAX_CRATES);
            walk->names[walk->n] = strdup(json_text_at(crate, "name"));
            walk->stages[walk->n++] = strdup(json_text_at(crate, "explanation.stage"));
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
    for (size_t i = 0; i < walk->n; i++) {
        free(walk->names[i]);
        free(walk->stages[i]);
    }
}

static int place_of_stage(const char *stage)
{
    static const char *const stages[] = {"exact", "near", "second", "first"};
    int place = 0;
    while (strcmp(stages[place], stage) != 0)
        place++;
    return place;
}

static void page_through(struct http_client *client, const char *text, const char *first_stage,
                         const char *last_stage)
{
    static const char *const page_sizes[] = {"1", "7", "64", "65", "100"};
    char query[128];
    struct walk whole;
    snprintf(query, sizeof query, "page=1&per_page=100&q=%s&match=best&explain=1", text);
    walk_pages(client, query, &whole);
    assert_int_equal(whole.n, whole.total);
    assert_string_equal(whole.stages[0], first_stage);
    assert_string_equal(whole.stages[whole.n - 1], last_stage);
    for (size_t i = 1; i < whole.n; i++)
        assert_true(place_of_stage(whole.stages[i - 1]) <= place_of_stage(whole.stages[i]));
    for (size_t i = 0; i < N_ELEMENTS(page_sizes); i++) {
        struct walk walk;
        snprintf(query, sizeof query, "per_page=%s&q=%s&match=best&explain=1", page_sizes[i], text);
        walk_pages(client, query, &walk);
        assert_int_equal(walk.total, whole.total);
        assert_int_equal(walk.n, whole.n);
        for (size_t j = 0; j < walk.n; j++)
            if (strcmp(walk.names[j], whole.names[j]) != 0 ||
                strcmp(walk.stages[j], whole.stages[j]) != 0)
                fail_msg("%s: place %zu is %s, not %s", query, j, walk.names[j], whole.names[j]);
        walk_free(&walk);
    }
    walk_free(&whole);
}

/* Pages cut the order anywhere, also where one stage ends and the next begins. */
static void pages_through_all_stages(void **state)
{
    page_through(client_of(state), "serde", "exact", "second");
    page_through(client_of(state), "tokoi", "near", "second");
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
    json_t *ours = get_list(client_of(state), "q=async&explain=1&per_page=100");
    json_t *theirs = get_list(fixture.client, "q=async&explain=1&per_page=100");
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
    json_t *ours = get_list(client_of(state), "q=async&explain=1&per_page=100");
    json_t *theirs = get_list(fixture.client, "q=async&explain=1&per_page=100");
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
