/* cratedex-bench: what its subcommands share. Each measures one thing in this process, on one
   thread, and prints it for people or as JSON. */
#ifndef CRATEDEX_TESTS_BENCH_BENCH_H
#define CRATEDEX_TESTS_BENCH_BENCH_H

#include <cratedex/error.h>
#include <cratedex/index_file.h>
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BENCH_MAX_ROUNDS 100

struct bench_options {
    const char *index_path;       /* NULL for compare */
    const char *queries_path;     /* NULL where the subcommand needs none */
    unsigned n_rounds;            /* after the warm-up; encoding: 0 for its default */
    const char *other_index_path; /* swap; NULL for the others */
    unsigned n_seconds; /* worst: how long to look; swap: from one to the next, as below */
    bool has_seconds;   /* else n_seconds is the default of worst */
    unsigned n_swaps;   /* swap */
    double limit_ms;    /* worst: what no query may pass */
    bool facets;        /* worst: ask for all of them */
    bool json;
    bool check;              /* http, swap: fail where a goal is missed */
    const char *connections; /* http: numbers, with commas between; NULL: the default */
    const char *contenders;  /* http: names, with commas between; NULL: all */
    bool baseline;
    bool instructions;       /* encoding: count under valgrind, too */
    const char *page;        /* encoding-http: only this one; NULL: all */
    bool once;               /* encoding: what valgrind runs */
    const char *base_folder; /* compare: of programs, as the next; NULL where not given */
    const char *head_folder;
    const char *dump_path; /* compare */
};

/* What a benchmark returns that measured well, but something that must not be. */
#define BENCH_BAD_RESULT 1

/* Each returns 0, or -1 and why; compare and swap also BENCH_BAD_RESULT. */
int bench_search(const struct bench_options *options, struct error *error);
int bench_suggest(const struct bench_options *options, struct error *error);
int bench_pages(const struct bench_options *options, struct error *error);
int bench_open(const struct bench_options *options, struct error *error);
int bench_encoding(const struct bench_options *options, struct error *error);
int bench_encoding_http(const struct bench_options *options, struct error *error);
int bench_http(const struct bench_options *options, struct error *error);
int bench_cache(const struct bench_options *options, struct error *error);
int bench_compare(const struct bench_options *options, struct error *error);
int bench_counting(const struct bench_options *options, struct error *error);
int bench_features(const struct bench_options *options, struct error *error);
int bench_refinements(const struct bench_options *options, struct error *error);
int bench_resolve(const struct bench_options *options, struct error *error);
int bench_pressure(const struct bench_options *options, struct error *error);
int bench_swap(const struct bench_options *options, struct error *error);
int bench_worst(const struct bench_options *options, struct error *error);

/* Nanoseconds of the monotonic clock. */
uint64_t bench_now(void);

/* What every result begins with: {"benchmark", "machine", "index"}. NULL when memory runs out. */
json_t *bench_header(const char *benchmark, const struct index *index, const char *index_path);

/* The same in words, to standard output. */
void bench_print_header(const struct index *index, const char *index_path);

/* Prints `root` and gives it back. Returns 0; -1 where it is NULL (memory ran out). */
int bench_print_json(json_t *root, struct error *error);

#endif
