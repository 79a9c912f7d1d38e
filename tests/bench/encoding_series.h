/* What was measured once a round in both encodings. */
#ifndef CRATEDEX_TESTS_BENCH_ENCODING_SERIES_H
#define CRATEDEX_TESTS_BENCH_ENCODING_SERIES_H

#include "tests/bench/bench_bootstrap.h"

#include <cratedex/encoder.h>
#include <stddef.h>

/* A sample of each round; of a time, nanoseconds an answer. */
struct encoding_series {
    double samples[N_ENCODINGS][BOOTSTRAP_MAX_SAMPLES];
    size_t n_samples; /* 0: not measured */
};

#endif
