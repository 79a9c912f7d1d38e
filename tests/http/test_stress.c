/* 200 connections at once, each asking for one thing after the other as fast as answers come, while
   the cache is so small that it evicts all the time: every body must equal, byte for byte, what a
   server with one thread and no cache answers. CRATEDEX_STRESS_SECONDS (default 10; 3 under
   sanitizers) says how long. */
#include "tests/support/http_client.h"
#include "tests/support/test_server.h"

#include <curl/curl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define N_CONNECTIONS 200

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define DEFAULT_SECONDS 3
#else
#define DEFAULT_SECONDS 10
#endif

/* What is asked: each of the targets below with each of the headers. */
static const char *const formats[] = {
    "/api/v1/crates?q=%s&per_page=5",
    "/api/v1/crates?per_page=5&q=%s",
    "/api/v1/crates?q=%s&sort=downloads&page=1&per_page=20",
    "/api/v1/suggest?q=%s",
};
static const char *const words[] = {"serde", "tokio", "a",    "async", "json",   "http", "rust",
                                    "error", "log",   "hash", "rand",  "parser", "cli",  "macro",
                                    "web",   "zstd",  "tls",  "time",  "regex",  "uuid"};
static const char *const header_sets[] = {
    "",
    "Accept: application/msgpack\n",
    "Accept-Encoding: gzip\n",
    "Accept-Encoding: br\n",
    "Accept: application/msgpack\nAccept-Encoding: zstd\n",
};

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])
#define N_TARGETS (N_ELEMENTS(formats) * N_ELEMENTS(words))
#define N_QUESTIONS (N_TARGETS * N_ELEMENTS(header_sets))

struct question {
    char target[128];
    const char *headers;
    struct curl_slist *list;
    char *expected;
    size_t expected_size;
};

/* One connection and the answer that it is receiving, compared as it comes. */
struct asker {
    CURL *curl;
    const struct question *question;
    size_t received;
    bool differs;
};

struct stress {
    struct question questions[N_QUESTIONS];
    struct asker askers[N_CONNECTIONS];
    CURLM *multi;
    char url[160];
    uint32_t random;
    unsigned long n_answers;
};

static uint32_t next_random(struct stress *stress)
{
    stress->random ^= stress->random << 13;
    stress->random ^= stress->random >> 17;
    stress->random ^= stress->random << 5;
    return stress->random;
}

static void format_target(struct question *question, const char *format, const char *word)
{
    const char *hole = strstr(format, "%s");
    snprintf(question->target, sizeof question->target, "%.*s%s%s", (int)(hole - format), format,
             word, hole + 2);
}

/* The expected answers, from a server that has no other thread and no cache. */
static void ask_alone(struct stress *stress)
{
    static const char *const arguments[] = {"--threads", "1", "--cache-bytes", "0", NULL};
    struct test_server server;
    test_server_start(&server, arguments);
    struct http_client *client = http_client_open(server.url);
    for (size_t i = 0; i < N_QUESTIONS; i++) {
        struct question *question = &stress->questions[i];
        struct http_response response;
        size_t target = i % N_TARGETS;
        format_target(question, formats[target / N_ELEMENTS(words)],
                      words[target % N_ELEMENTS(words)]);
        question->headers = header_sets[i / N_TARGETS];
        http_get(client, question->target, question->headers, &response);
        assert_int_equal(response.status, 200);
        question->expected = response.body;
        question->expected_size = response.size;
        response.body = NULL;
        http_response_free(&response);
    }
    http_client_close(client);
    test_server_stop(&server);
}

static void make_header_lists(struct stress *stress)
{
    for (size_t i = 0; i < N_QUESTIONS; i++) {
        const char *lines = stress->questions[i].headers;
        struct curl_slist *list = curl_slist_append(NULL, "Accept:");
        while (*lines != '\0') {
            char line[128];
            size_t length = strcspn(lines, "\n");
            snprintf(line, sizeof line, "%.*s", (int)length, lines);
            list = curl_slist_append(list, line);
            lines += length + 1;
        }
        assert_non_null(list);
        stress->questions[i].list = list;
    }
}

static size_t compare_body(char *bytes, size_t unit, size_t n_units, void *context)
{
    struct asker *asker = context;
    size_t size = unit * n_units;
    const struct question *question = asker->question;
    if (size > question->expected_size - asker->received ||
        memcmp(bytes, question->expected + asker->received, size) != 0)
        asker->differs = true;
    else
        asker->received += size;
    return size;
}

static void ask(struct stress *stress, struct asker *asker)
{
    asker->question = &stress->questions[next_random(stress) % N_QUESTIONS];
    asker->received = 0;
    asker->differs = false;
    CURL *curl = asker->curl;
    curl_easy_setopt(curl, CURLOPT_URL, stress->url);
    curl_easy_setopt(curl, CURLOPT_REQUEST_TARGET, asker->question->target);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, asker->question->list);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, compare_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, asker);
    curl_easy_setopt(curl, CURLOPT_PRIVATE, asker);
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 60L);
    assert_int_equal(curl_multi_add_handle(stress->multi, curl), CURLM_OK);
}

