/* `suggest`: suggestions as they are asked for while somebody types. A query that is marked as a
   prefix is one request, of any other query every beginning is one, cut between characters. Then
   misspelt names of popular crates: with one edit, and longer ones with two. */
#include "tests/bench/bench_queries.h"
#include "tests/bench/bench_rounds.h"
#include "tests/bench/bench_typos.h"

#include <cratedex/suggest.h>
#include <stdio.h>
#include <stdlib.h>

#define LIMIT 10
#define N_MISSPELT_NAMES 1000

/* Misspelt names, and what became of them. */
struct misspelt {
    struct bench_typos typos;
    struct series *series;
    size_t n_first; /* the right name is the first suggestion */
    size_t n_found; /* it is one of them */
};

struct run {
    const struct index *index;
    struct bench_queries queries;
    struct series *lookup;
    struct series *whole;
    size_t n_prefixes;
    uint64_t n_suggestions;
    msgpack_sbuffer body;
    struct misspelt one_edit;
    struct misspelt two_edits;
};

static int assemble(struct run *run, const struct suggestion *suggestions, size_t n_suggestions,
                    struct error *error)
{
    struct encoder encoder;
    msgpack_sbuffer_clear(&run->body);
    encoder_init(&encoder, ENCODING_JSON, &run->body);
    suggestions_encode(suggestions, n_suggestions, &encoder);
    return encoder_finish(&encoder, error);
}

static int time_prefix(struct run *run, const char *prefix, size_t length, struct error *error)
{
    struct suggestion suggestions[LIMIT];
    uint64_t begin = bench_now();
    size_t n_suggestions = suggest(run->index, prefix, length, suggestions, LIMIT);
    uint64_t found = bench_now();
    if (assemble(run, suggestions, n_suggestions, error) != 0)
        return -1;
    uint64_t assembled = bench_now();
    series_add(run->lookup, found - begin);
    series_add(run->whole, assembled - begin);
    run->n_suggestions += n_suggestions;
    return 0;
}

static void time_misspelt(struct run *run, struct misspelt *misspelt)
{
    misspelt->n_first = 0;
    misspelt->n_found = 0;
    for (size_t i = 0; i < misspelt->typos.n_typos; i++) {
        const struct bench_typo *typo = &misspelt->typos.typos[i];
        struct suggestion suggestions[LIMIT];
        uint64_t begin = bench_now();
        size_t n = suggest(run->index, typo->text, typo->length, suggestions, LIMIT);
        series_add(misspelt->series, bench_now() - begin);
        size_t at = 0;
        while (at < n &&
               (suggestions[at].kind != SUGGESTION_CRATE || suggestions[at].rank != typo->rank))
            at++;
        misspelt->n_first += n > 0 && at == 0;
        misspelt->n_found += at < n;
    }
}

static bool is_cut(const struct bench_query *query, size_t length)
{
    return length == query->length || ((unsigned char)query->text[length] & 0xc0) != 0x80;
}

static size_t count_prefixes(const struct bench_queries *queries)
{
    size_t n_prefixes = 0;
    for (size_t i = 0; i < queries->n_queries; i++) {
        const struct bench_query *query = &queries->queries[i];
        for (size_t length = query->is_prefix ? query->length : 1; length <= query->length;
             length++)
            n_prefixes += is_cut(query, length);
    }
    return n_prefixes;
}

static int time_query(struct run *run, const struct bench_query *query, struct error *error)
{
    for (size_t length = query->is_prefix ? query->length : 1; length <= query->length; length++) {
        if (is_cut(query, length) && time_prefix(run, query->text, length, error) != 0)
            return -1;
    }
    return 0;
}

static int run_round(void *state, struct rounds *rounds, bool is_warm_up, struct error *error)
{
    (void)rounds;
    (void)is_warm_up;
    struct run *run = state;
    run->n_suggestions = 0;
    for (size_t i = 0; i < run->queries.n_queries; i++) {
        if (time_query(run, &run->queries.queries[i], error) != 0)
            return -1;
    }
    time_misspelt(run, &run->one_edit);
    time_misspelt(run, &run->two_edits);
    return 0;
}

static double share(size_t n, size_t n_all)
{
    return n_all == 0 ? 0 : (double)n / (double)n_all;
}

