/* Two rankings on one server: each client gets the answers of its arm, as a server with that
   ranking alone gives them, out of the cache or not. */
#include "tests/support/folder.h"
#include "tests/support/http_case.h"
#include "tests/support/http_fixture.h"
#include "tests/support/metrics_sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SEARCH "/api/v1/crates?q=async&per_page=20"
#define N_CLIENTS 40

/* A server with an experiment, and one with each ranking alone. */
struct compared {
    struct http_fixture both;
    struct http_fixture alone[2]; /* arms a and b */
    char folder[FOLDER_PATH_SIZE];
    char ranking[FOLDER_PATH_SIZE];
};

static int open_compared(void **state)
{
    static const char weights[] = "popularity = 0\nsecond_stage = 0\n";
    struct compared *compared = calloc(1, sizeof *compared);
    assert_non_null(compared);
    folder_make(compared->folder);
    folder_join(compared->ranking, compared->folder, "b.conf");
    file_write(compared->ranking, weights, strlen(weights));
    http_fixture_open(&compared->both,
                      (const char *const[]){"--ranking-b", compared->ranking, "--ab", "client=50",
                                            "--trust-proxy", "127.0.0.1", NULL});
    http_fixture_open(&compared->alone[0], NULL);
    http_fixture_open(&compared->alone[1],
                      (const char *const[]){"--ranking", compared->ranking, NULL});
    *state = compared;
    return 0;
}

static int close_compared(void **state)
{
    struct compared *compared = *state;
    http_fixture_close(&compared->both);
    http_fixture_close(&compared->alone[0]);
    http_fixture_close(&compared->alone[1]);
    folder_remove(compared->folder);
    free(compared);
    return 0;
}

/* Asks as the client of that number. Returns the arm, 0 or 1. */
static int ask_as(struct compared *compared, unsigned client, const char *target,
                  struct http_response *response)
{
    char headers[64];
    snprintf(headers, sizeof headers, "X-Forwarded-For: 192.0.2.%u\n", client);
    http_get(compared->both.client, target, headers, response);
    assert_int_equal(response->status, 200);
    const char *arm = http_header(response, "X-Experiment");
    assert_non_null(arm);
    assert_true(strcmp(arm, "a") == 0 || strcmp(arm, "b") == 0);
    return arm[0] - 'a';
}

static void each_client_gets_the_answers_of_its_arm(void **state)
{
    struct compared *compared = *state;
    struct http_response expected[2];
    unsigned n_clients[2] = {0, 0};
    for (int arm = 0; arm < 2; arm++) {
        http_get(compared->alone[arm].client, SEARCH, NULL, &expected[arm]);
        assert_null(http_header(&expected[arm], "X-Experiment"));
    }
    assert_string_not_equal(expected[0].body, expected[1].body);
    for (unsigned client = 1; client <= N_CLIENTS; client++) {
        struct http_response response;
        struct http_response again;
        int arm = ask_as(compared, client, SEARCH, &response);
        assert_string_equal(response.body, expected[arm].body);
        assert_string_equal(http_header(&response, "ETag"), http_header(&expected[arm], "ETag"));
        /* The first of each arm is computed, all others share it. */
        assert_string_equal(http_header(&response, "X-Cache"),
                            n_clients[arm] == 0 ? "miss" : "hit");
        assert_int_equal(ask_as(compared, client, SEARCH, &again), arm);
        assert_string_equal(again.body, response.body);
        n_clients[arm]++;
        http_response_free(&again);
        http_response_free(&response);
    }
    assert_true(n_clients[0] > 0 && n_clients[1] > 0);
    http_response_free(&expected[0]);
    http_response_free(&expected[1]);
}

static void shared_caches_keep_nothing_that_depends_on_the_arm(void **state)
{
    struct compared *compared = *state;
    static const struct http_case cases[] = {
        {.request = {.target = SEARCH},
         .status = 200,
         .headers = {"Cache-Control: private, max-age=60", "!CDN-Cache-Control",
                     "Vary: Accept, Accept-Encoding", "X-Experiment"}},
        /* The same in both arms, so there is nothing to keep apart. */
        {.request = {.target = SEARCH "&sort=downloads"},
         .status = 200,
         .headers = {"Cache-Control: public, max-age=60",
                     "CDN-Cache-Control: public, max-age=60, stale-while-revalidate=600",
                     "!X-Experiment"}},
        {.request = {.target = "/api/v1/crates?keyword=json"},
         .status = 200,
         .headers = {"!X-Experiment"}},
        {.request = {.target = "/api/v1/suggest?q=ser"},
         .status = 200,
         .headers = {"!X-Experiment"}},
        {.request = {.target = "/api/v1/crates?q=async&page=0"},
         .status = 400,
         .headers = {"Cache-Control: no-store", "!X-Experiment"}},
    };
    http_cases_run(compared->both.client, cases, sizeof cases / sizeof cases[0]);
}

/* A client of each arm. */
static void find_clients(struct compared *compared, unsigned clients[2])
{
    clients[0] = clients[1] = 0;
    for (unsigned client = 1; clients[0] == 0 || clients[1] == 0; client++) {
        struct http_response response;
        assert_true(client <= N_CLIENTS);
        clients[ask_as(compared, client, SEARCH, &response)] = client;
        http_response_free(&response);
    }
}

