/* What a build tells of itself while it runs. */
#include "tests/support/folder.h"
#include "tests/support/small_dump.h"

#include <cratedex/index_builder.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct told {
    double share;
    double when_ranking; /* the first share of that phase; -1 before */
    unsigned n_calls;
    bool has_begun;
};

static void listen(void *context, const struct build_progress *progress)
{
    struct told *told = context;
    if (!told->has_begun)
        assert_true(progress->share == 0);
    told->has_begun = true;
    if (progress->share < told->share)
        fail_msg("%s: the share falls from %f to %f", progress->phase, told->share,
                 progress->share);
    assert_true(progress->share <= 1);
    if (strcmp(progress->phase, "ranking") == 0 && told->when_ranking < 0)
        told->when_ranking = progress->share;
    told->share = progress->share;
    told->n_calls++;
}

static void the_share_that_is_over_grows_to_the_whole(void **state)
{
    (void)state;
    char dump[FOLDER_PATH_SIZE];
    char out[FOLDER_PATH_SIZE];
    struct build_report *report = calloc(1, sizeof *report);
    assert_non_null(report);
    struct error error = {.message = ""};
    struct told told = {.when_ranking = -1};
    folder_make(dump);
    small_dump_write(dump, 3000);
    const struct build_options options = {
        .dump_path = dump,
        .out_path = folder_join(out, dump, "out.cdx"),
        .on_progress = listen,
        .context = &told,
    };
    if (index_build(&options, report, &error) != 0)
        fail_msg("%s", error.message);
    assert_true(told.n_calls > 20);
    /* The tables are read and checked, a third of the work; the last phase is all but nothing. */
    assert_true(told.when_ranking > 0.2 && told.when_ranking < 0.5);
    assert_true(told.share > 0.97);
    free(report);
    folder_remove(dump);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_share_that_is_over_grows_to_the_whole),
    };
    return cmocka_run_group_tests_name("build_report", tests, NULL, NULL);
}