static void print_misspelt(const struct misspelt *misspelt)
{
    size_t n_typos = misspelt->typos.n_typos;
    printf("%-16s  %zu misspelt names; the right one is first for %.1f %%, suggested for %.1f %%\n",
           misspelt->series->name, n_typos, 100 * share(misspelt->n_first, n_typos),
           100 * share(misspelt->n_found, n_typos));
}

static json_t *misspelt_to_json(const struct misspelt *misspelt)
{
    return json_pack("{s:I, s:f, s:f, s:o}", "names", (json_int_t)misspelt->typos.n_typos, "first",
                     share(misspelt->n_first, misspelt->typos.n_typos), "suggested",
                     share(misspelt->n_found, misspelt->typos.n_typos), "times",
                     series_to_json(misspelt->series));
}

static void print_above(const void *state, const struct rounds *rounds)
{
    const struct run *run = state;
    printf("prefixes  %s: %zu of %zu queries, %.1f suggestions on average\n",
           rounds->options->queries_path, run->n_prefixes, run->queries.n_queries,
           (double)run->n_suggestions / (double)run->n_prefixes);
}

static void print_below(const void *state, const struct rounds *rounds)
{
    (void)rounds;
    const struct run *run = state;
    putchar('\n');
    print_misspelt(&run->one_edit);
    print_misspelt(&run->two_edits);
}

static void add_json(const void *state, const struct rounds *rounds, json_t *root)
{
    const struct run *run = state;
    json_object_set_new(root, "queries",
                        json_pack("{s:s, s:I, s:I, s:I}", "path", rounds->options->queries_path,
                                  "count", (json_int_t)run->queries.n_queries, "prefixes",
                                  (json_int_t)run->n_prefixes, "suggestions",
                                  (json_int_t)run->n_suggestions));
    rounds_add_times(root, run->lookup);
    rounds_add_times(root, run->whole);
    json_object_set_new(root, run->one_edit.series->key, misspelt_to_json(&run->one_edit));
    json_object_set_new(root, run->two_edits.series->key, misspelt_to_json(&run->two_edits));
}

static int prepare_misspelt(struct misspelt *misspelt, struct rounds *rounds, const char *name,
                            const char *key, size_t min_length, unsigned n_edits,
                            struct error *error)
{
    if (bench_typos_make(&misspelt->typos, rounds->index, N_MISSPELT_NAMES, min_length, n_edits,
                         error) != 0)
        return -1;
    misspelt->series = rounds_add_series(rounds, name, key, misspelt->typos.n_typos, error);
    return misspelt->series != NULL ? 0 : -1;
}

static int prepare(void *state, struct rounds *rounds, struct error *error)
{
    struct run *run = state;
    msgpack_sbuffer_init(&run->body);
    run->index = rounds->index;
    if (bench_queries_read(&run->queries, rounds->options->queries_path, error) != 0)
        return -1;
    run->n_prefixes = count_prefixes(&run->queries);
    run->lookup = rounds_add_series(rounds, "suggest", "suggest", run->n_prefixes, error);
    run->whole =
        rounds_add_series(rounds, "suggest + answer", "suggest_and_answer", run->n_prefixes, error);
    if (run->lookup == NULL || run->whole == NULL ||
        prepare_misspelt(&run->one_edit, rounds, "one typo", "one_typo", 5, 1, error) != 0 ||
        prepare_misspelt(&run->two_edits, rounds, "two typos", "two_typos", 9, 2, error) != 0)
        return -1;
    return 0;
}

static void release(void *state)
{
    struct run *run = state;
    bench_typos_free(&run->one_edit.typos);
    bench_typos_free(&run->two_edits.typos);
    msgpack_sbuffer_destroy(&run->body);
    bench_queries_free(&run->queries);
}

int bench_suggest(const struct bench_options *options, struct error *error)
{
    static const struct rounds_benchmark benchmark = {
        .name = "suggest",
        .state_size = sizeof(struct run),
        .prepare = prepare,
        .run_round = run_round,
        .print_above = print_above,
        .print_below = print_below,
        .add_json = add_json,
        .release = release,
    };
    return rounds_run(&benchmark, options, error);
}