static void other_orders_share_an_entry(void **state)
{
    struct compared *compared = *state;
    unsigned clients[2];
    find_clients(compared, clients);
    for (int arm = 0; arm < 2; arm++) {
        char headers[64];
        struct http_response response;
        snprintf(headers, sizeof headers, "X-Forwarded-For: 192.0.2.%u\n", clients[arm]);
        http_get(compared->both.client, "/api/v1/crates?q=shared&sort=new", headers, &response);
        assert_string_equal(http_header(&response, "X-Cache"), arm == 0 ? "miss" : "hit");
        http_response_free(&response);
    }
}

/* Links that are spelled differently make an entry of their own, which must know its arm, too. */
static void respelled_answers_keep_their_arm(void **state)
{
    struct compared *compared = *state;
    unsigned clients[2];
    find_clients(compared, clients);
    for (int arm = 0; arm < 2; arm++) {
        struct http_response plain;
        struct http_response respelled;
        assert_int_equal(ask_as(compared, clients[arm], "/api/v1/crates?q=http&per_page=5", &plain),
                         arm);
        assert_int_equal(
            ask_as(compared, clients[arm], "/api/v1/crates?per_page=5&q=HTTP", &respelled), arm);
        assert_string_equal(http_header(&respelled, "X-Cache"), "hit");
        assert_string_equal(http_header(&respelled, "Cache-Control"), "private, max-age=60");
        http_response_free(&plain);
        http_response_free(&respelled);
    }
}

static void a_304_names_the_arm(void **state)
{
    struct compared *compared = *state;
    struct http_response response;
    char headers[256];
    http_get(compared->both.client, SEARCH, NULL, &response);
    snprintf(headers, sizeof headers, "If-None-Match: %s\n", http_header(&response, "ETag"));
    http_response_free(&response);
    http_get(compared->both.client, SEARCH, headers, &response);
    assert_int_equal(response.status, 304);
    assert_non_null(http_header(&response, "X-Experiment"));
    http_response_free(&response);
}

static void the_metrics_count_the_arms(void **state)
{
    static const char name[] = "cratedex_experiment_request_duration_seconds_count";
    static const char *const labels[2] = {"arm=\"a\"", "arm=\"b\""};
    struct compared *compared = *state;
    unsigned clients[2];
    find_clients(compared, clients);
    for (int arm = 0; arm < 2; arm++) {
        struct http_response response;
        double own = metrics_sample(compared->both.client, name, labels[arm]);
        double other = metrics_sample(compared->both.client, name, labels[1 - arm]);
        ask_as(compared, clients[arm], SEARCH, &response);
        http_response_free(&response);
        http_get(compared->both.client, "/api/v1/summary", NULL, &response);
        http_response_free(&response);
        assert_true(metrics_sample(compared->both.client, name, labels[arm]) == own + 1);
        assert_true(metrics_sample(compared->both.client, name, labels[1 - arm]) == other);
    }
}

/* By request id: a client that sends one again gets the same arm; the log says which it was. */
static void a_request_draws_by_its_id(void **state)
{
    const struct compared *compared = *state;
    struct http_fixture fixture;
    unsigned n_requests[2] = {0, 0};
    http_fixture_open(&fixture, (const char *const[]){"--ranking-b", compared->ranking, "--ab",
                                                      "request=50", "--access-log", "json", NULL});
    char arms[N_CLIENTS][2][2];
    for (unsigned i = 0; i < N_CLIENTS; i++) {
        char headers[64];
        snprintf(headers, sizeof headers, "X-Request-Id: id-%u\n", i / 2);
        for (int again = 0; again < 2; again++) {
            struct http_response response;
            http_get(fixture.client, SEARCH, i % 2 == 0 ? headers : NULL, &response);
            assert_string_equal(http_header(&response, "Cache-Control"), "no-store");
            snprintf(arms[i][again], sizeof arms[i][again], "%s",
                     http_header(&response, "X-Experiment"));
            n_requests[arms[i][again][0] - 'a']++;
            http_response_free(&response);
        }
        if (i % 2 == 0)
            assert_string_equal(arms[i][0], arms[i][1]);
    }
    /* The log is written once a second: all of it is read in the end. */
    for (unsigned i = 0; i < 2 * N_CLIENTS; i++) {
        char *text = test_server_read_line(&fixture.server);
        json_t *line = json_loads(text, 0, NULL);
        assert_non_null(line);
        assert_string_equal(json_text_at(line, "experiment"), arms[i / 2][i % 2]);
        json_decref(line);
        free(text);
    }
    assert_true(n_requests[0] > 0 && n_requests[1] > 0);
    http_fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_client_gets_the_answers_of_its_arm),
        cmocka_unit_test(shared_caches_keep_nothing_that_depends_on_the_arm),
        cmocka_unit_test(other_orders_share_an_entry),
        cmocka_unit_test(respelled_answers_keep_their_arm),
        cmocka_unit_test(a_304_names_the_arm),
        cmocka_unit_test(the_metrics_count_the_arms),
        cmocka_unit_test(a_request_draws_by_its_id),
    };
    return cmocka_run_group_tests_name("experiment over HTTP", tests, open_compared,
                                       close_compared);
}
