/* Lines of the access log: what clients send cannot break them, and none is lost when many threads
   write more than the buffer holds. */
#include "server/telemetry/access_log.h"

#include "tests/support/folder.h"

#include <fcntl.h>
#include <jansson.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define N_THREADS 4
#define N_LINES 2000

/* A log that writes to a file, and what the file holds at the end. */
struct logged {
    char folder[FOLDER_PATH_SIZE];
    char path[FOLDER_PATH_SIZE];
    int descriptor;
    struct access_log *log;
};

static void open_log(struct logged *logged, enum access_log_format format)
{
    struct error error;
    folder_make(logged->folder);
    folder_join(logged->path, logged->folder, "log");
    logged->descriptor = open(logged->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(logged->descriptor >= 0);
    logged->log = access_log_create(format, logged->descriptor, &error);
    assert_non_null(logged->log);
}

static char *close_log(struct logged *logged, size_t *size)
{
    access_log_destroy(logged->log);
    close(logged->descriptor);
    char *text = file_read(logged->path, size);
    folder_remove(logged->folder);
    return text;
}

static const struct access_record example = {
    .time = {.tv_sec = 1700000000, .tv_nsec = 123456789},
    .address = "::1",
    .method = "GET",
    .target = "/a?b=\"c\"\\\n\x7f\xff",
    .version = "HTTP/1.1",
    .status = 200,
    .body_bytes = 12,
    .seconds = 0.0015,
    .cache_state = CACHE_STATE_HIT,
    .user_agent = "x",
    .request_id = "r-1",
};

static void writes_json(void **state)
{
    (void)state;
    struct logged logged;
    size_t size;
    open_log(&logged, ACCESS_LOG_JSON);
    access_log_write(logged.log, &example);
    char *text = close_log(&logged, &size);
    assert_string_equal(text,
                        "{\"time\":\"2023-11-14T22:13:20.123Z\",\"address\":\"::1\",\"method\":"
                        "\"GET\",\"target\":\"/a?b=\\\"c\\\"\\\\\\u000a\\u007f\\u00ff\",\"status\":"
                        "200,\"bytes\":12,\"milliseconds\":1.500,\"cache\":\"hit\",\"referer\":"
                        "null,\"user_agent\":\"x\",\"request_id\":\"r-1\",\"experiment\":null}\n");
    free(text);
}

static void names_the_arm_of_an_experiment(void **state)
{
    (void)state;
    struct logged logged;
    struct access_record record = example;
    size_t size;
    record.arm = EXPERIMENT_B;
    open_log(&logged, ACCESS_LOG_JSON);
    access_log_write(logged.log, &record);
    char *text = close_log(&logged, &size);
    assert_non_null(strstr(text, ",\"experiment\":\"b\"}\n"));
    free(text);
}

static void writes_the_combined_format(void **state)
{
    (void)state;
    struct logged logged;
    size_t size;
    open_log(&logged, ACCESS_LOG_COMBINED);
    access_log_write(logged.log, &example);
    char *text = close_log(&logged, &size);
    assert_string_equal(text, "::1 - - [14/Nov/2023:22:13:20 +0000] \"GET "
                              "/a?b=\\\"c\\\"\\\\\\x0a\\x7f\\xff HTTP/1.1\" 200 12 \"-\" \"x\"\n");
    free(text);
}

/* The longest of everything is still one line of JSON. */
static void cuts_long_fields(void **state)
{
    (void)state;
    static char longest[100001];
    memset(longest, '\x01', sizeof longest - 1);
    struct access_record record = example;
    record.method = longest;
    record.target = longest;
    record.referer = longest;
    record.user_agent = longest;
    struct logged logged;
    size_t size;
    open_log(&logged, ACCESS_LOG_JSON);
    access_log_write(logged.log, &record);
    char *text = close_log(&logged, &size);
    assert_true(size < 16384);
    assert_ptr_equal(strchr(text, '\n'), text + size - 1);
    json_t *line = json_loads(text, 0, NULL);
    assert_non_null(line);
    assert_int_equal(json_string_length(json_object_get(line, "target")), 8192 / 6);
    assert_int_equal(json_string_length(json_object_get(line, "user_agent")), 1024 / 6);
    json_decref(line);
    free(text);
}

static void flushes(void **state)
{
    (void)state;
    struct logged logged;
    size_t size;
    open_log(&logged, ACCESS_LOG_COMBINED);
    access_log_write(logged.log, &example);
    char *before = file_read(logged.path, &size);
    assert_int_equal(size, 0);
    access_log_flush(logged.log);
    char *after = file_read(logged.path, &size);
    assert_true(size > 0);
    free(before);
    free(after);
    free(close_log(&logged, &size));
}

static void *write_lines(void *log)
{
    for (int i = 0; i < N_LINES; i++)
        access_log_write(log, &example);
    return NULL;
}

static void keeps_every_line(void **state)
{
    (void)state;
    struct logged logged;
    size_t size;
    pthread_t threads[N_THREADS];
    open_log(&logged, ACCESS_LOG_COMBINED);
    for (size_t i = 0; i < N_THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_lines, logged.log), 0);
    for (size_t i = 0; i < N_THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    char *text = close_log(&logged, &size);
    const char *end = strchr(text, '\n') + 1;
    size_t length = (size_t)(end - text);
    assert_int_equal(size, length * N_THREADS * N_LINES);
    for (size_t at = length; at < size; at += length)
        assert_memory_equal(text, text + at, length);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_json),
        cmocka_unit_test(names_the_arm_of_an_experiment),
        cmocka_unit_test(writes_the_combined_format),
        cmocka_unit_test(cuts_long_fields),
        cmocka_unit_test(flushes),
        cmocka_unit_test(keeps_every_line),
    };
    return cmocka_run_group_tests_name("access_log", tests, NULL, NULL);
}
