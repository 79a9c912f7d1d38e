/* The program cratedex-index as somebody at a shell meets it: command lines, exit statuses,
   messages, `info` and `verify`. What the others print is in test_cli_query.c, how `build` fails in
   test_cli_build.c. */
#include "tests/support/cli.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static void wrong_command_lines_exit_2_with_one_line(void **state)
{
    const struct cli_fixture *fixture = *state;
    const char *index = fixture->index;
    const char *const *const lines[] = {
        ARGUMENTS("bild"),
        ARGUMENTS("--bild"),
        ARGUMENTS("help", "bild"),
        ARGUMENTS("help", "build", "info"),
        ARGUMENTS("help", "--json"),
        ARGUMENTS("build"),
        ARGUMENTS("build", "dump"),
        ARGUMENTS("build", "-o", "out"),
        ARGUMENTS("build", "dump", "-o"),
        ARGUMENTS("build", "dump", "-o", ""),
        ARGUMENTS("build", "dump", "dump", "-o", "out"),
        ARGUMENTS("build", "dump", "-o", "out", "--fast"),
        ARGUMENTS("build", "dump", "-o", "out", "-x"),
        ARGUMENTS("build", "dump", "-o", "out", "--quiet=yes"),
        ARGUMENTS("build", "dump", "-o", "out", "--downloads"),
        ARGUMENTS("build", "dump", "-o", "out", "--max-dump-bytes"),
        ARGUMENTS("build", "dump", "-o", "out", "--max-dump-bytes", "0"),
        ARGUMENTS("build", "dump", "-o", "out", "--max-dump-bytes", "-1"),
        ARGUMENTS("build", "dump", "-o", "out", "--max-dump-bytes", "5X"),
        ARGUMENTS("build", "dump", "-o", "out", "--max-dump-bytes", "5KB"),
        ARGUMENTS("build", "dump", "-o", "out", "--max-dump-bytes", "17179869184G"),
        ARGUMENTS("info"),
        ARGUMENTS("info", index, index),
        ARGUMENTS("verify"),
        ARGUMENTS("verify", index, index),
        ARGUMENTS("query"),
        ARGUMENTS("query", index),
        ARGUMENTS("query", index, "json", "--limit", "0"),
        ARGUMENTS("query", index, "json", "--limit", "101"),
        ARGUMENTS("query", index, "json", "--limit", "ten"),
        ARGUMENTS("query", index, "json", "--limit", " 7"),
        ARGUMENTS("query", index, "json", "--sort", "luck"),
        ARGUMENTS("query", index, "json", "--match", "some"),
        ARGUMENTS("query", index, "json", "--ranking"),
        ARGUMENTS("query", index, "json", "--explain", "--sort", "downloads"),
        ARGUMENTS("query", index, "", "--explain"),
        ARGUMENTS("query", index, "\xff"),
        ARGUMENTS("suggest", index),
        ARGUMENTS("suggest", index, "a", "b"),
        ARGUMENTS("suggest", index, "a", "--limit", "101"),
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct program_run run;
        cli_run(&run, lines[i]);
        assert_failed(&run, 2);
        program_run_free(&run);
    }

    struct program_run run;
    const char *const nothing[] = {PROGRAM, NULL};
    cli_run(&run, nothing);
    assert_int_equal(run.status, 2);
    assert_contains(run.error_out, "Usage:");
    program_run_free(&run);
}

