/* Whether a text is a name is asked of the suggestions: an exact name is the first of them. */
#include "tests/bench/bench_typos.h"

#include "tests/support/random_edit.h"

#include <cratedex/canonical_name.h>
#include <cratedex/suggest.h>
#include <stdlib.h>

#define SEED 20261123

static bool is_name(const struct index *index, const struct bench_typo *typo)
{
    struct suggestion first;
    char name[TYPO_MAX_BYTES];
    if (suggest(index, typo->text, typo->length, &first, 1) == 0 ||
        first.kind != SUGGESTION_CRATE || first.name_length != typo->length)
        return false;
    canonical_name(name, first.name, first.name_length);
    return memcmp(name, typo->text, typo->length) == 0;
}

int bench_typos_make(struct bench_typos *typos, const struct index *index, size_t n_names,
                     size_t min_length, unsigned n_edits, struct error *error)
{
    uint64_t seed = SEED;
    size_t n_tried = 0;
    typos->n_typos = 0;
    typos->typos = calloc(n_names, sizeof *typos->typos);
    if (typos->typos == NULL)
        return error_out_of_memory(error);
    for (uint32_t rank = 1; rank <= index_n_crates(index) && n_tried < n_names; rank++) {
        struct bench_typo *typo = &typos->typos[typos->n_typos];
        struct index_crate crate;
        index_crate(index, rank, &crate);
        if (crate.name_length < min_length || crate.name_length > TYPO_MAX_BYTES - n_edits)
            continue;
        n_tried++;
        canonical_name(typo->text, crate.name, crate.name_length);
        typo->length = crate.name_length;
        typo->rank = rank;
        for (unsigned i = 0; i < n_edits; i++)
            typo->length = random_edit(&seed, typo->text, typo->length);
        if (!is_name(index, typo))
            typos->n_typos++;
    }
    return 0;
}

void bench_typos_free(struct bench_typos *typos)
{
    free(typos->typos);
}
