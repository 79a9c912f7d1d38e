/* `cratedex-index build`: what it shows, and that it leaves OUT as it was and nothing beside it
   whatever goes wrong: a signal, a write error, a full disk, a folder where it may not write. */
#include "tests/support/cli.h"
#include "tests/support/small_dump.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* Enough that a build is still running when its first output has been read. Under a sanitizer a
   quarter of the crates takes as long. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define N_MANY 5000
#else
#define N_MANY 20000
#endif

static const char old_content[] = "what was there before";

struct fixture {
    char small[FOLDER_PATH_SIZE]; /* dumps */
    char large[FOLDER_PATH_SIZE];
    char folder[FOLDER_PATH_SIZE]; /* of a test, empty when it starts */
    char out[FOLDER_PATH_SIZE];
};

static int make_dumps(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    folder_make(fixture->small);
    small_dump_write(fixture->small, 0);
    folder_make(fixture->large);
    small_dump_write(fixture->large, N_MANY);
    *state = fixture;
    return 0;
}

static int remove_dumps(void **state)
{
    struct fixture *fixture = *state;
    folder_remove(fixture->small);
    folder_remove(fixture->large);
    free(fixture);
    return 0;
}

static int make_folder(void **state)
{
    struct fixture *fixture = *state;
    folder_make(fixture->folder);
    folder_join(fixture->out, fixture->folder, "out.cdx");
    return 0;
}

static int remove_folder(void **state)
{
    struct fixture *fixture = *state;
    folder_remove(fixture->folder);
    return 0;
}

/* OUT has its old content, and is alone in its folder. */
static void assert_untouched(const struct fixture *fixture)
{
    size_t size;
    char *content = file_read(fixture->out, &size);
    assert_int_equal(size, strlen(old_content));
    assert_string_equal(content, old_content);
    free(content);
    assert_int_equal(folder_count(fixture->folder), 1);
}

static void a_pipe_gets_a_line_a_phase_and_a_report(void **state)
{
    const struct fixture *fixture = *state;
    struct program_options options = {.arguments =
                                          ARGUMENTS("build", fixture->small, "-o", fixture->out)};
    struct program_run run;
    program_run(&options, &run);
    assert_int_equal(run.status, 0);
    /* "name: count, seconds s" or "name: seconds s", and nothing that moves a cursor. */
    size_t n_phases = 0;
    for (const char *line = run.error_out; *line != '\0'; n_phases++) {
        size_t length = strcspn(line, "\n");
        assert_true(length > 8);
        assert_non_null(memchr(line, ':', length));
        assert_memory_equal(line + length - 2, " s", 2);
        line += length + 1;
    }
    assert_true(n_phases >= 3);
    assert_null(strpbrk(run.error_out, "\r\033"));

    static const char *const parts[] = {"peak memory",      "Rows by table", "versions",
                                        "Seconds by phase", "Size by part",  "Warnings",
                                        "unknown crate"};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        assert_contains(run.out, parts[i]);
    assert_int_equal(folder_count(fixture->folder), 1);
    program_run_free(&run);
}

static void a_terminal_gets_one_bar_that_is_erased(void **state)
{
    const struct fixture *fixture = *state;
    static const unsigned widths[] = {30, 80};
    static const char erase[] = "\r\033[K";
    for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++) {
        struct program_options options = {
            .arguments = ARGUMENTS("build", fixture->large, "-o", fixture->out),
            .terminal_columns = widths[i],
            .environment = "TERM=xterm",
        };
        struct program_run run;
        program_run(&options, &run);
        assert_int_equal(run.status, 0);
        assert_contains(run.out, "Rows by table");
        if (widths[i] >= 80) {
            assert_contains(run.out, "%");
            assert_contains(run.out, "[");
            assert_contains(run.out, "/s");
            assert_contains(run.out, "0:0"); /* the time left, of a build of a second or so */
            assert_contains(run.out, " left");
        }
        /* Every drawing starts by erasing the one before and leaves the last column free; behind
           the last erasure there is only the report. */
        const char *at = run.out;
        assert_int_equal(strncmp(at, erase, strlen(erase)), 0);
        size_t n_drawings = 0;
        for (;;) {
            const char *text = at + strlen(erase);
            const char *next = strstr(text, erase);
            if (next == NULL) {
                assert_int_equal(strncmp(text, fixture->out, strlen(fixture->out)), 0);
                break;
            }
            assert_in_range(next - text, 1, widths[i] - 1);
            assert_null(memchr(text, '\n', (size_t)(next - text)));
            at = next;
            n_drawings++;
        }
        assert_true(n_drawings >= 3);
        program_run_free(&run);
    }
}

