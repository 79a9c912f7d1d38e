/* Counted downloads through HTTP: what counts, what is shown of it, and how it comes into the next
   index. */
#include "tests/support/counting_fixture.h"
#include "tests/support/http_case.h"
#include "tests/support/page_case.h"
#include "tests/support/program.h"

#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])
#define CRATES "/api/v1/crates/"

static void get(struct counting_fixture *fixture, const char *target, const char *headers,
                long status)
{
    struct http_response response;
    http_get(fixture->http.client, target, headers, &response);
    if (response.status != status)
        fail_msg("%s: status %ld, not %ld", target, response.status, status);
    http_response_free(&response);
}

static void counts_each_answer_once(void **state)
{
    struct counting_fixture *fixture = *state;
    char headers[256];
    struct http_response response;
    get(fixture, CRATES "two/1.0.0/download", NULL, 302); /* computed */
    get(fixture, CRATES "two/1.0.0/download", NULL, 302); /* from the cache */
    get(fixture, CRATES "Two/1.0.0/download", "Accept: application/msgpack\n", 200);
    assert_int_equal(counts_in_folder(fixture->folder, 21), 3);
    http_get(fixture->http.client, CRATES "two/1.0.0/download", "Accept: application/json\n",
             &response);
    assert_int_equal(response.status, 200);
    snprintf(headers, sizeof headers, "Accept: application/json\nIf-None-Match: %s\n",
             http_header(&response, "ETag"));
    http_response_free(&response);
    get(fixture, CRATES "two/1.0.0/download", headers, 304);
    assert_int_equal(counts_in_folder(fixture->folder, 21), 5);
    get(fixture, CRATES "one/1.4.0%2Bb/download", NULL, 302);
    assert_int_equal(counts_in_folder(fixture->folder, 16), 1);
}

static void counts_nothing_else(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.method = "HEAD", .target = CRATES "two/1.0.0/download"}, .status = 302},
        {.request = {.method = "OPTIONS", .target = CRATES "two/1.0.0/download"}, .status = 204},
        {.request = {.method = "POST", .target = CRATES "two/1.0.0/download", .body = ""},
         .status = 405},
        {.request = {.target = CRATES "two/1.0.0/readme"}, .status = 302},
        {.request = {.target = CRATES "two/1.0.0/downloads"}, .status = 200},
        {.request = {.target = CRATES "two/1.0.1/download"}, .status = 404},
        {.request = {.target = CRATES "two/1.0.0/download?x=%00"}, .status = 400},
        {.request = {.method = "HEAD", .target = CRATES "two/1.0.0/download"}, .status = 302},
    };
    struct counting_fixture *fixture = *state;
    http_cases_run(fixture->http.client, cases, N_ELEMENTS(cases));
    assert_int_equal(counts_in_folder(fixture->folder, 21), 0);
}

/* Whoever stores an answer has to ask again, or nobody could count. */
static void makes_caches_ask(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = CRATES "two/1.0.0/download"},
         .status = 302,
         .headers = {"Cache-Control: public, no-cache", "!CDN-Cache-Control",
                     "Vary: Accept, Accept-Encoding"}},
        {.request = {.target = CRATES "two/1.0.0/readme"},
         .status = 302,
         .headers = {"Cache-Control: public, max-age=3600",
                     "CDN-Cache-Control: public, max-age=3600, stale-while-revalidate=86400"}},
        {.request = {.target = CRATES "two/downloads"},
         .status = 200,
         .headers = {"Cache-Control: public, no-cache", "!CDN-Cache-Control"}},
        {.request = {.target = CRATES "two/1.0.0/downloads"},
         .status = 200,
         .headers = {"Cache-Control: public, no-cache", "!CDN-Cache-Control"}},
    };
    struct counting_fixture *fixture = *state;
    http_cases_run(fixture->http.client, cases, N_ELEMENTS(cases));
}

/* The downloads of the one day that a page of one or several rows shows for a version; 0 where
   none. */
static json_int_t shown(const struct counting_fixture *fixture, const char *target,
                        const char *list, json_int_t version)
{
    json_int_t sum = 0;
    json_t *row;
    size_t i;
    json_t *page = http_get_json(fixture->http.client, target, 200);
    json_t *rows = json_at(page, list);
    assert_true(json_is_array(rows));
    json_array_foreach(rows, i, row)
    {
        if (version == 0 || json_integer_value(json_object_get(row, "version")) == version)
            sum += json_integer_value(json_object_get(row, "downloads"));
    }
    json_decref(rows);
    json_decref(page);
    return sum;
}

