/* Following next_page: every sort, with and without a text and filters. The pages by seek and the
   pages by number must visit the same crates in the same order, each once, as many as meta.total
   says, and in the order that the sort promises. */
#include "tests/support/http_case.h"
#include "tests/support/http_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LIST "/api/v1/crates"
#define MAX_CRATES 1000

/* The crates of a walk, in its order. */
struct walk {
    json_t *crates[MAX_CRATES];
    size_t n_crates;
    json_int_t total;
};

static void append_page(struct walk *walk, const json_t *page)
{
    json_t *crates = json_at(page, "crates");
    json_t *crate;
    size_t i;
    json_array_foreach(crates, i, crate)
    {
        assert_true(walk->n_crates < MAX_CRATES);
        walk->crates[walk->n_crates++] = json_incref(crate);
    }
    /* A page without crates counts none. */
    if (json_array_size(crates) > 0 && walk->total == 0)
        walk->total = json_integer_at(page, "meta.total");
    assert_int_equal(json_integer_at(page, "meta.total"),
                     json_array_size(crates) > 0 ? walk->total : 0);
    json_decref(crates);
}

/* Follows next_page from `query` to its end. */
static void walk_pages(struct http_client *client, const char *query, struct walk *walk)
{
    char target[2048];
    *walk = (struct walk){0};
    snprintf(target, sizeof target, LIST "?%s", query);
    for (;;) {
        json_t *page = http_get_json(client, target, 200);
        append_page(walk, page);
        json_t *next = json_at(page, "meta.next_page");
        bool is_last = json_is_null(next);
        if (!is_last)
            snprintf(target, sizeof target, LIST "%s", json_string_value(next));
        json_decref(next);
        json_decref(page);
        if (is_last)
            break;
    }
}

static void walk_free(struct walk *walk)
{
    for (size_t i = 0; i < walk->n_crates; i++)
        json_decref(walk->crates[i]);
}

static const char *name_of(const struct walk *walk, size_t i)
{
    return json_string_value(json_object_get(walk->crates[i], "id"));
}

static int compare_names(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static void sort_names(const struct walk *walk, const char *names[MAX_CRATES])
{
    for (size_t i = 0; i < walk->n_crates; i++)
        names[i] = name_of(walk, i);
    qsort(names, walk->n_crates, sizeof names[0], compare_names);
}

static void assert_same_set(const struct walk *left, const struct walk *right, const char *query)
{
    const char *left_names[MAX_CRATES] = {NULL};
    const char *right_names[MAX_CRATES] = {NULL};
    if (left->n_crates != right->n_crates || left->total != right->total)
        fail_msg("%s: %zu crates, not %zu", query, right->n_crates, left->n_crates);
    sort_names(left, left_names);
    sort_names(right, right_names);
    for (size_t i = 0; i < left->n_crates; i++)
        assert_string_equal(right_names[i], left_names[i]);
}

static void assert_each_once(const struct walk *walk, const char *query)
{
    const char *names[MAX_CRATES] = {NULL};
    sort_names(walk, names);
    for (size_t i = 1; i < walk->n_crates; i++)
        if (strcmp(names[i - 1], names[i]) == 0)
            fail_msg("%s: %s comes twice", query, names[i]);
    if (walk->n_crates != (size_t)walk->total)
        fail_msg("%s: %zu crates, but total is %lld", query, walk->n_crates,
                 (long long)walk->total);
}

static void assert_same(const struct walk *left, const struct walk *right, const char *query)
{
    if (left->n_crates != right->n_crates)
        fail_msg("%s: %zu crates by seek, %zu by page", query, left->n_crates, right->n_crates);
    for (size_t i = 0; i < left->n_crates; i++)
        if (!json_equal(left->crates[i], right->crates[i]))
            fail_msg("%s: crate %zu is %s by seek, %s by page", query, i, name_of(left, i),
                     name_of(right, i));
}

static const struct {
    const char *sort;
    const char *member; /* by which the list falls; NULL: not seen from outside */
} sorts[] = {
    {"relevance", NULL},
    {"alphabetical", NULL},
    {"alpha", NULL},
    {"downloads", "downloads"},
    {"recent-downloads", "recent_downloads"},
    {"recent-updates", "updated_at"},
    {"new", "created_at"},
};

static void assert_falling(const struct walk *walk, const char *member, const char *query)
{
    for (size_t i = 1; member != NULL && i < walk->n_crates; i++) {
        const json_t *before = json_object_get(walk->crates[i - 1], member);
        const json_t *after = json_object_get(walk->crates[i], member);
        /* Timestamps with and without a fraction compare up to their seconds as text. */
        bool falls = json_is_string(before)
                         ? strncmp(json_string_value(before), json_string_value(after), 19) >= 0
                         : json_integer_value(before) >= json_integer_value(after);
        if (!falls)
            fail_msg("%s: %s stands before %s", query, name_of(walk, i - 1), name_of(walk, i));
    }
}

static void walk_every_sort(struct http_client *client, const char *filters, unsigned per_page)
{
    for (size_t i = 0; i < sizeof sorts / sizeof sorts[0]; i++) {
        char query[1024];
        struct walk by_seek;
        struct walk by_page;
        snprintf(query, sizeof query, "sort=%s&per_page=%u&%s", sorts[i].sort, per_page, filters);
        walk_pages(client, query, &by_seek);
        snprintf(query, sizeof query, "page=1&sort=%s&per_page=%u&%s", sorts[i].sort, per_page,
                 filters);
        walk_pages(client, query, &by_page);
        assert_each_once(&by_seek, query);
        assert_same(&by_seek, &by_page, query);
        assert_falling(&by_seek, sorts[i].member, query);
        walk_free(&by_seek);
        walk_free(&by_page);
    }
}

static void visits_every_crate_once(void **state)
{
    const struct http_fixture *fixture = *state;
    walk_every_sort(fixture->client, "", 7);
    walk_every_sort(fixture->client, "", 100);
}

static void visits_every_match_once(void **state)
{
    const struct http_fixture *fixture = *state;
    static const char *const queries[] = {"q=serde",
                                          "q=async+runtime",
                                          "q=a",
                                          "q=rust",
                                          "q=hash&include_yanked=no",
                                          "q=http&user_id=1",
                                          "q=async&created_since=2019-01-01",
                                          "q=async+runtime&match=best",
                                          "q=async+runtime&match=all"};
    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
        walk_every_sort(fixture->client, queries[i], 1);
        walk_every_sort(fixture->client, queries[i], 4);
    }
}

