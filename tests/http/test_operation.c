/* Starting, configuring, logging and stopping the server. */
#include "tests/support/folder.h"
#include "tests/support/http_case.h"
#include "tests/support/http_fixture.h"
#include "tests/support/program.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define SERVER "cratedex-server"
#define TEN "0123456789"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])

static void announces_itself(void **state)
{
    (void)state;
    struct test_server server;
    char expected[256];
    test_server_start(&server, NULL);
    snprintf(expected, sizeof expected,
             "cratedex-server " CRATEDEX_VERSION " listening on http://127.0.0.1:%u (329 crates, "
             "dump of 2026-11-01T02:00:00Z)",
             server.port);
    assert_string_equal(server.first_line, expected);
    test_server_stop(&server);
}

/* What reads an access log, such as jq, stops at a line that is none. */
static void leaves_standard_output_to_the_access_log(void **state)
{
    (void)state;
    static const char *const formats[] = {"json", "combined"};
    for (size_t i = 0; i < N_ELEMENTS(formats); i++) {
        const char *const arguments[] = {SERVER,        "--index",      test_index(), "--listen",
                                         "127.0.0.1:0", "--access-log", formats[i],   NULL};
        const struct program_options options = {.arguments = arguments, .signal_number = SIGTERM};
        struct program_run run;
        program_run(&options, &run);
        assert_int_equal(run.status, 0);
        assert_string_equal(run.out, "");
        assert_non_null(strstr(run.error_out, "listening on http://127.0.0.1:"));
        program_run_free(&run);
    }
}

static void listens_on_ipv6(void **state)
{
    (void)state;
    int probe = socket(AF_INET6, SOCK_STREAM, 0);
    if (probe < 0)
        skip();
    close(probe);
    static const char *const arguments[] = {"--listen", "[::1]:0", NULL};
    struct http_fixture fixture;
    http_fixture_open(&fixture, arguments);
    assert_int_equal(strncmp(fixture.server.url, "http://[::1]:", 13), 0);
    json_t *body = http_get_json(fixture.client, "/api/v1/crates?q=serde", 200);
    json_decref(body);
    http_fixture_close(&fixture);
}

/* Runs the server to its end; `part` must stand in the one line that it prints. */
static void expect_end(const char *const *arguments, int status, const char *part)
{
    const struct program_options options = {.arguments = arguments};
    struct program_run run;
    program_run(&options, &run);
    const char *text = status == 0 ? run.out : run.error_out;
    const char *other = status == 0 ? run.error_out : run.out;
    if (run.status != status || strstr(text, part) == NULL || other[0] != '\0')
        fail_msg("%s %s: status %d, not %d: %s%s", arguments[1], part, run.status, status, run.out,
                 run.error_out);
    if (status != 0) {
        assert_int_equal(strncmp(text, SERVER ": ", strlen(SERVER ": ")), 0);
        assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
    }
    program_run_free(&run);
}