static void check_answer(const struct asker *asker, CURLcode code)
{
    long status = 0;
    if (code != CURLE_OK)
        fail_msg("%s: %s", asker->question->target, curl_easy_strerror(code));
    curl_easy_getinfo(asker->curl, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200 || asker->differs || asker->received != asker->question->expected_size)
        fail_msg("%s, %s: status %ld, %zu of %zu bytes%s", asker->question->target,
                 asker->question->headers, status, asker->received, asker->question->expected_size,
                 asker->differs ? ", another body" : "");
}

/* Checks what is finished, and asks the next question on that connection while there is time. */
static void take_answers(struct stress *stress, bool goes_on)
{
    int n_left;
    for (CURLMsg *message = curl_multi_info_read(stress->multi, &n_left); message != NULL;
         message = curl_multi_info_read(stress->multi, &n_left)) {
        struct asker *asker = NULL;
        CURLcode code = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&asker);
        check_answer(asker, code);
        stress->n_answers++;
        curl_multi_remove_handle(stress->multi, asker->curl);
        if (goes_on)
            ask(stress, asker);
    }
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void ask_all_together(struct stress *stress, double seconds)
{
    stress->multi = curl_multi_init();
    assert_non_null(stress->multi);
    curl_multi_setopt(stress->multi, CURLMOPT_MAXCONNECTS, (long)N_CONNECTIONS);
    for (size_t i = 0; i < N_CONNECTIONS; i++) {
        stress->askers[i].curl = curl_easy_init();
        assert_non_null(stress->askers[i].curl);
        ask(stress, &stress->askers[i]);
    }
    double end = now() + seconds;
    int n_running = 1;
    while (n_running > 0) {
        assert_int_equal(curl_multi_perform(stress->multi, &n_running), CURLM_OK);
        take_answers(stress, now() < end);
        assert_int_equal(curl_multi_perform(stress->multi, &n_running), CURLM_OK);
        curl_multi_poll(stress->multi, NULL, 0, 100, NULL);
    }
    take_answers(stress, false);
    for (size_t i = 0; i < N_CONNECTIONS; i++)
        curl_easy_cleanup(stress->askers[i].curl);
    curl_multi_cleanup(stress->multi);
}

/* The sum of a family's samples over the shards of the cache. */
static double sum_of(const char *metrics, const char *sample)
{
    double sum = 0;
    unsigned n_samples = 0;
    for (const char *line = metrics; (line = strstr(line, sample)) != NULL; n_samples++) {
        line = strchr(line + 1, ' ');
        assert_non_null(line);
        sum += strtod(line, NULL);
    }
    assert_true(n_samples > 0);
    return sum;
}

static void answers_many_connections_while_evicting(void **state)
{
    (void)state;
    static const char *const arguments[] = {
        "--threads", "4", "--cache-bytes", "300K", "--max-wait-ms", "0", NULL};
    const char *wanted = getenv("CRATEDEX_STRESS_SECONDS");
    double seconds = wanted != NULL ? strtod(wanted, NULL) : DEFAULT_SECONDS;
    struct stress *stress = calloc(1, sizeof *stress);
    assert_non_null(stress);
    stress->random = 2463534242;
    ask_alone(stress);
    make_header_lists(stress);

    struct test_server server;
    test_server_start(&server, arguments);
    snprintf(stress->url, sizeof stress->url, "%s/", server.url);
    ask_all_together(stress, seconds);

    struct http_response metrics;
    struct http_client *client = http_client_open(server.url);
    http_get(client, "/metrics", NULL, &metrics);
    print_message("%lu answers, %.0f evictions, %.0f hits, %.0f misses\n", stress->n_answers,
                  sum_of(metrics.body, "\ncratedex_cache_evictions_total{"),
                  sum_of(metrics.body, "\ncratedex_cache_hits_total{"),
                  sum_of(metrics.body, "\ncratedex_cache_misses_total{"));
    assert_true(stress->n_answers >= N_CONNECTIONS);
    assert_true(sum_of(metrics.body, "\ncratedex_cache_evictions_total{") > 0);
    assert_true(sum_of(metrics.body, "\ncratedex_cache_hits_total{") > 0);
    assert_true(sum_of(metrics.body, "\ncratedex_cache_bytes{") <= 300 * 1024);
    http_response_free(&metrics);
    http_client_close(client);
    test_server_stop(&server);
    for (size_t i = 0; i < N_QUESTIONS; i++) {
        free(stress->questions[i].expected);
        curl_slist_free_all(stress->questions[i].list);
    }
    free(stress);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(answers_many_connections_while_evicting)};
    return cmocka_run_group_tests_name("stress", tests, NULL, NULL);
}