/* Which crates match is a matter of `match` alone: every sort walks the same ones, be the last word
   finished or not. */
static void matches_the_same_in_every_sort(void **state)
{
    struct http_client *client = client_of(state);
    static const char *const queries[] = {
        "q=async&match=best",
        "q=async&match=all",
        "q=asy&match=best",
        "q=asy&match=all",
        "q=http+cli&match=all",
        "q=http+cli&match=best",
        "q=serde+seriali&match=all&include_yanked=no",
        "q=pars&match=all&category=encoding",
        "q=json+pars&match=best&letter=s",
    };
    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
        struct walk first;
        char query[256];
        snprintf(query, sizeof query, "sort=relevance&per_page=100&%s", queries[i]);
        walk_pages(client, query, &first);
        assert_true(first.n_crates > 1);
        for (size_t j = 1; j < sizeof sorts / sizeof sorts[0]; j++) {
            struct walk walk;
            snprintf(query, sizeof query, "sort=%s&per_page=3&%s", sorts[j].sort, queries[i]);
            walk_pages(client, query, &walk);
            assert_each_once(&walk, query);
            assert_same_set(&first, &walk, query);
            walk_free(&walk);
        }
        walk_free(&first);
    }
}

static void visits_every_filtered_crate_once(void **state)
{
    const struct http_fixture *fixture = *state;
    static const char *const filters[] = {"category=asynchronous",
                                          "keyword=async",
                                          "letter=s",
                                          "user_id=1",
                                          "include_yanked=no&category=encoding",
                                          "ids[]=serde&ids[]=tokio&ids[]=rand&ids[]=libc",
                                          "min_downloads=300000000",
                                          "updated_since=2025-06-01&category=encoding"};
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++)
        walk_every_sort(fixture->client, filters[i], 3);
}

static int compare_canonical(const char *left, const char *right)
{
    for (;; left++, right++) {
        char a = (char)(*left == '-' ? '_' : *left >= 'A' && *left <= 'Z' ? *left + 32 : *left);
        char b = (char)(*right == '-'                    ? '_'
                        : *right >= 'A' && *right <= 'Z' ? *right + 32
                                                         : *right);
        if (a != b || a == '\0')
            return (unsigned char)a - (unsigned char)b;
    }
}