/* From the dump in the repository to the answer that the README shows; tests run in its root. */
static void the_sample_answers_serde(void **state)
{
    const struct fixture *fixture = *state;
    struct program_run run;
    cli_run(&run, ARGUMENTS("build", "data", "-o", fixture->out));
    assert_int_equal(run.status, 0);
    assert_null(strstr(run.out, "Warnings"));
    program_run_free(&run);
    cli_run(&run, ARGUMENTS("verify", fixture->out));
    assert_int_equal(run.status, 0);
    program_run_free(&run);
    cli_run(&run, ARGUMENTS("query", fixture->out, "serde"));
    assert_int_equal(strncmp(run.out, "1\tserde\t", 8), 0);
    assert_int_equal(count_lines(run.out), 10);
    program_run_free(&run);
    cli_run(&run, ARGUMENTS("suggest", fixture->out, "toki", "--limit", "1"));
    assert_int_equal(strncmp(run.out, "tokio\tcrate\t", 12), 0);
    program_run_free(&run);
}

static void quiet_prints_nothing(void **state)
{
    const struct fixture *fixture = *state;
    struct program_options options = {
        .arguments = ARGUMENTS("build", "-q", fixture->small, "--output", fixture->out),
        .terminal_columns = 80,
    };
    struct program_run run;
    program_run(&options, &run);
    assert_int_equal(run.status, 0);
    assert_string_equal(run.out, "");
    program_run_free(&run);
}

static void the_same_dump_gives_the_same_bytes(void **state)
{
    const struct fixture *fixture = *state;
    char other[FOLDER_PATH_SIZE];
    folder_join(other, fixture->folder, "other.cdx");
    const char *const outs[] = {fixture->out, other};
    size_t sizes[2];
    char *contents[2];
    for (size_t i = 0; i < 2; i++) {
        struct program_options options = {
            .arguments = ARGUMENTS("build", fixture->small, "-o", outs[i], "-q")};
        struct program_run run;
        program_run(&options, &run);
        assert_int_equal(run.status, 0);
        program_run_free(&run);
        contents[i] = file_read(outs[i], &sizes[i]);
    }
    assert_int_equal(sizes[0], sizes[1]);
    assert_memory_equal(contents[0], contents[1], sizes[0]);
    free(contents[0]);
    free(contents[1]);
}

/* On a terminal, because the first drawing comes when the first phase begins. */
static void a_signal_leaves_everything_as_it_was(void **state)
{
    const struct fixture *fixture = *state;
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        file_write(fixture->out, old_content, strlen(old_content));
        struct program_options options = {
            .arguments = ARGUMENTS("build", fixture->large, "-o", fixture->out),
            .terminal_columns = 80,
            .environment = "TERM=xterm",
            .signal_number = signals[i],
        };
        struct program_run run;
        program_run(&options, &run);
        assert_false(run.was_killed);
        assert_int_equal(run.status, 128 + signals[i]);
        assert_contains(run.out, "interrupted");
        assert_untouched(fixture);
        program_run_free(&run);
    }
}

static void a_write_error_leaves_everything_as_it_was(void **state)
{
    const struct fixture *fixture = *state;
    /* From the first page to late in the build. */
    static const uint64_t limits[] = {1, 5000, 70000, 35 * N_MANY, 200 * N_MANY};
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        file_write(fixture->out, old_content, strlen(old_content));
        struct program_options options = {
            .arguments = ARGUMENTS("build", fixture->large, "-o", fixture->out, "-q"),
            .max_file_bytes = limits[i],
        };
        struct program_run run;
        program_run(&options, &run);
        assert_false(run.was_killed);
        assert_int_equal(run.status, 1);
        assert_message(run.error_out);
        assert_untouched(fixture);
        program_run_free(&run);
    }
}

static void a_full_disk_leaves_everything_as_it_was(void **state)
{
    struct fixture *fixture = *state;
    if (mount("tmpfs", fixture->folder, "tmpfs", 0, "size=512k") != 0) {
        print_message("no small disk can be mounted here\n");
        skip();
    }
    file_write(fixture->out, old_content, strlen(old_content));
    struct program_options options = {
        .arguments = ARGUMENTS("build", fixture->large, "-o", fixture->out, "-q")};
    struct program_run run;
    program_run(&options, &run);
    bool is_whole = folder_count(fixture->folder) == 1;
    size_t size;
    char *content = file_read(fixture->out, &size);
    bool is_old = strcmp(content, old_content) == 0;
    free(content);
    assert_int_equal(umount(fixture->folder), 0);
    assert_int_equal(run.status, 1);
    assert_message(run.error_out);
    assert_true(is_whole);
    assert_true(is_old);
    program_run_free(&run);
}

static void places_where_nothing_can_be_written_are_named(void **state)
{
    const struct fixture *fixture = *state;
    char missing[FOLDER_PATH_SIZE];
    char file[FOLDER_PATH_SIZE];
    char below_file[FOLDER_PATH_SIZE];
    char sealed[FOLDER_PATH_SIZE];
    char in_sealed[FOLDER_PATH_SIZE];
    folder_join(missing, fixture->folder, "missing/out.cdx");
    file_write(folder_join(file, fixture->folder, "file"), "x", 1);
    folder_join(below_file, file, "out.cdx");
    folder_join(sealed, fixture->folder, "sealed");
    assert_int_equal(mkdir(sealed, 0555), 0);
    folder_join(in_sealed, sealed, "out.cdx");
    /* Root may write to any folder of a disk, but not make files in /proc. */
    const char *forbidden = geteuid() == 0 ? "/proc/out.cdx" : in_sealed;
    const char *const outs[] = {missing, below_file, sealed, forbidden};
    for (size_t i = 0; i < sizeof outs / sizeof outs[0]; i++) {
        struct program_options options = {
            .arguments = ARGUMENTS("build", fixture->small, "-o", outs[i], "-q")};
        struct program_run run;
        program_run(&options, &run);
        if (run.status != 1)
            fail_msg("%s: status %d", outs[i], run.status);
        assert_message(run.error_out);
        program_run_free(&run);
    }
    assert_int_equal(folder_count(fixture->folder), 2);
    assert_int_equal(folder_count(sealed), 0);
}

