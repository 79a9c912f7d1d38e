/* Files of settings: what is handed over, and that whatever is wrong is blamed on the line where it
   stands. */
#include <cratedex/settings_file.h>

#include "tests/support/folder.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))

/* A file, and what was taken from it. */
struct file {
    char path[FOLDER_PATH_SIZE];
    char taken[16384]; /* "name=value;…" */
};

static int take(void *context, const char *name, const char *value, struct error *error)
{
    struct file *file = context;
    if (strcmp(value, "bad") == 0)
        return error_set(error, "%s is bad", name);
    size_t length = strlen(file->taken);
    snprintf(file->taken + length, sizeof file->taken - length, "%s=%s;", name, value);
    return 0;
}

static bool may_repeat(const char *name)
{
    return strcmp(name, "many") == 0;
}

static int read_bytes(struct file *file, const char *folder, const char *bytes, size_t size,
                      struct error *error)
{
    const struct settings_taker taker = {take, may_repeat, file};
    file_write(folder_join(file->path, folder, "settings.conf"), bytes, size);
    file->taken[0] = '\0';
    return settings_file_read(file->path, &taker, error);
}

static void settings_are_handed_over_in_order(void **state)
{
    struct file file = {.taken = ""};
    static const struct {
        const char *text;
        const char *taken;
    } cases[] = {
        {"", ""},
        {"a = 1\nb=2\n", "a=1;b=2;"},
        {"a = 1", "a=1;"},
        {"a = 1\r\nb = 2\r\n", "a=1;b=2;"},
        {"\xef\xbb\xbf"
         "a = 1\nb = 2\n",
         "a=1;b=2;"},
        {"\xef\xbb\xbf# comment\n\n; another\n  # indented\na = 1\n", "a=1;"},
        {"a = 1\n  b = 2\n\tc = 3\n", "a=1;b=2;c=3;"}, /* no line continues another */
        {"a = 1 ; why\nb = x;y\n", "a=1;b=x;y;"},
        {"many = 1\nmany = 2\n", "many=1;many=2;"},
        {"a = \n", "a=;"},
        {"a = b = c\n", "a=b = c;"},
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        struct error error = {.message = ""};
        if (read_bytes(&file, *state, cases[i].text, strlen(cases[i].text), &error) != 0)
            fail_msg("%s: %s", cases[i].text, error.message);
        assert_string_equal(file.taken, cases[i].taken);
    }
}

static void faults_are_blamed_on_their_line(void **state)
{
    struct file file = {.taken = ""};
    static const struct {
        const char *text;
        const char *message; /* behind the file's name */
    } cases[] = {
        {"a = bad\n", ": line 1: a is bad"},
        {"a = 1\nb = bad\nc = bad\n", ": line 2: b is bad"},
        {"a = 1\nb = bad", ": line 2: b is bad"},
        {"\r\n\r\na = bad\r\n", ": line 3: a is bad"},
        {"\xef\xbb\xbf\n# x\na = bad\n", ": line 3: a is bad"},
        {"a = 1\n  b = bad\n", ": line 2: b is bad"},
        {"a = 1\n\n\n  2\n", ": line 4: `name = value` is expected"},
        {"a = 1\n[part]\nb = 2\n", ": line 2: there are no sections: remove this line"},
        {"a = 1\n\n [part]\n", ": line 3: there are no sections: remove this line"},
        {"a = 1\n\n[part\n", ": line 3: there are no sections: remove this line"},
        {"a = 1\nb = 2\n\na = 3\n", ": line 4: a was set on line 1: keep one of the two"},
        {"many = 1\nmany = bad\n", ": line 2: many is bad"},
        {"a = 1\nno setting\nb = bad\n", ": line 2: `name = value` is expected"},
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        struct error error = {.message = ""};
        assert_int_equal(read_bytes(&file, *state, cases[i].text, strlen(cases[i].text), &error),
                         -1);
        assert_memory_equal(error.message, file.path, strlen(file.path));
        assert_string_equal(error.message + strlen(file.path), cases[i].message);
    }
}