static void orders_by_canonical_name(void **state)
{
    const struct http_fixture *fixture = *state;
    struct walk walk;
    walk_pages(fixture->client, "per_page=100", &walk);
    assert_int_equal(walk.n_crates, 329);
    for (size_t i = 1; i < walk.n_crates; i++)
        if (compare_canonical(name_of(&walk, i - 1), name_of(&walk, i)) >= 0)
            fail_msg("%s stands before %s", name_of(&walk, i - 1), name_of(&walk, i));
    walk_free(&walk);
}

/* The request's own parameters in their own order, the one that is set behind them. */
static void writes_links_in_the_order_of_the_request(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = LIST "?letter=s&per_page=1&page=2"},
         .status = 200,
         .body = {{"meta.next_page", "\"?letter=s&per_page=1&page=3\""},
                  {"meta.prev_page", "\"?letter=s&per_page=1&page=1\""}}},
        {.request = {.target = LIST "?letter=p&page=1&per_page=1"},
         .status = 200,
         .body = {{"meta.next_page", "\"?letter=p&per_page=1&page=2\""}}},
        {.request = {.target = LIST "?ids[]=serde&page=1&ids[]=syn&per_page=1&ids[]=serde"},
         .status = 200,
         .body = {{"meta.next_page", "\"?ids%5B%5D=serde&ids%5B%5D=syn&per_page=1&"
                                     "ids%5B%5D=serde&page=2\""}}},
        {.request = {.target = LIST "?page=2&per_page=1&letter=s"},
         .status = 200,
         .body = {{"meta.next_page", "\"?per_page=1&letter=s&page=3\""}}},
        {.request = {.target =
                         LIST "?page=1&per_page=1&q=a%20b+c%C3%A9&x&page=2&ids[]=serde&ids[]=syn"},
         .status = 200,
         .body = {{"meta.next_page", "null"},
                  {"meta.prev_page",
                   "\"?per_page=1&q=a+b+c%C3%A9&x=&ids%5B%5D=serde&ids%5B%5D=syn&page=1\""}}},
        {.request = {.target = LIST "?page=1"},
         .status = 200,
         .body = {{"meta.prev_page", "null"}}},
        {.request = {.target = LIST "?page=200"},
         .status = 200,
         .body = {{"crates", "[]"},
                  {"meta", "{\"total\":0,\"next_page\":null,\"prev_page\":\"?page=199\"}"}}},
        {.request = {.target = LIST "?page=200&per_page=1"},
         .status = 200,
         .body = {{"meta.next_page", "\"?per_page=1&page=201\""}, {"meta.total", "329"}}},
        /* Less than a page: there is nothing behind it. */
        {.request = {.target = LIST "?user_id=1&per_page=23"},
         .status = 200,
         .body = {{"meta.next_page", "null"}}},
    };
    http_cases_run(((struct http_fixture *)*state)->client, cases, sizeof cases / sizeof cases[0]);
}

static void puts_seek_last(void **state)
{
    struct http_client *client = ((struct http_fixture *)*state)->client;
    json_t *first = http_get_json(client, LIST "?sort=new&per_page=5", 200);
    const char *next = json_text_at(first, "meta.next_page");
    static const char head[] = "?sort=new&per_page=5&seek=";
    assert_int_equal(strncmp(next, head, strlen(head)), 0);
    const char *seek = next + strlen(head);
    assert_int_equal(
        strspn(seek, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
        strlen(seek));
    char target[512];
    snprintf(target, sizeof target, LIST "?seek=x&sort=new&seek=%s&per_page=5", seek);
    json_t *second = http_get_json(client, target, 200);
    const char *third = json_text_at(second, "meta.next_page");
    assert_int_equal(strncmp(third, head, strlen(head)), 0);
    assert_string_not_equal(third + strlen(head), seek);
    assert_null(strstr(third + strlen(head), "seek="));
    json_t *previous = json_at(second, "meta.prev_page");
    assert_true(json_is_null(previous));
    json_decref(previous);
    json_decref(second);
    json_decref(first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(visits_every_crate_once),
        cmocka_unit_test(visits_every_match_once),
        cmocka_unit_test(matches_the_same_in_every_sort),
        cmocka_unit_test(visits_every_filtered_crate_once),
        cmocka_unit_test(orders_by_canonical_name),
        cmocka_unit_test(writes_links_in_the_order_of_the_request),
        cmocka_unit_test(puts_seek_last),
    };
    return cmocka_run_group_tests_name("pagination", tests, http_fixture_start, http_fixture_stop);
}
