/* A server in the sandbox with everything on, which does what an operator lets it do: it goes on to
   serve, and to load, write and open again what its options name. What it cannot do is tried where
   nothing else has to run, in tests/unit/server/sandbox. */
#include "tests/support/counting_fixture.h"
#include "tests/support/http_case.h"
#include "tests/support/served_file.h"
#include "tests/support/two_indexes.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])
#define WAIT_SECONDS 60
#define SERDE_DOWNLOAD "/api/v1/crates/serde/7.0.0/download"
#define SERDE_VERSION 81 /* of the other index */

static void make_folder(const struct served_file *file, const char *name)
{
    char path[FOLDER_PATH_SIZE];
    assert_int_equal(mkdir(folder_join(path, file->folder, name), 0700), 0);
}

static void write_text(const struct served_file *file, const char *name, const char *text)
{
    char path[FOLDER_PATH_SIZE];
    file_write(folder_join(path, file->folder, name), text, strlen(text));
}

/* As an editor does it, and cratedex-index: another file takes the name. */
static void replace(const struct served_file *file, const char *name, const char *bytes,
                    size_t size)
{
    char path[FOLDER_PATH_SIZE];
    file_replace(folder_join(path, file->folder, name), bytes, size);
}

static void turn_link(const struct served_file *file, const char *target)
{
    char path[FOLDER_PATH_SIZE];
    link_replace(folder_join(path, file->folder, "state/current"), target);
}

/* Every option that names a file, and a log of each request. */
static void write_configuration(const struct served_file *file, const char *banner)
{
    char text[4096];
    snprintf(
        text, sizeof text,
        "sandbox = yes\nadmin-listen = 127.0.0.1:0\naccess-log = json\nslow-query-ms = 0.0001\n"
        "slow-query-log = %s/logs/slow.json\ncount-downloads = %s/counts\n"
        "pid-file = %s/run/server.pid\nranking = %s/etc/ranking.conf\nbanner = %s\n",
        file->folder, file->folder, file->folder, file->folder, banner);
    replace(file, "etc/server.conf", text, strlen(text));
}

/* A registry as packages lay it out, in a folder of its own. */
static void make_scene(struct served_file *file, const struct two_indexes *indexes)
{
    static const char *const folders[] = {"state", "state/1", "state/2", "etc",
                                          "logs",  "counts",  "run"};
    served_file_make(file);
    for (size_t i = 0; i < N_ELEMENTS(folders); i++)
        make_folder(file, folders[i]);
    write_text(file, "etc/ranking.conf", "main = 2\n");
    write_configuration(file, "before");
    replace(file, "state/1/crates.cdx", indexes->sample.bytes, indexes->sample.size);
    replace(file, "state/2/crates.cdx", indexes->other.bytes, indexes->other.size);
    turn_link(file, "1");
    folder_join(file->path, file->folder, "state/current/crates.cdx");
}

static void start(struct served_file *file)
{
    char configuration[FOLDER_PATH_SIZE];
    char access_log[FOLDER_PATH_SIZE];
    folder_join(configuration, file->folder, "etc/server.conf");
    folder_join(access_log, file->folder, "logs/access.json");
    served_file_start(file, (const char *const[]){"--access-log-file", access_log, "--config",
                                                  configuration, NULL});
}

/* Asks until an answer has a text in it. */
static void await(const struct served_file *file, const char *target, const char *part)
{
    const time_t latest = time(NULL) + WAIT_SECONDS;
    bool is_there = false;
    while (!is_there) {
        struct http_response response;
        http_get(file->http.client, target, NULL, &response);
        assert_int_equal(response.status, 200);
        is_there = strstr(response.body, part) != NULL;
        http_response_free(&response);
        if (!is_there && time(NULL) > latest)
            fail_msg("%s without %s", target, part);
    }
}

/* Whether the kernel says so of the server. */
static bool has_status(const struct served_file *file, const char *line)
{
    char path[64];
    char text[8192];
    snprintf(path, sizeof path, "/proc/%d/status", (int)file->http.server.pid);
    FILE *status = fopen(path, "r");
    assert_non_null(status);
    text[fread(text, 1, sizeof text - 1, status)] = '\0';
    fclose(status);
    return strstr(text, line) != NULL;
}

static void follows_the_index(const struct served_file *file, const struct two_indexes *indexes)
{
    turn_link(file, "2"); /* noticed by itself */
    await(file, "/api/v1/crates/serde", "\"7.0.0\"");
    replace(file, "state/2/crates.cdx", indexes->sample.bytes, indexes->sample.size);
    await(file, "/api/v1/crates/serde", "\"1.0.228\"");
    replace(file, "state/2/crates.cdx", indexes->other.bytes, indexes->other.size);
    await(file, "/api/v1/crates/serde", "\"7.0.0\"");
}

static void follows_the_configuration(const struct served_file *file)
{
    await(file, "/api/v1/site_metadata", "\"before\"");
    write_configuration(file, "after");
    replace(file, "etc/ranking.conf", "main = 3\n", 9);
    assert_int_equal(kill(file->http.server.pid, SIGHUP), 0);
    await(file, "/api/v1/site_metadata", "\"after\"");
}

