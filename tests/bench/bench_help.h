/* What cratedex-bench says of itself. */
#ifndef CRATEDEX_TESTS_BENCH_BENCH_HELP_H
#define CRATEDEX_TESTS_BENCH_BENCH_HELP_H

#include <stdio.h>

/* The text of --help. */
void bench_print_help(FILE *out);

#endif
