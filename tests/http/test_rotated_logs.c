/* Logs that are moved away and opened again (SIGUSR1, as logrotate does it): every answer has its
   line, whole, in one of the files. */
#include "tests/support/http_case.h"
#include "tests/support/raw_connection.h"
#include "tests/support/served_file.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define TARGET "/api/v1/suggest?q=serde&limit=1"
#define N_CONNECTIONS 8
#define N_ROTATIONS 10
#define N_ROUNDS 60 /* of requests on all connections, between two rotations */

struct rotated {
    struct served_file file;
    char access[FOLDER_PATH_SIZE];
    char slow[FOLDER_PATH_SIZE];
};

static void open_rotated(struct rotated *rotated)
{
    served_file_make(&rotated->file);
    folder_join(rotated->access, rotated->file.folder, "access.log");
    folder_join(rotated->slow, rotated->file.folder, "slow.log");
    const char *arguments[] = {"--access-log",
                               "json",
                               "--access-log-file",
                               rotated->access,
                               "--slow-query-log",
                               rotated->slow,
                               "--slow-query-ms",
                               "0.000001",
                               NULL};
    served_file_start(&rotated->file, arguments);
}

static const char *moved_path(char path[2 * FOLDER_PATH_SIZE], const char *log, unsigned number)
{
    snprintf(path, 2 * FOLDER_PATH_SIZE, "%s.%u", log, number);
    return path;
}

static void ask_on_all(const int connections[N_CONNECTIONS])
{
    char text[RAW_MAX_ANSWER];
    for (size_t i = 0; i < N_CONNECTIONS; i++)
        raw_ask(connections[i], TARGET);
    for (size_t i = 0; i < N_CONNECTIONS; i++)
        assert_int_equal(raw_receive(connections[i], text), 200);
}

/* Of a file, each of which must be an object of JSON. */
static size_t count_lines(const char *path)
{
    size_t size;
    size_t n = 0;
    char *text = file_read(path, &size);
    assert_true(size == 0 || text[size - 1] == '\n');
    for (char *line = text; *line != '\0'; n++) {
        char *end = strchr(line, '\n');
        *end = '\0';
        json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
        if (!json_is_object(object))
            fail_msg("a line is torn: %s", line);
        json_decref(object);
        line = end + 1;
    }
    free(text);
    return n;
}

static size_t count_all_lines(const char *log)
{
    char path[2 * FOLDER_PATH_SIZE];
    size_t n = count_lines(log);
    for (unsigned i = 0; i < N_ROTATIONS; i++)
        n += count_lines(moved_path(path, log, i));
    return n;
}

static void loses_no_line(void **state)
{
    (void)state;
    struct rotated rotated;
    int connections[N_CONNECTIONS];
    char path[2 * FOLDER_PATH_SIZE];
    size_t n_rounds = 0;
    open_rotated(&rotated);
    for (size_t i = 0; i < N_CONNECTIONS; i++)
        connections[i] = test_server_connect(&rotated.file.http.server);
    for (unsigned rotation = 0; rotation < N_ROTATIONS; rotation++) {
        for (size_t i = 0; i < N_ROUNDS; i++, n_rounds++)
            ask_on_all(connections);
        assert_int_equal(rename(rotated.access, moved_path(path, rotated.access, rotation)), 0);
        assert_int_equal(rename(rotated.slow, moved_path(path, rotated.slow, rotation)), 0);
        assert_int_equal(kill(rotated.file.http.server.pid, SIGUSR1), 0);
        /* Two at once may be one to the server, so each is waited for. */
        for (; access(rotated.access, F_OK) != 0 || access(rotated.slow, F_OK) != 0; n_rounds++)
            ask_on_all(connections);
    }
    for (size_t i = 0; i < N_CONNECTIONS; i++)
        close(connections[i]);
    http_fixture_close(&rotated.file.http);
    assert_int_equal(count_all_lines(rotated.access), n_rounds * N_CONNECTIONS);
    assert_int_equal(count_all_lines(rotated.slow), n_rounds * N_CONNECTIONS);
    folder_remove(rotated.file.folder);
}

/* Has the server open its logs, and waits until it has: for the slow one, which comes last. */
static void open_again(const struct rotated *rotated)
{
    assert_int_equal(unlink(rotated->slow), 0);
    assert_int_equal(kill(rotated->file.http.server.pid, SIGUSR1), 0);
    while (access(rotated->slow, F_OK) != 0)
        assert_int_equal(kill(rotated->file.http.server.pid, 0), 0);
}

static unsigned count_refusals(const struct rotated *rotated)
{
    static const char refusal[] = "goes on as it is";
    size_t size;
    unsigned n = 0;
    char *said = file_read(rotated->file.said, &size);
    for (const char *at = said; (at = strstr(at, refusal)) != NULL; at += strlen(refusal))
        n++;
    free(said);
    return n;
}

/* A folder has taken the log's path: the old file goes on, and so does the other log, which
   is opened again each time. Why is said once, and another reason is said, too. */
static void goes_on_where_a_file_cannot_be_opened(void **state)
{
    (void)state;
    struct rotated rotated;
    char path[2 * FOLDER_PATH_SIZE];
    open_rotated(&rotated);
    struct http_fixture *http = &rotated.file.http;
    assert_int_equal(http_fixture_status(http, TARGET), 200);
    assert_int_equal(rename(rotated.access, moved_path(path, rotated.access, 0)), 0);
    assert_int_equal(mkdir(rotated.access, 0700), 0);
    for (unsigned i = 0; i < 3; i++)
        open_again(&rotated);
    assert_int_equal(rmdir(rotated.access), 0);
    assert_int_equal(mkfifo(rotated.access, 0600), 0); /* which nobody reads */
    open_again(&rotated);
    served_file_await_said(&rotated.file,
                           "Is a directory\ncratedex-server: the access log goes "
                           "on as it is: cannot write to",
                           1);
    served_file_await_said(&rotated.file, "No such device or address\n", 1);
    assert_int_equal(count_refusals(&rotated), 2);
    assert_int_equal(http_fixture_status(http, TARGET), 200);
    http_fixture_close(http);
    assert_int_equal(count_lines(path), 2);
    folder_remove(rotated.file.folder);
}

/* A reload opens them, too. */
static void are_opened_again_by_a_reload(void **state)
{
    (void)state;
    struct rotated rotated;
    open_rotated(&rotated);
    assert_int_equal(unlink(rotated.access), 0);
    assert_int_equal(kill(rotated.file.http.server.pid, SIGHUP), 0);
    served_file_await_said(&rotated.file, "was reloaded", 1);
    assert_int_equal(access(rotated.access, F_OK), 0);
    served_file_end(&rotated.file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loses_no_line),
        cmocka_unit_test(goes_on_where_a_file_cannot_be_opened),
        cmocka_unit_test(are_opened_again_by_a_reload),
    };
    return cmocka_run_group_tests_name("rotated logs", tests, NULL, NULL);
}
