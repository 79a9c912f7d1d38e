/* Another index takes the path: what was asked for again and again is in the cache when it is
   served, as the new index answers it; what was asked for once is not. */
#include "tests/support/metrics_sample.h"
#include "tests/support/served_file.h"
#include "tests/support/two_indexes.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include <cmocka.h>

#define WAIT_SECONDS 60
#define SERDE "/api/v1/crates/serde"
#define SEARCH "/api/v1/crates?q=json"
#define ONCE "/api/v1/crates?q=serde"
#define GONE "/api/v1/crates/rand"
#define GZIP "Accept-Encoding: gzip\n"

static struct http_response get(const struct served_file *file, const char *target,
                                const char *headers)
{
    struct http_response response;
    http_get(file->http.client, target, headers, &response);
    return response;
}

static bool is_hit(const struct served_file *file, const char *target, const char *headers)
{
    struct http_response response = get(file, target, headers);
    assert_int_equal(response.status, 200);
    bool is_hit = strcmp(http_header(&response, "X-Cache"), "hit") == 0;
    http_response_free(&response);
    return is_hit;
}

static void ask_often(const struct served_file *file, const char *target, const char *headers)
{
    for (int i = 0; i < 4; i++)
        is_hit(file, target, headers);
}

static double sample(const struct served_file *file, const char *name)
{
    return metrics_sample(file->http.client, name, "");
}

static void replace(const struct served_file *file)
{
    struct two_indexes indexes;
    const time_t latest = time(NULL) + WAIT_SECONDS;
    two_indexes_make(&indexes);
    file_replace(file->path, indexes.other.bytes, indexes.other.size);
    while (metrics_sample(file->http.client, "cratedex_index_reloads_total",
                          "result=\"success\"") == 0)
        if (time(NULL) > latest)
            fail_msg("the other index is not served");
    two_indexes_free(&indexes);
}

static void what_was_hot_is_a_hit_of_the_new_index(void **state)
{
    struct served_file file;
    (void)state;
    served_file_make(&file);
    served_file_start(&file, (const char *const[]){"--threads", "2", NULL});
    ask_often(&file, SERDE, "");
    ask_often(&file, SEARCH, "");
    ask_often(&file, SEARCH, GZIP);
    ask_often(&file, GONE, "");
    assert_false(is_hit(&file, ONCE, ""));
    double n_hits = sample(&file, "cratedex_cache_hits_total");
    double n_misses = sample(&file, "cratedex_cache_misses_total");
    replace(&file);
    assert_true(sample(&file, "cratedex_warmed_answers_total") == 2);
    assert_true(sample(&file, "cratedex_warming_seconds_total") > 0);
    assert_true(sample(&file, "cratedex_cache_hits_total") == n_hits);
    assert_true(sample(&file, "cratedex_cache_misses_total") == n_misses);
    struct http_response response = get(&file, SERDE, "");
    assert_string_equal(http_header(&response, "X-Cache"), "hit");
    assert_non_null(strstr(response.body, "\"7.0.0\""));
    http_response_free(&response);
    assert_true(is_hit(&file, SEARCH, ""));
    assert_true(is_hit(&file, SEARCH, GZIP));
    assert_false(is_hit(&file, ONCE, ""));
    response = get(&file, GONE, "");
    assert_int_equal(response.status, 404);
    http_response_free(&response);
    served_file_end(&file);
}

/* Without a cache there is nothing to be kept, and nothing is made. */
static void nothing_is_made_without_a_cache(void **state)
{
    struct served_file file;
    (void)state;
    served_file_make(&file);
    served_file_start(&file, (const char *const[]){"--threads", "2", "--cache-bytes", "0", NULL});
    ask_often(&file, SERDE, "");
    replace(&file);
    assert_true(sample(&file, "cratedex_warmed_answers_total") == 0);
    assert_false(is_hit(&file, SERDE, ""));
    served_file_end(&file);
}

/* The niceness of a thread: the 19th word of its stat, of which the second may have blanks. */
static long niceness_of(const char *folder, const char *thread)
{
    char path[512];
    char text[1024] = "";
    snprintf(path, sizeof path, "%s/%s/stat", folder, thread);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return 0; /* it has ended */
    const char *line = fgets(text, sizeof text, file);
    fclose(file);
    const char *at = line != NULL ? strrchr(line, ')') : NULL;
    for (int word = 2; at != NULL && word < 19; word++)
        at = strchr(at + 1, ' ');
    return at != NULL ? strtol(at, NULL, 10) : 0;
}

static void those_who_answer_go_first(void **state)
{
    struct served_file file;
    char folder[64];
    const int own = getpriority(PRIO_PROCESS, 0); /* which the server inherits */
    unsigned n_nicer = 0;
    unsigned n_usual = 0;
    (void)state;
    served_file_make(&file);
    served_file_start(&file, (const char *const[]){"--threads", "2", NULL});
    replace(&file);
    snprintf(folder, sizeof folder, "/proc/%d/task", (int)file.http.server.pid);
    DIR *threads = opendir(folder);
    assert_non_null(threads);
    const struct dirent *thread;
    while ((thread = readdir(threads)) != NULL) {
        if (thread->d_name[0] == '.')
            continue;
        long niceness = niceness_of(folder, thread->d_name);
        n_nicer += niceness > own;
        n_usual += niceness == own;
    }
    closedir(threads);
    assert_true(n_usual >= 3); /* main, and two that answer */
    assert_true(n_nicer >= 1 || own >= 5);
    served_file_end(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_hot_is_a_hit_of_the_new_index),
        cmocka_unit_test(nothing_is_made_without_a_cache),
        cmocka_unit_test(those_who_answer_go_first),
    };
    return cmocka_run_group_tests_name("warming", tests, NULL, NULL);
}
