/* Requests out of lists of queries, compared by their text. */
#include "tests/bench/bench_targets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define END " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
#define SEARCH "GET /api/v1/crates?per_page=10&q="
#define SUGGEST "GET /api/v1/suggest?q="

static void assert_request(const struct bench_targets *targets, size_t place, const char *expected)
{
    const struct load_request *request = &targets->requests[place];
    assert_int_equal(request->size, strlen(expected));
    assert_memory_equal(request->bytes, expected, request->size);
}

static void a_query_is_searched_for(void **state)
{
    (void)state;
    struct bench_query list[] = {{"serde json", 10, false}, {"c++", 3, true}};
    const struct bench_queries queries = {.queries = list, .n_queries = 2};
    struct bench_targets targets;
    struct error error;
    assert_int_equal(bench_targets_search(&targets, &queries, 100, &error), 0);
    assert_int_equal(targets.n_requests, 2);
    assert_request(&targets, 0, SEARCH "serde+json" END);
    assert_request(&targets, 1, SEARCH "c%2B%2B" END);
    bench_targets_free(&targets);
}

static void suggestions_are_asked_for_at_every_character(void **state)
{
    (void)state;
    struct bench_query list[] = {{"a\xC3\xA9z", 4, false}, {"b", 1, true}};
    const struct bench_queries queries = {.queries = list, .n_queries = 2};
    struct bench_targets targets;
    struct error error;
    assert_int_equal(bench_targets_suggest(&targets, &queries, 100, &error), 0);
    assert_int_equal(targets.n_requests, 4);
    assert_request(&targets, 0, SUGGEST "a" END);
    assert_request(&targets, 1, SUGGEST "a%C3%A9" END);
    assert_request(&targets, 2, SUGGEST "a%C3%A9z" END);
    assert_request(&targets, 3, SUGGEST "b" END);
    bench_targets_free(&targets);
}

static void of_many_queries_some_are_taken_evenly(void **state)
{
    (void)state;
    static const char digits[] = "0123456789";
    struct bench_query list[10];
    for (size_t i = 0; i < 10; i++)
        list[i] = (struct bench_query){digits + i, 1, false};
    const struct bench_queries queries = {.queries = list, .n_queries = 10};
    static const char *const taken[] = {"", "9", "49", "369", "2479"}; /* of `place` */
    for (size_t most = 1; most <= 10; most++) {
        struct bench_targets targets;
        struct error error;
        assert_int_equal(bench_targets_search(&targets, &queries, most, &error), 0);
        assert_int_equal(targets.n_requests, most);
        for (size_t i = 0; most < 5 && i < most; i++) {
            char expected[128];
            snprintf(expected, sizeof expected, SEARCH "%c" END, taken[most][i]);
            assert_request(&targets, i, expected);
        }
        bench_targets_free(&targets);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_query_is_searched_for),
        cmocka_unit_test(suggestions_are_asked_for_at_every_character),
        cmocka_unit_test(of_many_queries_some_are_taken_evenly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
