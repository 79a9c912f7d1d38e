/* SIGHUP: the configuration, the ranking and the index are read anew while requests go on. Whatever
   is wrong changes nothing. */
#include "tests/support/http_case.h"
#include "tests/support/served_file.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define METADATA "/api/v1/site_metadata"
#define MISSPELT "/api/v1/crates?q=tokoi"
#define SERVES " was reloaded: serving "
#define REFUSED "not reloaded"

struct reloaded {
    struct served_file file;
    char config[FOLDER_PATH_SIZE];
    char ranking[FOLDER_PATH_SIZE];
};

static void write_text(const char *path, const char *text)
{
    file_write(path, text, strlen(text));
}

/* A server of a configuration; `more` comes before it on the command line (NULL: nothing). */
static void open_reloaded(struct reloaded *reloaded, const char *config, const char *option,
                          const char *value)
{
    const char *arguments[] = {"--config", reloaded->config, option, value, NULL};
    served_file_make(&reloaded->file);
    folder_join(reloaded->config, reloaded->file.folder, "server.conf");
    folder_join(reloaded->ranking, reloaded->file.folder, "ranking.conf");
    write_text(reloaded->config, config);
    served_file_start(&reloaded->file, arguments);
}

/* Sends HUP and waits until it is said so often that... */
static void reload(struct reloaded *reloaded, const char *config, const char *said,
                   unsigned n_times)
{
    write_text(reloaded->config, config);
    assert_int_equal(kill(reloaded->file.http.server.pid, SIGHUP), 0);
    served_file_await_said(&reloaded->file, said, n_times);
}

static void expect(struct reloaded *reloaded, const char *target, const char *at, const char *value)
{
    const struct http_case cases[] = {
        {.request = {.target = target}, .status = 200, .body = {{at, value}}}};
    http_cases_run(reloaded->file.http.client, cases, 1);
}

static void takes_what_may_change(void **state)
{
    (void)state;
    struct reloaded reloaded;
    char config[4096];
    open_reloaded(&reloaded, "banner = one\n", NULL, NULL);
    for (int i = 0; i < 2; i++) { /* the second time from the cache */
        expect(&reloaded, METADATA, "banner_message", "\"one\"");
        expect(&reloaded, METADATA, "read_only", "true");
        expect(&reloaded, MISSPELT, "meta.relaxed", "\"typo\"");
    }
    write_text(reloaded.ranking, "typos = 0\n");
    snprintf(config, sizeof config,
             "banner = two\nread-only = no\ncdn-url = https://files.example.org\n"
             "base-url = https://crates.example.org/\nranking = %s\nslow-query-ms = 0.000001\n",
             reloaded.ranking);
    reload(&reloaded, config, SERVES, 1);
    expect(&reloaded, METADATA, "banner_message", "\"two\"");
    expect(&reloaded, METADATA, "read_only", "false");
    expect(&reloaded, METADATA, "cdn_base", "\"https://files.example.org\"");
    expect(&reloaded, "/index/config.json", "api", "\"https://crates.example.org\"");
    expect(&reloaded, MISSPELT, "meta.relaxed", "absent");
    served_file_await_said(&reloaded.file, "\"event\":\"slow_query\"", 1);

    /* The same file with another text in it; what is no longer named has its default again. */
    write_text(reloaded.ranking, "typos = 1\n");
    snprintf(config, sizeof config, "ranking = %s\n", reloaded.ranking);
    reload(&reloaded, config, SERVES, 2);
    expect(&reloaded, METADATA, "banner_message", "null");
    expect(&reloaded, MISSPELT, "meta.relaxed", "\"typo\"");
    assert_false(served_file_has_said(&reloaded.file, "needs a restart"));
    served_file_end(&reloaded.file);
}

static void says_what_needs_a_restart(void **state)
{
    (void)state;
    struct reloaded reloaded;
    open_reloaded(&reloaded, "cache-bytes = 1M\n", "--banner", "said");
    reload(&reloaded, "cache-bytes = 2M\nbanner = other\nlisten = 127.0.0.1:1\nthreads = 7\n",
           SERVES, 1);
    served_file_await_said(&reloaded.file, "--cache-bytes has changed, and needs a restart", 1);
    served_file_await_said(&reloaded.file, "--threads has changed, and needs a restart", 1);
    /* The command line goes before the file, then as now. */
    assert_false(served_file_has_said(&reloaded.file, "--listen has"));
    expect(&reloaded, METADATA, "banner_message", "\"said\"");
    served_file_end(&reloaded.file);
}

static void changes_nothing_where_anything_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *config;
        const char *said;
    } cases[] = {
        {"banner = two\nno-such-option = 1\n", "there is no option 'no-such-option'"},
        {"banner = two\nread-only = perhaps\n", "write yes or no"},
        {"banner = two\nranking = /no/such/file\n", "/no/such/file"},
        {"banner = two\nab = client=20\n", "add --ranking-b"},
        {"banner = two\naccess-log-file = /tmp/x\n", "add --access-log"},
    };
    struct reloaded reloaded;
    open_reloaded(&reloaded, "banner = one\n", NULL, NULL);
    unsigned n = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        reload(&reloaded, cases[i].config, REFUSED, ++n);
        served_file_await_said(&reloaded.file, cases[i].said, 1);
        expect(&reloaded, METADATA, "banner_message", "\"one\"");
    }
    assert_false(served_file_has_said(&reloaded.file, SERVES));

    /* Nor with an index that is none; the next that is one brings the settings. */
    size_t size;
    char moved[FOLDER_PATH_SIZE];
    folder_join(moved, reloaded.file.folder, "moved.cdx");
    assert_int_equal(rename(reloaded.file.path, moved), 0);
    write_text(reloaded.file.path, "no index");
    reload(&reloaded, "banner = three\n", REFUSED, ++n);
    expect(&reloaded, METADATA, "banner_message", "\"one\"");
    char *bytes = file_read(test_index(), &size);
    file_write(moved, bytes, size);
    free(bytes);
    assert_int_equal(rename(moved, reloaded.file.path), 0);
    assert_int_equal(kill(reloaded.file.http.server.pid, SIGHUP), 0);
    served_file_await_said(&reloaded.file, SERVES, 1);
    expect(&reloaded, METADATA, "banner_message", "\"three\"");
    served_file_end(&reloaded.file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_what_may_change),
        cmocka_unit_test(says_what_needs_a_restart),
        cmocka_unit_test(changes_nothing_where_anything_is_wrong),
    };
    return cmocka_run_group_tests_name("reloaded options", tests, NULL, NULL);
}
