/* Misspelt names of popular crates, always the same for one index. */
#ifndef CRATEDEX_TESTS_BENCH_BENCH_TYPOS_H
#define CRATEDEX_TESTS_BENCH_BENCH_TYPOS_H

#include <cratedex/error.h>
#include <cratedex/index_file.h>
#include <stddef.h>
#include <stdint.h>

#define TYPO_MAX_BYTES 64

struct bench_typo {
    char text[TYPO_MAX_BYTES];
    size_t length;
    uint32_t rank; /* of the crate that is meant */
};

struct bench_typos {
    struct bench_typo *typos;
    size_t n_typos;
};

/* Misspells the `n_names` most popular names of `min_length` bytes and more in canonical form, with
   `n_edits` random edits each; what is another name afterwards is left out. Returns 0, or -1 when
   memory runs out. */
int bench_typos_make(struct bench_typos *typos, const struct index *index, size_t n_names,
                     size_t min_length, unsigned n_edits, struct error *error);
void bench_typos_free(struct bench_typos *typos);

#endif