static void refuses_bad_options(void **state)
{
    (void)state;
    static const struct {
        const char *arguments[4];
        const char *part;
    } cases[] = {
        {{NULL}, "no index: add --index FILE"},
        {{"--nonsense"}, "unknown option --nonsense (see: cratedex-server --help)"},
        {{"--treads", "2"}, "unknown option --treads; did you mean '--threads'? (see: "},
        {{"-x"}, "unknown option -x"},
        {{"--index"}, "--index needs a value"},
        {{"--index", ""}, "--index: the value is empty"},
        {{"more"}, "unexpected argument 'more'"},
        {{"--listen", "8888"}, "--listen: bad address '8888': write ADDR:PORT"},
        {{"--listen", "127.0.0.1:x"}, "a port is a number from 0 to 65535"},
        {{"--listen", "127.0.0.1:65536"}, "a port is a number from 0 to 65535"},
        {{"--listen", "::1:80"}, "put an IPv6 address in brackets"},
        {{"--listen=[]:80"}, "bad address"},
        {{"--admin-listen", "8889"}, "--admin-listen: bad address '8889': write ADDR:PORT"},
        {{"--index=x", "--listen=[::1]:80", "--admin-listen=[::1]:80"},
         "--admin-listen is the address of --listen: choose another port"},
        {{"--threads", "0"}, "--threads: bad number of threads '0': write a number from 1 to 256"},
        {{"--threads", "2x"}, "bad number of threads"},
        {{"--cache-bytes", "-1"}, "--cache-bytes: bad cache size '-1'"},
        {{"--cache-bytes", "1T"}, "bad cache size"},
        {{"--cache-bytes", "99999999999G"}, "bad cache size"},
        {{"--access-log", "yes"}, "--access-log: bad format 'yes': write json, combined or off"},
        {{"--base-url", "example.org"}, "--base-url: bad URL 'example.org'"},
        {{"--base-url", "http://"}, "bad URL"},
        {{"--cdn-url", "ftp://example.org"}, "--cdn-url: bad URL"},
        {{"--cdn-url", "https://example.org/?x"}, "bad URL"},
        {{"--banner", "\xff"}, "--banner: the text is not valid UTF-8"},
        {{"--banner", "two\nlines"}, "--banner: the text has a control character: write one line"},
        {{"--banner", "\x1b[31m"}, "the text has a control character"},
        {{"--banner", "\xc2\x85"}, "the text has a control character"},
        {{"--banner",
          HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED "x"},
         "--banner: the value is longer than 1000 bytes"},
        {{"--read-only", "maybe"}, "--read-only: bad value 'maybe': write yes or no"},
        {{"--read-only", "No"}, "--read-only: bad value 'No'"},
        {{"--read-only"}, "--read-only needs a value"},
        {{"--ranking", ""}, "--ranking: the value is empty"},
        {{"--verify-key", ""}, "--verify-key: the value is empty"},
        {{"--trust-proxy", "10.0.0.0/33"}, "--trust-proxy: bad network '10.0.0.0/33'"},
        {{"--trust-proxy", "localhost"}, "write an address or a network like 10.0.0.0/8"},
        {{"--count-downloads", ""}, "--count-downloads: the value is empty"},
        {{"--ab", "client"}, "--ab: bad experiment 'client': write client=20 or request=20"},
        {{"--ab", "client=101"}, "bad experiment"},
        {{"--ab", "session=20"}, "bad experiment"},
        {{"--index", "x", "--ab", "client=20"}, "add --ranking-b FILE"},
        {{"--index", "x", "--ranking-b", "x"}, "nobody gets --ranking-b"},
        {{"--slow-query-ms", "-1"}, "--slow-query-ms: bad time '-1': write milliseconds"},
        {{"--slow-query-ms", "1s"}, "bad time '1s'"},
        {{"--slow-query-ms", "."}, "bad time '.'"},
        {{"--slow-query-ms", "3600001"}, "at most an hour"},
        {{"--max-wait-ms", "soon"}, "--max-wait-ms: bad time 'soon': write milliseconds"},
        {{"--max-connections", "0"},
         "--max-connections: bad number of connections '0': write a number from 1 to 1000000"},
        {{"--max-connections", "1000001"}, "bad number of connections '1000001'"},
        {{"--max-connections-per-address", "all"}, "'all': write a number from 0 to 1000000"},
        {{"--index", "x", "--slow-query-log="}, "--slow-query-log: the value is empty"},
        {{"--config", "/nonexistent/file"}, "cannot read /nonexistent/file"},
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        const char *arguments[6] = {SERVER};
        for (size_t j = 0; j < 4; j++)
            arguments[1 + j] = cases[i].arguments[j];
        expect_end(arguments, 2, cases[i].part);
    }
}

static void explains_itself(void **state)
{
    (void)state;
    expect_end((const char *const[]){SERVER, "--help", NULL}, 0, "--cache-bytes");
    expect_end((const char *const[]){SERVER, "--version", NULL}, 0,
               "cratedex-server " CRATEDEX_VERSION "\n");
}

static void expect_bad_index(const char *path, const char *part)
{
    expect_end((const char *const[]){SERVER, "--index", path, "--listen", "127.0.0.1:0", NULL}, 1,
               part);
}

