/* The log of slow queries: with a limit that every answer passes, each leaves a line; with none, no
   answer does. */
#include "tests/support/folder.h"
#include "tests/support/http_case.h"
#include "tests/support/http_fixture.h"
#include "tests/support/metrics_sample.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))

/* A server whose standard error is a file. */
struct logged {
    struct http_fixture fixture;
    char folder[FOLDER_PATH_SIZE];
    char path[FOLDER_PATH_SIZE];
};

/* The server inherits our own standard error, which is changed while it starts. */
static void open_logged(struct logged *logged, const char *limit)
{
    const char *arguments[] = {"--slow-query-ms", limit, NULL};
    folder_make(logged->folder);
    folder_join(logged->path, logged->folder, "errors");
    int own = dup(STDERR_FILENO);
    int file = open(logged->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    assert_true(own >= 0 && file >= 0);
    dup2(file, STDERR_FILENO);
    close(file);
    http_fixture_open(&logged->fixture, arguments);
    dup2(own, STDERR_FILENO);
    close(own);
}

static void close_logged(struct logged *logged)
{
    http_fixture_close(&logged->fixture);
    folder_remove(logged->folder);
}

static void get(struct logged *logged, const char *target, const char *headers)
{
    struct http_response response;
    http_get(logged->fixture.client, target, headers, &response);
    http_response_free(&response);
}

/* The lines of the log so far, each one an object: an array, to be given up. */
static json_t *read_log(const struct logged *logged)
{
    size_t size;
    char *text = file_read(logged->path, &size);
    json_t *lines = json_array();
    char *saved = NULL;
    assert_true(size == 0 || text[size - 1] == '\n');
    for (char *line = strtok_r(text, "\n", &saved); line != NULL;
         line = strtok_r(NULL, "\n", &saved)) {
        json_error_t error;
        json_t *object = json_loads(line, 0, &error);
        if (object == NULL)
            fail_msg("%s: %s", error.text, line);
        json_array_append_new(lines, object);
    }
    free(text);
    return lines;
}

static double number_at(const json_t *root, const char *path)
{
    json_t *number = json_at(root, path);
    if (number == NULL || !json_is_number(number))
        fail_msg("%s is no number", path);
    double value = json_number_value(number);
    json_decref(number);
    return value;
}

static void expect_null(const json_t *root, const char *path)
{
    json_t *value = json_at(root, path);
    assert_non_null(value);
    assert_true(json_is_null(value));
    json_decref(value);
}

static void a_search_is_told_with_its_plan(void **state)
{
    (void)state;
    static const char target[] =
        "/api/v1/crates?q=serde+jsno&per_page=3&facets=has,category&min_downloads=5";
    struct logged logged;
    open_logged(&logged, "0.000001");
    get(&logged, target, "X-Request-Id: slow-1\nAccept-Encoding: br\n");
    json_t *page = http_get_json(logged.fixture.client, target, 200);
    json_t *log = read_log(&logged);
    assert_int_equal(json_array_size(log), 2);
    const json_t *line = json_array_get(log, 0);
    assert_string_equal(json_text_at(line, "event"), "slow_query");
    assert_string_equal(json_text_at(line, "request_id"), "slow-1");
    assert_string_equal(json_text_at(line, "method"), "GET");
    assert_string_equal(json_text_at(line, "target"), target);
    assert_int_equal(json_integer_at(line, "status"), 200);
    assert_string_equal(json_text_at(line, "cache"), "miss");
    double parts = number_at(line, "parts.search") + number_at(line, "parts.assemble") +
                   number_at(line, "parts.compress");
    assert_true(number_at(line, "parts.search") > 0);
    assert_true(number_at(line, "parts.compress") > 0);
    assert_true(parts <= number_at(line, "milliseconds"));
    assert_int_equal(json_integer_at(line, "plan.matches"), json_integer_at(page, "meta.total"));
    assert_int_equal(json_integer_at(line, "plan.filters.min_downloads"), 5);
    assert_string_equal(json_text_at(line, "plan.words[0].word"), "serd");
    assert_true(json_integer_at(line, "plan.words[0].crates") > 0);
    assert_string_equal(json_text_at(line, "plan.facets[0]"), "category");
    assert_string_equal(json_text_at(line, "plan.facets[1]"), "has");
    /* The second answer came from the cache. */
    line = json_array_get(log, 1);
    assert_string_equal(json_text_at(line, "cache"), "hit");
    assert_true(strlen(json_text_at(line, "request_id")) > 0);
    expect_null(line, "parts");
    expect_null(line, "plan");
    json_decref(log);
    json_decref(page);
    close_logged(&logged);
}

static void what_is_no_search_has_no_plan(void **state)
{
    (void)state;
    struct logged logged;
    open_logged(&logged, "0.000001");
    get(&logged, "/api/v1/crates/serde", NULL);
    get(&logged, "/nowhere", NULL);
    get(&logged, "/healthz", NULL);
    json_t *log = read_log(&logged);
    assert_int_equal(json_array_size(log), 3);
    assert_true(number_at(json_array_get(log, 0), "parts.assemble") > 0);
    assert_int_equal(json_integer_at(json_array_get(log, 1), "status"), 404);
    for (size_t i = 0; i < json_array_size(log); i++)
        expect_null(json_array_get(log, i), "plan");
    expect_null(json_array_get(log, 1), "parts");
    json_decref(log);
    close_logged(&logged);
}

/* Whatever bytes a client sends, a line is one line of JSON. */
static void a_target_is_written_in_printable_ascii(void **state)
{
    (void)state;
    struct logged logged;
    open_logged(&logged, "0.000001");
    get(&logged, "/api/v1/crates?q=%22%0A%5C\"\\'", NULL);
    get(&logged, "/api/v1/suggest?q=\xc3\xa9\xff", NULL);
    json_t *log = read_log(&logged);
    assert_int_equal(json_array_size(log), 2);
    assert_string_equal(json_text_at(json_array_get(log, 0), "target"),
                        "/api/v1/crates?q=%22%0A%5C\"\\'");
    assert_string_equal(json_text_at(json_array_get(log, 1), "target"),
                        "/api/v1/suggest?q=%C3%A9%FF");
    json_decref(log);
    close_logged(&logged);
}

static void long_targets_are_cut(void **state)
{
    (void)state;
    struct logged logged;
    char target[6000] = "/api/v1/crates?x=";
    memset(target + strlen(target), 'y', sizeof target - 1 - strlen(target));
    open_logged(&logged, "0.000001");
    get(&logged, target, NULL);
    json_t *log = read_log(&logged);
    assert_int_equal(json_array_size(log), 1);
    size_t length = strlen(json_text_at(json_array_get(log, 0), "target"));
    assert_true(length > 2000 && length <= 2048);
    json_decref(log);
    close_logged(&logged);
}

static void the_metrics_count_the_lines(void **state)
{
    (void)state;
    struct logged logged;
    open_logged(&logged, "0.000001");
    get(&logged, "/api/v1/crates?q=serde", NULL);
    get(&logged, "/api/v1/crates?q=serde", NULL);
    assert_true(metrics_sample(logged.fixture.client, "cratedex_slow_queries_total", "") == 2);
    close_logged(&logged);
}

static void nothing_is_logged_without_need(void **state)
{
    (void)state;
    static const char *const limits[] = {"0", "600000"};
    for (size_t i = 0; i < N_ELEMENTS(limits); i++) {
        struct logged logged;
        open_logged(&logged, limits[i]);
        get(&logged, "/api/v1/crates?q=serde", NULL);
        assert_true(metrics_sample(logged.fixture.client, "cratedex_slow_queries_total", "") == 0);
        json_t *log = read_log(&logged);
        assert_int_equal(json_array_size(log), 0);
        json_decref(log);
        close_logged(&logged);
    }
}

/* Every line of the file is one of JSON, although the server tells its address and its troubles on
   standard error; lines of an earlier run stay. */
static void a_file_holds_the_lines_and_nothing_else(void **state)
{
    (void)state;
    char folder[FOLDER_PATH_SIZE];
    struct logged logged;
    folder_make(folder);
    folder_join(logged.path, folder, "slow.log");
    const char *arguments[] = {
        "--slow-query-ms", "0.000001", "--access-log", "json", "--slow-query-log",
        logged.path,       NULL};
    for (size_t n_runs = 1; n_runs <= 2; n_runs++) {
        http_fixture_open(&logged.fixture, arguments);
        get(&logged, "/api/v1/crates?q=serde", NULL);
        json_t *log = read_log(&logged);
        assert_int_equal(json_array_size(log), n_runs);
        assert_string_equal(json_text_at(json_array_get(log, 0), "event"), "slow_query");
        json_decref(log);
        http_fixture_close(&logged.fixture);
    }
    folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_search_is_told_with_its_plan),
        cmocka_unit_test(what_is_no_search_has_no_plan),
        cmocka_unit_test(a_target_is_written_in_printable_ascii),
        cmocka_unit_test(long_targets_are_cut),
        cmocka_unit_test(the_metrics_count_the_lines),
        cmocka_unit_test(nothing_is_logged_without_need),
        cmocka_unit_test(a_file_holds_the_lines_and_nothing_else),
    };
    return cmocka_run_group_tests_name("slow queries", tests, NULL, NULL);
}