/* Longer than inih's own buffer of 200 bytes, than ours, and than two of ours. */
static void long_lines_are_one_line_each(void **state)
{
    struct file file = {.taken = ""};
    static const size_t lengths[] = {198, 199, 200, 201, 4000, SETTINGS_MAX_LINE, 10000};
    char text[10100];
    for (size_t i = 0; i < N_ELEMENTS(lengths); i++) {
        struct error error = {.message = ""};
        memset(text, 'x', lengths[i]);
        text[0] = '#';
        memcpy(text + lengths[i], "\na = bad\n", sizeof "\na = bad\n");
        assert_int_equal(read_bytes(&file, *state, text, strlen(text), &error), -1);
        assert_string_equal(error.message + strlen(file.path), ": line 2: a is bad");

        memcpy(text, "b = ", 4);
        error.message[0] = '\0';
        assert_int_equal(read_bytes(&file, *state, text, strlen(text), &error), -1);
        assert_string_equal(error.message + strlen(file.path),
                            lengths[i] < SETTINGS_MAX_LINE ? ": line 2: a is bad"
                                                           : ": line 1: the line is too long");
        if (lengths[i] < SETTINGS_MAX_LINE)
            assert_int_equal(strlen(file.taken), lengths[i] - 1); /* "b=xxx;" */
    }
}

static void what_is_no_text_is_refused(void **state)
{
    struct file file = {.taken = ""};
    static const char bytes[] = "a = 1\nb = \0 2\n";
    struct error error = {.message = ""};
    assert_int_equal(read_bytes(&file, *state, bytes, sizeof bytes - 1, &error), -1);
    assert_non_null(strstr(error.message, ": line 2: "));

    const struct settings_taker taker = {take, NULL, &file};
    char missing[FOLDER_PATH_SIZE];
    folder_join(missing, *state, "missing");
    assert_int_equal(settings_file_read(missing, &taker, &error), -1);
    assert_non_null(strstr(error.message, "missing: No such file"));
}

/* As a shell's <(…), which is empty when it is read again. */
static void pipes_are_read_once(void **state)
{
    struct file file = {.taken = ""};
    const struct settings_taker taker = {take, NULL, &file};
    struct error error = {.message = ""};
    char path[FOLDER_PATH_SIZE];
    assert_int_equal(mkfifo(folder_join(path, *state, "pipe"), 0600), 0);
    assert_int_equal(settings_file_read(path, &taker, &error), -1);
    assert_non_null(strstr(error.message, "pipe: it is a pipe that nobody writes to"));

    int writer = open(path, O_RDWR | O_CLOEXEC);
    assert_true(writer >= 0);
    assert_int_equal(write(writer, "a = 1\n[\n", 8), 8);
    assert_int_equal(settings_file_read(path, &taker, &error), -1);
    assert_string_equal(file.taken, "a=1;");
    assert_non_null(strstr(error.message, "pipe: line 2: there are no sections"));
    close(writer);
    assert_int_equal(settings_file_read(path, &taker, &error), -1);
    assert_non_null(strstr(error.message, "it is a pipe that nobody writes to"));
}

static void what_has_no_end_is_refused(void **state)
{
    struct file file = {.taken = ""};
    const struct settings_taker taker = {take, NULL, &file};
    struct error error = {.message = ""};
    assert_int_equal(settings_file_read("/dev/full", &taker, &error), -1); /* zeros */
    assert_string_equal(error.message, "cannot read /dev/full: it is no regular file: name a file "
                                       "of settings");
    assert_int_equal(settings_file_read(*state, &taker, &error), -1);
    assert_non_null(strstr(error.message, ": it is a folder: name a file of settings"));
    assert_int_equal(settings_file_read("/dev/null", &taker, &error), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_are_handed_over_in_order),
        cmocka_unit_test(faults_are_blamed_on_their_line),
        cmocka_unit_test(long_lines_are_one_line_each),
        cmocka_unit_test(what_is_no_text_is_refused),
        cmocka_unit_test(pipes_are_read_once),
        cmocka_unit_test(what_has_no_end_is_refused),
    };
    return cmocka_run_group_tests_name("settings_file", tests, folder_setup, folder_teardown);
}