static void refuses_bad_indexes(void **state)
{
    (void)state;
    char folder[FOLDER_PATH_SIZE];
    char path[FOLDER_PATH_SIZE];
    size_t size;
    folder_make(folder);
    folder_join(path, folder, "bad.cdx");
    expect_bad_index(path, "build one with cratedex-index build DUMP -o ");
    expect_bad_index(folder, folder);
    file_write(path, "This is no index.\n", 18);
    expect_bad_index(path, path);
    file_write(path, "", 0);
    expect_bad_index(path, path);
    char *bytes = file_read(test_index(), &size);
    file_write(path, bytes, size / 2);
    expect_bad_index(path, path);
    /* One bit of a checked part: found by trying page after page, as the format decides which. */
    bool is_found = false;
    for (size_t at = 4096 + 2048; at < size && !is_found; at += size / 16) {
        bytes[at] ^= 1;
        file_write(path, bytes, size);
        const struct program_options options = {
            .arguments =
                (const char *const[]){SERVER, "--index", path, "--listen", "256.0.0.1:0", NULL}};
        struct program_run run;
        program_run(&options, &run);
        assert_int_equal(run.status, 1);
        is_found = strstr(run.error_out, path) != NULL;
        program_run_free(&run);
        bytes[at] ^= 1;
    }
    assert_true(is_found);
    free(bytes);
    folder_remove(folder);
}

/* A file of weights is checked at the start, and the message names file and line. */
static void refuses_bad_ranking_files(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *part;
    } cases[] = {
        {"any = 1\npopularity = much\n", ": line 2: popularity = much: a number from 0 to 1000"},
        {"# weights\n\nnonsense = 1\n", ": line 3: there is no weight called nonsense"},
        {"min_share = 1.5\n", ": line 1: min_share = 1.5: a number from 0 to 1"},
        {"# weights\r\nmin-share = 1\r\n",
         ": line 2: there is no weight called min-share; did you"},
        {"any = 1\n  main = x\n", ": line 2: main = x: a number"},
        {"second_stage = yes\n", ": line 1: second_stage = yes: 0 or 1"},
        {"any = 1\nprefix\n", ": line 2: `name = value` is expected"},
    };
    char folder[FOLDER_PATH_SIZE];
    char path[FOLDER_PATH_SIZE];
    folder_make(folder);
    folder_join(path, folder, "ranking.conf");
    const char *const arguments[] = {SERVER,        "--index",   test_index(), "--listen",
                                     "127.0.0.1:0", "--ranking", path,         NULL};
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        char part[FOLDER_PATH_SIZE + 128];
        snprintf(part, sizeof part, "%s%s", path, cases[i].part);
        file_write(path, cases[i].text, strlen(cases[i].text));
        expect_end(arguments, 1, part);
    }
    folder_remove(folder);
    expect_end(arguments, 1, "ranking.conf: No such file or directory");
}

/* A new index takes the file's name while the server runs: it goes on with the one that it
   opened. */
static void outlives_a_replaced_index(void **state)
{
    (void)state;
    char folder[FOLDER_PATH_SIZE];
    char path[FOLDER_PATH_SIZE];
    char other[FOLDER_PATH_SIZE];
    size_t size;
    folder_make(folder);
    folder_join(path, folder, "served.cdx");
    folder_join(other, folder, "other.cdx");
    char *bytes = file_read(test_index(), &size);
    file_write(path, bytes, size);
    free(bytes);
    const char *const arguments[] = {"--index", path, "--cache-bytes", "0", NULL};
    struct http_fixture fixture;
    http_fixture_open(&fixture, arguments);
    file_write(other, "no index", 8);
    assert_int_equal(rename(other, path), 0);
    for (int i = 0; i < 20; i++)
        json_decref(http_get_json(fixture.client, "/api/v1/crates?q=serde&per_page=100", 200));
    http_fixture_close(&fixture);
    folder_remove(folder);
}

static void says_that_the_port_is_in_use(void **state)
{
    (void)state;
    struct test_server server;
    char address[64];
    test_server_start(&server, NULL);
    snprintf(address, sizeof address, "127.0.0.1:%u", server.port);
    expect_end((const char *const[]){SERVER, "--index", test_index(), "--listen", address, NULL}, 1,
               "choose another port with --listen");
    test_server_stop(&server);
}

static void expect_too_few_descriptors(unsigned n_descriptors, unsigned n_connections,
                                       unsigned n_threads, const char *message)
{
    char program[1024];
    char command[4096];
    snprintf(command, sizeof command,
             "ulimit -n %u; exec '%s' --index '%s' --listen 127.0.0.1:0 --max-connections %u "
             "--threads %u",
             n_descriptors, test_build_path(program, SERVER), test_index(), n_connections,
             n_threads);
    expect_end((const char *const[]){"/bin/sh", "-c", command, NULL}, 1, message);
}

