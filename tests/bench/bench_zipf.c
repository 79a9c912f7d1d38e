/* An item is found by a binary search in the sums of the probabilities. */
#include "tests/bench/bench_zipf.h"

#include "tests/support/random.h"

#include <stdlib.h>

static uint32_t find_rank(const double *sums, uint32_t n_items, double wanted)
{
    uint32_t low = 0;
    for (uint32_t high = n_items - 1; low < high;) {
        uint32_t middle = low + (high - low) / 2;
        if (sums[middle] <= wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int zipf_draw(uint32_t *drawn, size_t n, uint32_t n_items, uint64_t seed, struct error *error)
{
    double *sums = calloc(n_items, sizeof *sums);
    uint32_t *popular = calloc(n_items, sizeof *popular); /* the items, most popular first */
    double sum = 0;
    if (sums == NULL || popular == NULL) {
        free(sums);
        free(popular);
        return error_out_of_memory(error);
    }
    for (uint32_t i = 0; i < n_items; i++) {
        uint32_t other = random_below(&seed, i + 1); /* Fisher and Yates */
        popular[i] = popular[other];
        popular[other] = i;
        sum += 1.0 / (i + 1);
        sums[i] = sum;
    }
    for (size_t i = 0; i < n; i++)
        drawn[i] = popular[find_rank(sums, n_items, sum * random_next(&seed) / 4294967296.0)];
    free(sums);
    free(popular);
    return 0;
}