static void messages_name_the_culprit(void **state)
{
    (void)state;
    const struct {
        const char *const *arguments;
        const char *part;
    } cases[] = {
        {ARGUMENTS("bild"), "unknown command: bild; did you mean 'build'? (see: "},
        {ARGUMENTS("zzz"), "unknown command: zzz (see: "},
        {ARGUMENTS("help", "qurey"), "did you mean 'query'?"},
        {ARGUMENTS("--hepl"), "unknown option: --hepl; did you mean '--help'?"},
        {ARGUMENTS("info", "x", "--jsno"), "unknown option --jsno; did you mean '--json'?"},
        {ARGUMENTS("build", "x", "--fast"), "unknown option --fast"},
        {ARGUMENTS("build", "x", "-zq"), "unknown option -z"},
        {ARGUMENTS("build", "--quiet=1"), "--quiet takes no value"},
        {ARGUMENTS("build", "x", "-o"), "-o needs a value"},
        {ARGUMENTS("query", "--limit"), "--limit needs a value"},
        {ARGUMENTS("query", "x", "y", "--sort", "luck"), "luck"},
        {ARGUMENTS("query", "x", "y", "--sort", "recent-update"), "did you mean 'recent-updates'?"},
        {ARGUMENTS("query", "x", "y", "--sort", "NEW"), "unknown sort: NEW; did you mean 'new'?"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct program_run run;
        cli_run(&run, cases[i].arguments);
        assert_contains(run.error_out, cases[i].part);
        program_run_free(&run);
    }
}

static void help_and_version_go_to_standard_output(void **state)
{
    (void)state;
    static const char *const commands[] = {"build", "info", "verify", "query", "suggest"};
    struct program_run run;
    cli_run(&run, ARGUMENTS("--help"));
    assert_int_equal(run.status, 0);
    assert_string_equal(run.error_out, "");
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        assert_contains(run.out, commands[i]);
        struct program_run by_word;
        struct program_run by_option;
        cli_run(&by_word, ARGUMENTS("help", commands[i]));
        cli_run(&by_option, ARGUMENTS(commands[i], "--help"));
        assert_int_equal(by_word.status, 0);
        assert_int_equal(by_option.status, 0);
        assert_contains(by_word.out, commands[i]);
        assert_string_equal(by_word.out, by_option.out);
        program_run_free(&by_word);
        program_run_free(&by_option);
    }
    program_run_free(&run);
    cli_run(&run, ARGUMENTS("--version"));
    assert_int_equal(run.status, 0);
    assert_string_equal(run.out, PROGRAM " " CRATEDEX_VERSION "\n");
    program_run_free(&run);
}

static void info_shows_counts_and_parts(void **state)
{
    const struct cli_fixture *fixture = *state;
    struct program_run run;
    cli_run(&run, ARGUMENTS("info", fixture->index));
    assert_int_equal(run.status, 0);
    assert_contains(run.out, fixture->index);
    assert_contains(run.out, "2026-01-02T03:04:05Z");
    assert_contains(run.out, "Size by part");
    struct stat status;
    assert_int_equal(stat(fixture->index, &status), 0);
    assert_true(status.st_size >= 1024 && status.st_size < 1024 * 1024);
    char size[64];
    snprintf(size, sizeof size, "  file size       %.1f KiB (%ld,%03ld bytes)\n",
             (double)status.st_size / 1024, (long)status.st_size / 1000,
             (long)status.st_size % 1000);
    assert_contains(run.out, size);
    program_run_free(&run);

    cli_run(&run, ARGUMENTS("info", "--json", fixture->index));
    assert_int_equal(run.status, 0);
    json_t *root = json_loads(run.out, 0, NULL);
    assert_non_null(root);
    assert_true(json_object_size(root) > 3);
    assert_int_equal(json_integer_value(json_object_get(root, "file_bytes")), status.st_size);
    const json_t *parts = json_object_get(root, "parts");
    assert_true(json_object_size(parts) > 3);
    json_decref(root);
    program_run_free(&run);
}

static void a_sound_index_verifies(void **state)
{
    const struct cli_fixture *fixture = *state;
    struct program_run run;
    char expected[FOLDER_PATH_SIZE + 8];
    snprintf(expected, sizeof expected, "%s: ok\n", fixture->index);
    cli_run(&run, ARGUMENTS("verify", fixture->index));
    assert_int_equal(run.status, 0);
    assert_string_equal(run.out, expected);
    program_run_free(&run);
    cli_run(&run, ARGUMENTS("verify", "--verbose", fixture->index));
    assert_int_equal(run.status, 0);
    assert_true(count_lines(run.out) > 3);
    assert_contains(run.out, expected);
    program_run_free(&run);
}