/* As many connections as were asked for, or none; where nobody asked, as many as there can be. */
static void says_that_connections_need_descriptors(void **state)
{
    (void)state;
    expect_too_few_descriptors(
        1000, 800, 1,
        "800 connections need 1060 open files, and the limit is 1000: raise it (ulimit -n, "
        "LimitNOFILE=) or allow fewer with --max-connections");
    expect_too_few_descriptors(1000, 700, 32, "700 connections need 1084 open files");
    expect_too_few_descriptors(200, 150, 1,
                               "150 connections need 300 open files, and the limit is 200: ");
}

static void reads_a_config_file(void **state)
{
    (void)state;
    char folder[FOLDER_PATH_SIZE];
    char path[FOLDER_PATH_SIZE];
    char ranking[FOLDER_PATH_SIZE];
    char text[2 * FOLDER_PATH_SIZE + 1024];
    folder_make(folder);
    folder_join(ranking, folder, "ranking.conf");
    file_write(ranking, "popularity = 0\n", 15);
    folder_join(path, folder, "server.conf");
    snprintf(text, sizeof text,
             "# a comment\n"
             "index = %s\n"
             "listen = 127.0.0.1:1\n"
             "threads = 1\n"
             "cache-bytes = 1M\n"
             "base-url = https://crates.example.org/\n"
             "cdn-url = https://static.example.org\n"
             "access-log = combined\n"
             "trust-proxy = 127.0.0.0/8\n"
             "trust-proxy = fd00::/8\n"
             "ranking = %s\n",
             test_index(), ranking);
    file_write(path, text, strlen(text));
    struct http_fixture fixture;
    struct http_response response;
    /* The command line overrides the file, wherever it names it. */
    static const char *const listen[] = {"--listen", "127.0.0.1:0"};
    test_server_launch(&fixture.server,
                       (const char *const[]){listen[0], listen[1], "--config", path, NULL});
    fixture.client = http_client_open(fixture.server.url);
    http_get(fixture.client, "/metrics", NULL, &response);
    assert_non_null(strstr(response.body, "cratedex_cache_max_bytes 1048576\n"));
    http_response_free(&response);
    char *line = test_server_read_line(&fixture.server);
    assert_non_null(strstr(line, "\"GET /metrics HTTP/1.1\" 200 "));
    free(line);
    static const struct http_case weights = {
        .request = {.target = "/api/v1/crates?q=serde&explain=1"},
        .status = 200,
        .body = {{"crates[0].explanation.terms.popularity", "0.0"}}};
    http_cases_run(fixture.client, &weights, 1);
    http_fixture_close(&fixture);
    folder_remove(folder);
}

static void refuses_bad_config_files(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *part;
    } cases[] = {
        {"threads = 2\nnonsense = 1\n", "line 2: there is no option 'nonsense'"},
        {"threads = many\n", "line 1: threads: bad number of threads 'many'"},
        {"threads = 2\n\nthreads\n", "line 3: `name = value` is expected"},
        {"threads = 2\n[server]\nlisten = x\n", "line 2: there are no sections"},
        {"thread = 2\n", "line 1: there is no option 'thread'; did you mean 'threads'?"},
        {"threads = 2\n\nthreads = 3\n", "line 3: threads was set on line 1"},
        {"config = other\n", "line 1: there is no option 'config'"},
    };
    char folder[FOLDER_PATH_SIZE];
    char path[FOLDER_PATH_SIZE];
    folder_make(folder);
    folder_join(path, folder, "server.conf");
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        file_write(path, cases[i].text, strlen(cases[i].text));
        expect_end((const char *const[]){SERVER, "--config", path, NULL}, 2, cases[i].part);
    }
    folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(announces_itself),
        cmocka_unit_test(leaves_standard_output_to_the_access_log),
        cmocka_unit_test(listens_on_ipv6),
        cmocka_unit_test(refuses_bad_options),
        cmocka_unit_test(explains_itself),
        cmocka_unit_test(refuses_bad_indexes),
        cmocka_unit_test(outlives_a_replaced_index),
        cmocka_unit_test(says_that_the_port_is_in_use),
        cmocka_unit_test(says_that_connections_need_descriptors),
        cmocka_unit_test(reads_a_config_file),
        cmocka_unit_test(refuses_bad_config_files),
        cmocka_unit_test(refuses_bad_ranking_files),
    };
    return cmocka_run_group_tests_name("operation", tests, NULL, NULL);
}