static void obeys_its_operators(const struct served_file *file)
{
    struct http_response response;
    const struct http_request reload = {
        .method = "POST", .target = "/-/reload", .headers = "X-Cratedex-Reload: 1\n"};
    struct http_client *client = http_client_open(file->http.server.admin_url);
    http_send(client, &reload, &response);
    if (response.status != 200)
        fail_msg("%ld %s", response.status, response.body);
    http_response_free(&response);
    /* Of files below /proc, which are outside of all folders that options name. */
    http_get(client, "/metrics", NULL, &response);
    assert_non_null(strstr(response.body, "\nprocess_open_fds "));
    http_response_free(&response);
    http_client_close(client);
}

/* Makes requests until the log, which was moved away, is there again with a line of them. */
static void opens_a_log_again(const struct served_file *file, const char *name)
{
    const time_t latest = time(NULL) + WAIT_SECONDS;
    char path[FOLDER_PATH_SIZE];
    char old[FOLDER_PATH_SIZE + 2];
    struct stat status;
    folder_join(path, file->folder, name);
    snprintf(old, sizeof old, "%s.1", path);
    assert_int_equal(rename(path, old), 0);
    assert_int_equal(kill(file->http.server.pid, SIGUSR1), 0);
    for (int i = 0; stat(path, &status) != 0 || status.st_size == 0; i++) {
        char target[64];
        snprintf(target, sizeof target, "/api/v1/crates?q=json%d", i);
        assert_int_equal(http_fixture_status(&file->http, target), 200);
        assert_true(time(NULL) <= latest);
    }
}

static void does_all_that_it_is_for(void **state)
{
    struct served_file file;
    char counts[FOLDER_PATH_SIZE];
    char pid_file[FOLDER_PATH_SIZE];
    make_scene(&file, *state);
    start(&file);
    assert_true(has_status(&file, "\nSeccomp:\t2\n"));
    assert_true(has_status(&file, "\nNoNewPrivs:\t1\n"));
    assert_int_equal(access(folder_join(pid_file, file.folder, "run/server.pid"), F_OK), 0);
    follows_the_index(&file, *state);
    follows_the_configuration(&file);
    obeys_its_operators(&file);
    opens_a_log_again(&file, "logs/slow.json");
    opens_a_log_again(&file, "logs/access.json");
    assert_int_equal(http_fixture_status(&file.http, SERDE_DOWNLOAD), 302);
    http_fixture_close(&file.http); /* with status 0 */
    assert_int_equal(access(pid_file, F_OK), -1);
    assert_int_equal(counts_in_folder(folder_join(counts, file.folder, "counts"), SERDE_VERSION),
                     1);
    assert_false(served_file_has_said(&file, "denied"));
    assert_false(served_file_has_said(&file, "not implemented"));
    folder_remove(file.folder);
}

/* That the folders are those of the options, and not all: here the ranking that a changed
   configuration names lies in another one. */
static void reads_nothing_elsewhere(void **state)
{
    struct served_file file;
    char text[1024];
    make_scene(&file, *state);
    make_folder(&file, "elsewhere");
    write_text(&file, "elsewhere/ranking.conf", "main = 2\n");
    start(&file);
    bool confines_files = !served_file_has_said(&file, "has no Landlock");
    int length = snprintf(text, sizeof text,
                          "sandbox = yes\naccess-log = json\nranking = %s/elsewhere/ranking.conf\n",
                          file.folder);
    replace(&file, "etc/server.conf", text, (size_t)length);
    struct http_response response;
    const struct http_request reload = {
        .method = "POST", .target = "/-/reload", .headers = "X-Cratedex-Reload: 1\n"};
    struct http_client *client = http_client_open(file.http.server.admin_url);
    http_send(client, &reload, &response);
    assert_int_equal(response.status, confines_files ? 409 : 200);
    if (confines_files &&
        strstr(response.body, "elsewhere/ranking.conf: Permission denied") == NULL)
        fail_msg("%s", response.body);
    http_response_free(&response);
    http_client_close(client);
    served_file_end(&file);
}

/* Who is in the sandbox could read no /etc/hosts. */
static void looks_up_names_before(void **state)
{
    struct served_file file;
    (void)state;
    served_file_make(&file);
    served_file_start(&file,
                      (const char *const[]){"--sandbox", "yes", "--listen", "localhost:0", NULL});
    assert_int_equal(http_fixture_status(&file.http, "/api/v1/crates/serde"), 200);
    served_file_end(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(does_all_that_it_is_for),
        cmocka_unit_test(reads_nothing_elsewhere),
        cmocka_unit_test(looks_up_names_before),
    };
    /* At its end LeakSanitizer makes a process that traces the server: nothing may do that. */
    setenv("LSAN_OPTIONS", "detect_leaks=0", 1);
    return cmocka_run_group_tests_name("sandbox", tests, two_indexes_setup, two_indexes_teardown);
}
