/* What the help says of a reload is what the table of options says, and options that mean the same
   do not differ. */
#include "server/options.h"

#include "tests/support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define MAX_ARGUMENTS 16

/* The entry of HUP: from its name to that of the next. */
static const char *hup_entry(void)
{
    static char entry[4096];
    for (const char *const *text = options_help(); *text != NULL; text++) {
        const char *begin = strstr(*text, "\n  HUP ");
        const char *end = begin != NULL ? strstr(begin, "\n  USR1 ") : NULL;
        if (end == NULL)
            continue;
        assert_true((size_t)(end - begin) < sizeof entry);
        memcpy(entry, begin, (size_t)(end - begin));
        return entry;
    }
    fail_msg("the help does not explain HUP");
    return NULL;
}

/* --ranking is no mention of --ranking-b. */
static bool is_named(const char *text, const char *option)
{
    char name[64];
    int length = snprintf(name, sizeof name, "--%s", option);
    for (const char *at = text; (at = strstr(at, name)) != NULL; at++)
        if (strchr(" ,;.\n", at[length]) != NULL)
            return true;
    return false;
}

static void the_help_names_what_a_reload_takes(void **state)
{
    (void)state;
    const char *entry = hup_entry();
    for (unsigned i = 0; option_setters[i].name != NULL; i++) {
        /* That file is where it reads. */
        if (is_named(entry, option_setters[i].name) != option_setters[i].is_reloaded)
            fail_msg("--%s", option_setters[i].name);
    }
}

static void parse(struct options *options, const char *const *more)
{
    struct error error;
    const char *arguments[MAX_ARGUMENTS] = {"cratedex-server", "--index", "x.cdx"};
    int n = 3;
    for (; *more != NULL; more++)
        arguments[n++] = *more;
    if (options_parse(n, (char **)arguments, options, &error) != OPTIONS_RUN)
        fail_msg("%s", error.message);
}

/* How many options differ between two command lines. */
static unsigned count_different(const char *const *left, const char *const *right)
{
    static struct options options[2];
    unsigned n = 0;
    parse(&options[0], left);
    parse(&options[1], right);
    for (unsigned i = 0; option_setters[i].name != NULL; i++)
        n += options_differ(&options[0], &options[1], i);
    return n;
}

#define LINE(...) ((const char *const[]){__VA_ARGS__, NULL})

/* A value that was given first, and overridden, leaves no trace. */
static void what_means_the_same_does_not_differ(void **state)
{
    (void)state;
    assert_int_equal(count_different(LINE("--cache-bytes", "1M", "--banner", ""),
                                     LINE("--cache-bytes", "1048576")),
                     0);
    assert_int_equal(
        count_different(LINE("--listen", "a.example.org:1", "--listen", "[::1]:80"),
                        LINE("--listen", "another.host.example.org:2", "--listen", "[::1]:80")),
        0);
    assert_int_equal(
        count_different(LINE("--base-url", "http://a-long-name.example.org/", "--base-url",
                             "http://a", "--banner", "long text", "--banner", "text"),
                        LINE("--base-url", "http://a/", "--banner", "text")),
        0);
    assert_int_equal(count_different(LINE("--trust-proxy", "10.0.0.0/8", "--access-log", "off"),
                                     LINE("--trust-proxy", "10.0.0.0/8")),
                     0);
}

static void what_means_another_thing_differs(void **state)
{
    (void)state;
    assert_int_equal(count_different(LINE("--listen", "[::1]:80"), LINE("--listen", "[::1]:81")),
                     1);
    assert_int_equal(
        count_different(LINE("--trust-proxy", "10.0.0.0/8", "--trust-proxy", "::1"),
                        LINE("--trust-proxy", "10.0.0.0/8", "--threads", "9", "--read-only", "no")),
        3);
}

/* As where the second is read when the process may use fewer processors than at its start. */
static void what_nobody_names_does_not_differ(void **state)
{
    (void)state;
    static struct options options[2];
    unsigned threads = 0;
    while (strcmp(option_setters[threads].name, "threads") != 0)
        threads++;
    parse(&options[0], LINE(NULL));
    parse(&options[1], LINE(NULL));
    options[1].limits.n_threads++;
    assert_false(options_differ(&options[0], &options[1], threads));
    parse(&options[1], LINE("--threads", "200"));
    assert_true(options_differ(&options[0], &options[1], threads));
    assert_true(options_differ(&options[1], &options[0], threads));
}

/* Parses them with that index, which need not be there. */
static void expect_refused(const char *index, const char *const *more, const char *said)
{
    static struct options options;
    struct error error = {0};
    const char *arguments[MAX_ARGUMENTS] = {"cratedex-server", "--index", index};
    int n = 3;
    for (; *more != NULL; more++)
        arguments[n++] = *more;
    assert_int_equal(options_parse(n, (char **)arguments, &options, &error), OPTIONS_BAD);
    if (strstr(error.message, said) == NULL)
        fail_msg("\"%s\" is not in: %s", said, error.message);
}

/* Whether that file is there or not, however its path is written, and also where the PID file is
   written first. */
static void the_pid_file_is_no_other_options_file(void **state)
{
    char index[FOLDER_PATH_SIZE];
    char path[FOLDER_PATH_SIZE];
    char pid[FOLDER_PATH_SIZE];
    folder_join(path, *state, "x");
    folder_join(pid, *state, "../");
    strcat(strcat(pid, strrchr(*state, '/') + 1), "//./x");
    folder_join(index, *state, "index");
#define SAYS(option) "--pid-file is the file of --" option ", "
    expect_refused(pid, LINE("--pid-file", path), SAYS("index"));
    expect_refused(index, LINE("--pid-file", path, "--verify-key", pid), SAYS("verify-key"));
    expect_refused(index, LINE("--pid-file", path, "--ranking", pid), SAYS("ranking"));
    expect_refused(
        index,
        LINE("--pid-file", path, "--ab", "client=20", "--ranking-b", pid, "--ranking", index),
        SAYS("ranking-b"));
    expect_refused(index,
                   LINE("--pid-file", path, "--access-log", "json", "--access-log-file", pid),
                   SAYS("access-log-file"));
    expect_refused(index, LINE("--pid-file", path, "--slow-query-log", pid),
                   SAYS("slow-query-log"));
    expect_refused(index, LINE("--pid-file", path, "--count-downloads", pid),
                   SAYS("count-downloads"));

    file_write(path, "", 0);
    assert_int_equal(symlink(path, index), 0);
    expect_refused(index, LINE("--pid-file", path), SAYS("index"));
    expect_refused(path, LINE("--pid-file", index), SAYS("index"));
    expect_refused("x.cdx", LINE("--pid-file", path, "--config", path), SAYS("config"));
    strcat(pid, ".new");
    expect_refused(pid, LINE("--pid-file", path), ".new first, which is the file of --index");
    strcat(path, "er");
    static struct options options;
    parse(&options, LINE("--pid-file", path));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_help_names_what_a_reload_takes),
        cmocka_unit_test(what_means_the_same_does_not_differ),
        cmocka_unit_test(what_means_another_thing_differs),
        cmocka_unit_test(what_nobody_names_does_not_differ),
        cmocka_unit_test_setup_teardown(the_pid_file_is_no_other_options_file, folder_setup,
                                        folder_teardown),
    };
    return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