static void files_that_are_no_index_are_refused(void **state)
{
    const struct cli_fixture *fixture = *state;
    char text[FOLDER_PATH_SIZE];
    char empty[FOLDER_PATH_SIZE];
    char cut[FOLDER_PATH_SIZE];
    char missing[FOLDER_PATH_SIZE];
    size_t size;
    char *bytes = file_read(fixture->index, &size);
    file_write(folder_join(text, fixture->folder, "text"), "not a database at all", 21);
    file_write(folder_join(empty, fixture->folder, "empty"), "", 0);
    file_write(folder_join(cut, fixture->folder, "cut"), bytes, size / 2);
    folder_join(missing, fixture->folder, "missing");
    free(bytes);
    const char *const files[] = {text, empty, cut, missing, fixture->folder};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        const char *const *const lines[] = {
            ARGUMENTS("info", files[i]),
            ARGUMENTS("verify", files[i]),
            ARGUMENTS("query", files[i], "json"),
            ARGUMENTS("suggest", files[i], "json"),
        };
        for (size_t j = 0; j < sizeof lines / sizeof lines[0]; j++) {
            struct program_run run;
            cli_run(&run, lines[j]);
            assert_failed(&run, 1);
            assert_contains(run.error_out, files[i]);
            program_run_free(&run);
        }
    }
}

/* One byte of `bytes` changed in `damaged`; returns whether verify finds it. */
static bool is_damage_found(const char *damaged, char *bytes, size_t size, size_t at, char flip)
{
    bytes[at] ^= flip;
    file_write(damaged, bytes, size);
    bytes[at] ^= flip;

    struct program_run run;
    cli_run(&run, ARGUMENTS("verify", damaged));
    bool is_found = run.status != 0;
    if (is_found)
        assert_failed(&run, 1);
    program_run_free(&run);
    cli_run(&run, ARGUMENTS("query", damaged, "json"));
    if (run.status != 0) {
        assert_int_equal(run.status, 1);
        assert_message(run.error_out);
    }
    program_run_free(&run);
    return is_found;
}

/* What a flip hits may be a page's slack or a column's name in the schema, so not every one is
   found, but most are where there is content, and none ends the program otherwise than with a
   line. */
static void damage_is_an_error_and_never_a_crash(void **state)
{
    static const char flips[] = {0x01, (char)0x80, (char)0xff};
    const struct cli_fixture *fixture = *state;
    char damaged[FOLDER_PATH_SIZE];
    size_t size;
    char *bytes = file_read(fixture->index, &size);
    folder_join(damaged, fixture->folder, "damaged");
    for (size_t at = 0; at < 100; at += 9)
        is_damage_found(damaged, bytes, size, at, flips[at % sizeof flips]);

    size_t n_places = 0;
    size_t n_found = 0;
    for (size_t at = 100; at < size; at += size / 37) {
        while (at < size && bytes[at] == 0)
            at++;
        if (at < size) {
            n_places++;
            n_found += is_damage_found(damaged, bytes, size, at, flips[n_places % sizeof flips]);
        }
    }
    free(bytes);
    remove(damaged);
    assert_true(n_places >= 20);
    assert_true(n_found >= n_places / 4 * 3);
}

static void a_full_disk_is_noticed(void **state)
{
    const struct cli_fixture *fixture = *state;
    const char *const *const lines[] = {
        ARGUMENTS("--help"),
        ARGUMENTS("info", fixture->index),
        ARGUMENTS("verify", fixture->index),
        ARGUMENTS("query", fixture->index, "json"),
        ARGUMENTS("query", fixture->index, "json", "--json"),
        ARGUMENTS("suggest", fixture->index, "net"),
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct program_options options = {.arguments = lines[i], .output_path = "/dev/full"};
        struct program_run run;
        program_run(&options, &run);
        assert_failed(&run, 1);
        assert_contains(run.error_out, "standard output");
        program_run_free(&run);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_command_lines_exit_2_with_one_line),
        cmocka_unit_test(messages_name_the_culprit),
        cmocka_unit_test(help_and_version_go_to_standard_output),
        cmocka_unit_test(info_shows_counts_and_parts),
        cmocka_unit_test(a_sound_index_verifies),
        cmocka_unit_test(files_that_are_no_index_are_refused),
        cmocka_unit_test(damage_is_an_error_and_never_a_crash),
        cmocka_unit_test(a_full_disk_is_noticed),
    };
    return cmocka_run_group_tests_name("cli", tests, cli_make_index, cli_remove_index);
}
