/* The file appears whole under its name or not at all: outputs that cannot be written, and
   interrupts at any moment. */
#include "tests/support/build_folders.h"
#include "tests/support/built_index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char old_content[] = "what was there before";

static const struct dump_file good_dump[] = {
    BUILT_TIME("2026-11-01T02:00:00Z"),
    BUILT_TABLE("crates", CRATES_COLUMNS "\n1,a,2020-01-01,2020-01-01,,,,\n"),
    BUILT_TABLE("versions", VERSIONS_COLUMNS "\n1,1,1.0.0,2020-01-01,f,0,2020-01-01\n"),
    BUILT_END,
};

static void out_where_nothing_can_be_written(void **state)
{
    struct build_folders *fixture = *state;
    char *dump = dump_write_folder(fixture->dumps, "dump", good_dump);
    char out[FOLDER_PATH_SIZE];
    static const char *const says[] = {"is not a regular file", "cannot write to the folder",
                                       "cannot write to the folder"};
    for (int i = 0; i < 3; i++) {
        struct error error = {.message = ""};
        folder_join(out, fixture->folder,
                    i == 0   ? ""
                    : i == 1 ? "missing/out.cdx"
                             : "file/out.cdx");
        if (i == 2) {
            char file[FOLDER_PATH_SIZE];
            file_write(folder_join(file, fixture->folder, "file"), "", 0);
        }
        struct build_options options = {.dump_path = dump, .out_path = out};
        assert_int_equal(index_build(&options, &fixture->report, &error), -1);
        assert_non_null(strstr(error.message, says[i]));
        assert_int_equal(folder_count(fixture->folder), i == 2);
    }
    folder_remove(dump);
    free(dump);
}

/* Sets the flag at a certain call; counts the calls. */
struct interruption {
    volatile sig_atomic_t flag;
    unsigned n_calls;
    unsigned at;
};

static void interrupt(void *context, const struct build_progress *progress)
{
    struct interruption *interruption = context;
    assert_true(strlen(progress->phase) > 0);
    if (++interruption->n_calls == interruption->at)
        interruption->flag = 1;
}

/* An interrupt at any moment ends the build and leaves no trace. Behind the last report of progress
   the file is written and gets its name. */
static void interrupts(void **state)
{
    struct build_folders *fixture = *state;
    char *dump = dump_write_folder(fixture->dumps, "dump", good_dump);
    struct interruption interruption = {0, 0, 0};
    struct build_options options = {.dump_path = dump,
                                    .out_path = fixture->out,
                                    .on_progress = interrupt,
                                    .context = &interruption,
                                    .interrupted = &interruption.flag};
    assert_int_equal(index_build(&options, &fixture->report, NULL), 0);
    assert_int_equal(folder_count(fixture->folder), 1);
    unsigned n_calls = interruption.n_calls;
    assert_true(n_calls > 10);
    file_write(fixture->out, old_content, strlen(old_content));
    for (unsigned at = 0; at < n_calls; at++) {
        struct error error = {.message = ""};
        size_t size;
        interruption = (struct interruption){at == 0, 0, at};
        assert_int_equal(index_build(&options, &fixture->report, &error), -1);
        assert_non_null(strstr(error.message, "interrupted"));
        assert_non_null(strstr(error.message, fixture->out));
        assert_int_equal(folder_count(fixture->folder), 1);
        char *content = file_read(fixture->out, &size);
        assert_string_equal(content, old_content);
        free(content);
    }
    folder_remove(dump);
    free(dump);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(out_where_nothing_can_be_written, build_folders_make,
                                        build_folders_remove),
        cmocka_unit_test_setup_teardown(interrupts, build_folders_make, build_folders_remove),
    };
    return cmocka_run_group_tests_name("build_file", tests, NULL, NULL);
}
