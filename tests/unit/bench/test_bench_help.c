/* The help of cratedex-bench looks like that of the programs. That the examples work shows the
   smoke test of the benchmarks, which runs every command. */
#include "tests/bench/bench_help.h"

#include "tests/support/help_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void the_help_fits_and_ends_with_two_examples(void **state)
{
    (void)state;
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    bench_print_help(out);
    fclose(out);
    char examples[HELP_N_EXAMPLES][HELP_EXAMPLE_SIZE];
    help_assert_fits(text);
    help_read_examples(text, "cratedex-bench", examples);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_help_fits_and_ends_with_two_examples),
    };
    return cmocka_run_group_tests_name("bench_help", tests, NULL, NULL);
}