static void a_bad_dump_leaves_everything_as_it_was(void **state)
{
    const struct fixture *fixture = *state;
    char missing[FOLDER_PATH_SIZE];
    char text[FOLDER_PATH_SIZE];
    folder_join(missing, fixture->small, "no-such-dump.tar.gz");
    folder_join(text, fixture->small, "text.tar.gz");
    file_write(text, "this is no archive", 18);
    const char *const *const lines[] = {
        ARGUMENTS("build", missing, "-o", fixture->out),
        ARGUMENTS("build", text, "-o", fixture->out),
        ARGUMENTS("build", fixture->large, "-o", fixture->out, "--max-dump-bytes", "10k", "-q"),
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        file_write(fixture->out, old_content, strlen(old_content));
        struct program_options options = {.arguments = lines[i]};
        struct program_run run;
        program_run(&options, &run);
        assert_int_equal(run.status, 1);
        assert_string_equal(run.out, "");
        const char *last = strstr(run.error_out, PROGRAM ": ");
        assert_non_null(last);
        assert_message(last);
        assert_untouched(fixture);
        program_run_free(&run);
    }
    assert_int_equal(remove(text), 0);
}

static void a_report_that_cannot_be_printed_is_an_error(void **state)
{
    const struct fixture *fixture = *state;
    struct program_options options = {
        .arguments = ARGUMENTS("build", fixture->small, "-o", fixture->out),
        .output_path = "/dev/full",
    };
    struct program_run run;
    program_run(&options, &run);
    assert_int_equal(run.status, 1);
    assert_contains(run.error_out, "standard output");
    /* The index itself is there and whole. */
    assert_int_equal(folder_count(fixture->folder), 1);
    program_run_free(&run);
}

/* The table that is given takes the place of the one that ships; what is wrong with it is told
   before the dump is read. */
static void a_table_of_synonyms_is_given(void **state)
{
    const struct fixture *fixture = *state;
    char table[FOLDER_PATH_SIZE];
    struct program_run run;
    folder_join(table, fixture->small, "synonyms.txt");
    file_write(table, "# ours\nyml yaml\n", 16);
    cli_run(&run,
            ARGUMENTS("build", fixture->small, "-o", fixture->out, "-q", "--synonyms", table));
    assert_int_equal(run.status, 0);
    program_run_free(&run);
    cli_run(&run, ARGUMENTS("query", fixture->out, "yml", "--explain"));
    assert_int_equal(run.status, 0);
    assert_contains(run.out, "yaml");
    assert_contains(run.out, "yml as yaml, 100 % of the query: name, description");
    program_run_free(&run);
    cli_run(&run, ARGUMENTS("info", fixture->out));
    assert_contains(run.out, "synonyms        2\n");
    program_run_free(&run);
    cli_run(&run, ARGUMENTS("verify", fixture->out));
    assert_int_equal(run.status, 0);
    program_run_free(&run);
    file_write(fixture->out, old_content, strlen(old_content));
    file_write(table, "yml yaml\nalone\n", 15);
    cli_run(&run, ARGUMENTS("build", "/no/dump", "-o", fixture->out, "--synonyms", table, "-q"));
    assert_failed(&run, 1);
    assert_contains(run.error_out, "synonyms.txt: line 2: one word alone has no synonym");
    assert_untouched(fixture);
    program_run_free(&run);
    assert_int_equal(remove(table), 0);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(a_pipe_gets_a_line_a_phase_and_a_report),
        IN_FOLDER(a_terminal_gets_one_bar_that_is_erased),
        IN_FOLDER(the_sample_answers_serde),
        IN_FOLDER(quiet_prints_nothing),
        IN_FOLDER(the_same_dump_gives_the_same_bytes),
        IN_FOLDER(a_signal_leaves_everything_as_it_was),
        IN_FOLDER(a_write_error_leaves_everything_as_it_was),
        IN_FOLDER(a_full_disk_leaves_everything_as_it_was),
        IN_FOLDER(places_where_nothing_can_be_written_are_named),
        IN_FOLDER(a_bad_dump_leaves_everything_as_it_was),
        IN_FOLDER(a_report_that_cannot_be_printed_is_an_error),
        IN_FOLDER(a_table_of_synonyms_is_given),
    };
    return cmocka_run_group_tests_name("cli build", tests, make_dumps, remove_dumps);
}
