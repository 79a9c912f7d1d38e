/* Swaps two indexes under a server while it is asked, and takes down what its clients see. */
#ifndef CRATEDEX_TESTS_BENCH_SWAP_WATCH_H
#define CRATEDEX_TESTS_BENCH_SWAP_WATCH_H

#include "tests/bench/bench_bootstrap.h"
#include "tests/bench/bench_load.h"
#include "tests/bench/bench_statistics.h"
#include "tests/bench/swap_load.h"

#include <cratedex/error.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Hit ratios are taken in so many parts of a second, for so many seconds. */
#define SWAP_PARTS 4
#define SWAP_MAX_SECONDS 5
#define SWAP_N_PARTS (SWAP_PARTS * SWAP_MAX_SECONDS)

struct swap_ratio {
    uint64_t n_hits;
    uint64_t n_answers;
};

/* All answers' times of one kind. */
struct swap_times {
    uint64_t *samples;
    size_t n_samples;
    size_t capacity;
    size_t n_before; /* samples of the swaps before this one */
};

/* A swap lasts from the rename until a second after the first answer of the new index. */
struct swap_watch {
    const struct swap_load *load;
    const char *index_paths[2]; /* absolute */
    const char *path;           /* that the server serves: a symbolic link to one of these */
    pid_t server;
    unsigned n_swaps;
    uint64_t warm_up; /* nanoseconds, as all times here: before the first swap */
    uint64_t quiet;   /* between two swaps */
    /* What was seen. */
    uint64_t n_answers;
    uint64_t n_failed; /* not 200 */
    uint64_t n_wrong;  /* of neither index, or of none that could be served yet */
    uint64_t n_late;   /* of the old index, and asked for after the first answer of the new one */
    uint64_t latest;   /* how long after it the last of these was asked for */
    uint64_t last_old; /* how long after it the last answer of the old index came, at most */
    unsigned n_done;
    struct swap_times outside;
    struct swap_times during;
    struct swap_times preparing; /* of these, before the first answer of the new index */
    struct swap_ratio baseline;  /* the last half of the warm-up */
    struct swap_ratio parts[SWAP_N_PARTS];
    int64_t memory[BOOTSTRAP_MAX_SAMPLES + 1]; /* private bytes before each swap, and at the end */
    struct error error; /* why it ended before all was done; empty: it did not */
    /* Of each swap. */
    double outside_p99[BOOTSTRAP_MAX_SAMPLES]; /* of the quiet time before it */
    double during_p99[BOOTSTRAP_MAX_SAMPLES];
    double ratio_before[BOOTSTRAP_MAX_SAMPLES];
    double ratio_after[BOOTSTRAP_MAX_SAMPLES]; /* of the first second */
    uint64_t noticed[BOOTSTRAP_MAX_SAMPLES];   /* from the rename to the first new answer */
    /* Where it stands. */
    int phase;
    unsigned served; /* number of the index that was put at the path last */
    uint64_t since;  /* when the phase began; 0: it has not */
    uint64_t renamed;
    uint64_t first_new;
    struct swap_ratio before;
    struct swap_ratio after;
};

/* Lets the path lead to the first index. Returns 0, or -1 and why. */
int swap_watch_begin(struct swap_watch *watch, struct error *error);

/* For a load plan, `context` being a struct swap_watch: false where all is done. */
bool swap_watch_answered(void *context, const struct load_answer *answer);

void swap_watch_free(struct swap_watch *watch);

double swap_ratio_value(const struct swap_ratio *ratio);

#endif