static void shows_todays_at_once(void **state)
{
    struct counting_fixture *fixture = *state;
    static const char crate_page[] = CRATES "one/downloads";
    static const char version_page[] = CRATES "one/1.3.0/downloads";
    for (json_int_t n = 0; n < 4; n++) {
        assert_int_equal(shown(fixture, crate_page, "version_downloads", 15), n);
        assert_int_equal(shown(fixture, crate_page, "meta.extra_downloads", 0), n);
        assert_int_equal(shown(fixture, version_page, "version_downloads", 15), n);
        assert_int_equal(shown(fixture, CRATES "two/downloads", "version_downloads", 21), 0);
        get(fixture, CRATES "one/1.3.0/download", NULL, 302);
        get(fixture, CRATES "one/0.1.0/download", NULL, 302); /* not one of the five */
    }
    /* The graph ends today, so that the dump's last day is long out of it; it can still be asked
       for. */
    assert_int_equal(shown(fixture, crate_page, "version_downloads", 12), 0);
    assert_int_equal(shown(fixture, CRATES "one/1.0.0/downloads?before_date=2020-11-01",
                           "version_downloads", 12),
                     5);
    const struct page_case pages[] = {
        {.request = {.target = "/crates/one"},
         .status = 200,
         .headers = {"Cache-Control: public, no-cache", "!CDN-Cache-Control"},
         .body = {": 8 downloads.</desc>"}},
        {.request = {.target = "/crates/one/1.3.0"},
         .status = 200,
         .headers = {"Cache-Control: public, no-cache", "!CDN-Cache-Control"},
         .body = {": 4 downloads.</desc>"}},
    };
    page_cases_run(fixture->http.client, pages, N_ELEMENTS(pages));
}

/* While nobody downloads, the page comes from the cache and can be validated. */
static void caches_what_shows_todays(void **state)
{
    struct counting_fixture *fixture = *state;
    static const char target[] = CRATES "one/downloads";
    char headers[128];
    struct http_response response;
    get(fixture, CRATES "one/1.3.0/download", NULL, 302);
    http_get(fixture->http.client, target, NULL, &response);
    assert_string_equal(http_header(&response, "X-Cache"), "miss");
    snprintf(headers, sizeof headers, "If-None-Match: %s\n", http_header(&response, "ETag"));
    http_response_free(&response);
    get(fixture, CRATES "two/1.0.0/download", NULL, 302);
    http_get(fixture->http.client, target, headers, &response);
    assert_int_equal(response.status, 304);
    assert_string_equal(http_header(&response, "X-Cache"), "hit");
    http_response_free(&response);
    get(fixture, CRATES "one/1.0.0/download", NULL, 302);
    get(fixture, target, headers, 200);
}

static void goes_on_after_a_restart(void **state)
{
    struct counting_fixture *fixture = *state;
    get(fixture, CRATES "two/1.0.0/download", NULL, 302);
    http_fixture_close(&fixture->http);
    http_fixture_open(&fixture->http, fixture->arguments);
    get(fixture, CRATES "two/1.0.0/download", NULL, 302);
    assert_int_equal(counts_in_folder(fixture->folder, 21), 2);
    assert_int_equal(shown(fixture, CRATES "two/downloads", "version_downloads", 21), 2);
}

/* The server says what is wrong, keeps the file under another name, and counts on. */
static void starts_on_a_damaged_file(void **state)
{
    struct counting_fixture *fixture = *state;
    char path[FOLDER_PATH_SIZE] = "";
    get(fixture, CRATES "two/1.0.0/download", NULL, 302);
    http_fixture_close(&fixture->http);
    DIR *folder = opendir(fixture->folder);
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder))
        if (entry->d_name[0] != '.')
            file_write(folder_join(path, fixture->folder, entry->d_name), "damaged", 7);
    closedir(folder);
    const char *const arguments[] = {"cratedex-server", "--index",     fixture->built.path,
                                     "--listen",        "127.0.0.1:0", "--count-downloads",
                                     fixture->folder,   NULL};
    struct program_options options = {.arguments = arguments, .signal_number = SIGTERM};
    struct program_run run;
    char moved[2 * FOLDER_PATH_SIZE];
    char expected[1024];
    program_run(&options, &run);
    assert_int_equal(run.status, 0);
    snprintf(moved, sizeof moved, "%s.damaged", path);
    snprintf(expected, sizeof expected,
             "cratedex-server: counting downloads: %s is not a file of counted downloads; it lies "
             "in %s now, and counting goes on in a new file, with 0 downloads that could be kept\n",
             path, moved);
    assert_string_equal(run.error_out, expected);
    program_run_free(&run);
    size_t size;
    char *bytes = file_read(moved, &size);
    assert_string_equal(bytes, "damaged");
    free(bytes);
    assert_int_equal(remove(moved), 0);
    http_fixture_open(&fixture->http, fixture->arguments);
    get(fixture, CRATES "two/1.0.0/download", NULL, 302);
    assert_int_equal(counts_in_folder(fixture->folder, 21), 1);
}

/* Cut and emptied under the hands of the server, which goes on answering and counting. */
static void counts_on_when_the_file_is_cut(void **state)
{
    struct counting_fixture *fixture = *state;
    const struct timespec moment = {.tv_nsec = 5000000};
    char path[FOLDER_PATH_SIZE] = "";
    char moved[2 * FOLDER_PATH_SIZE];
    get(fixture, CRATES "two/1.0.0/download", NULL, 302);
    DIR *folder = opendir(fixture->folder);
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder))
        if (entry->d_name[0] != '.')
            folder_join(path, fixture->folder, entry->d_name);
    closedir(folder);
    snprintf(moved, sizeof moved, "%s.damaged", path);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(truncate(path, i == 0 ? 4096 : 0), 0);
        for (unsigned j = 0; j < 5; j++)
            get(fixture, CRATES "two/1.0.0/download", NULL, 302);
        get(fixture, CRATES "one/1.0.0/download", NULL, 302);
        for (time_t latest = time(NULL) + 60; access(moved, F_OK) != 0;) {
            assert_true(time(NULL) < latest);
            nanosleep(&moment, NULL);
        }
        assert_int_equal(remove(moved), 0);
        for (time_t latest = time(NULL) + 60;
             counts_in_folder(fixture->folder, 21) < 5 * (i + 1);) {
            assert_true(time(NULL) < latest);
            nanosleep(&moment, NULL);
        }
    }
    http_fixture_close(&fixture->http);
    http_fixture_open(&fixture->http, fixture->arguments);
    get(fixture, CRATES "two/1.0.0/download", NULL, 302);
    assert_in_range(counts_in_folder(fixture->folder, 21), 11, 12);
    assert_int_equal(counts_in_folder(fixture->folder, 12), 2);
}

/* From the counters into the next index, which a server then shows. */
static void builds_the_next_index(void **state)
{
    struct counting_fixture *fixture = *state;
    for (int i = 0; i < 7; i++)
        get(fixture, CRATES "one/1.3.0/download", NULL, 302);
    char folder[FOLDER_PATH_SIZE];
    char next[FOLDER_PATH_SIZE];
    folder_make(folder);
    char *dump = dump_write_folder(folder, "dump", counting_dump);
    const char *const arguments[] = {
        "cratedex-index", "build",         dump, "-o", folder_join(next, folder, "next.cdx"),
        "--downloads",    fixture->folder, NULL};
    struct program_options options = {.arguments = arguments};
    struct program_run run;
    program_run(&options, &run);
    if (run.status != 0)
        fail_msg("%s", run.error_out);
    assert_non_null(strstr(run.out, "\nCounted downloads\n  7 downloads of 1 file added\n"));
    program_run_free(&run);
    const char *const server_arguments[] = {"--index", next, NULL};
    struct http_fixture http;
    http_fixture_open(&http, server_arguments);
    static const struct http_case cases[] = {
        {.request = {.target = CRATES "one/downloads"},
         .status = 200,
         .headers = {"Cache-Control: public, max-age=60",
                     "CDN-Cache-Control: public, max-age=60, stale-while-revalidate=600"},
         .body = {{"version_downloads.length", "1"},
                  {"version_downloads[0].version", "15"},
                  {"version_downloads[0].downloads", "7"},
                  {"meta.extra_downloads", "[]"}}},
        {.request = {.target = "/api/v1/crates?q=one"},
         .status = 200,
         .body = {{"crates[0].recent_downloads", "7"}}},
    };
    http_cases_run(http.client, cases, N_ELEMENTS(cases));
    http_fixture_close(&http);
    free(dump);
    folder_remove(folder);
}

int main(void)
{
#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, counting_fixture_start, counting_fixture_stop)
    const struct CMUnitTest tests[] = {
        TEST(counts_each_answer_once),  TEST(counts_nothing_else),
        TEST(makes_caches_ask),         TEST(shows_todays_at_once),
        TEST(caches_what_shows_todays), TEST(goes_on_after_a_restart),
        TEST(starts_on_a_damaged_file), TEST(counts_on_when_the_file_is_cut),
        TEST(builds_the_next_index),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
