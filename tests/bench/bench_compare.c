/* `compare`: two builds of the programs, base and head, on the same dump, through what both have:
   `cratedex-index build` and HTTP. Each side serves the index that it built itself, for the format
   may differ.

   A round has everything once: it builds, starts servers without cache (misses, suggestions), then
   with one (hits). They are new processes in every round, because where a process happens to lie in
   memory makes it a little slower or faster for all of its life, and that is no property of a
   commit. Within a round both sides take turns, base head head base (the other way round in every
   other round), and each side's cheapest turn counts. A turn is a fixed number of requests, on one
   connection, which the warm-up round found to take some TURN_SECONDS of a server's processor time:
   a turn that ends by the clock would give the slower side other queries. */
#include "tests/bench/bench.h"
#include "tests/bench/bench_child.h"
#include "tests/bench/bench_compare_figures.h"
#include "tests/bench/bench_load.h"
#include "tests/bench/bench_machine.h"
#include "tests/bench/bench_targets.h"
#include "tests/bench/http_server_child.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define DEFAULT_ROUNDS 21
#define MAX_TARGETS 1000 /* of misses and of suggestions */
#define N_HIT_TARGETS 8
#define CACHE_BYTES "64M"
#define TURN_SECONDS 0.02
#define N_TURNS 12         /* of requests, in a round, both sides together */
#define LONGEST_TURN 120.0 /* seconds; who takes longer does not answer */

enum { BUILD, MISS, HIT, SUGGEST, N_PATHS };

static const char *const side_names[N_COMPARE_SIDES] = {"base", "head"};

struct side {
    const char *folder; /* of its programs */
    char index[BENCH_FOLDER_MAX + 16];
    struct http_server_child server; /* with or without cache, whatever is measured */
};

struct cost {
    double cpu; /* seconds */
    double wall;
};

struct run {
    const struct bench_options *options;
    char folder[BENCH_FOLDER_MAX];
    struct side sides[N_COMPARE_SIDES];
    struct bench_queries queries;
    struct bench_targets targets[N_PATHS];
    unsigned n_repeats[N_PATHS]; /* of the targets, in a turn */
    struct compare_path paths[N_PATHS];
    unsigned n_rounds;
    struct compare_builds builds;
};

static double wall_seconds(void)
{
    return 1e-9 * (double)bench_now();
}

/* Processor time of the children that have ended. */
static double children_cpu(void)
{
    struct rusage used;
    (void)getrusage(RUSAGE_CHILDREN, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           1e-6 * (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

/* Says whose fault it was. */
static int side_fault(int side, struct error *error)
{
    (void)error_prefix(error, "%s: ", side_names[side]);
    return -1;
}

/* Whose turn it is: base head head base, and so on; the other way round in every other round. */
static int side_of_turn(unsigned turn, unsigned round)
{
    return (int)(((turn + 1) / 2 + round) % N_COMPARE_SIDES);
}

static void keep_least(struct compare_series *series, int side, unsigned round, double sample)
{
    double *kept = &series->samples[side][round]; /* 0: none yet */
    if (*kept == 0 || sample < *kept)
        *kept = sample;
    series->n_samples = round + 1;
}

/* Of a round the cheapest turn is kept. */
static void add_turn(struct compare_path *path, int side, unsigned round, const struct cost *cost,
                     double unit)
{
    keep_least(&path->cpu, side, round, cost->cpu / unit);
    keep_least(&path->wall, side, round, cost->wall / unit);
}

/* ---- Building ---- */

static int build_index(const struct run *run, int side, const char *index, struct cost *cost,
                       struct error *error)
{
    char program[4096];
    char dump[4096];
    char file[BENCH_FOLDER_MAX + 16];
    char words[][8] = {"build", "-o", "--quiet"};
    snprintf(program, sizeof program, "%s/cratedex-index", run->sides[side].folder);
    snprintf(dump, sizeof dump, "%s", run->options->dump_path);
    snprintf(file, sizeof file, "%s", index);
    char *const arguments[] = {program, words[0], dump, words[1], file, words[2], NULL};
    msgpack_sbuffer output;
    msgpack_sbuffer_init(&output);
    double cpu = children_cpu();
    double wall = wall_seconds();
    int status = bench_child_run(arguments, &output, error);
    *cost = (struct cost){children_cpu() - cpu, wall_seconds() - wall};
    msgpack_sbuffer_destroy(&output);
    return status == 0 ? 0 : side_fault(side, error);
}

/* The indexes that are served later, and how often building is affordable. */
static int build_served_indexes(struct run *run, struct error *error)
{
    struct cost costs[N_COMPARE_SIDES];
    for (int side = 0; side < N_COMPARE_SIDES; side++) {
        char *index = run->sides[side].index;
        snprintf(index, sizeof run->sides[side].index, "%s/%s.cdx", run->folder, side_names[side]);
        if (build_index(run, side, index, &costs[side], error) != 0)
            return -1;
    }
    double slower = costs[COMPARE_BASE].wall > costs[COMPARE_HEAD].wall ? costs[COMPARE_BASE].wall
                                                                        : costs[COMPARE_HEAD].wall;
    run->builds = compare_plan_builds(slower, run->n_rounds);
    return 0;
}

static int measure_build(struct run *run, unsigned round, struct error *error)
{
    char index[BENCH_FOLDER_MAX + 16];
    snprintf(index, sizeof index, "%s/measured.cdx", run->folder);
    for (unsigned turn = 0; turn < run->builds.n_turns; turn++) {
        int side = side_of_turn(turn, round);
        struct cost cost;
        if (build_index(run, side, index, &cost, error) != 0)
            return -1;
        add_turn(&run->paths[BUILD], side, round, &cost, 1);
    }
    return 0;
}

/* ---- Asking ---- */

static void stop_servers(struct run *run)
{
    for (int side = 0; side < N_COMPARE_SIDES; side++)
        http_server_child_stop(&run->sides[side].server);
}

/* Asks a side for all targets of the path, `n_repeats` times. */
static int ask(const struct run *run, int path, int side, unsigned n_repeats, struct cost *cost,
               struct error *error)
{
    const struct bench_targets *targets = &run->targets[path];
    const struct http_server_child *server = &run->sides[side].server;
    const struct load_plan plan = {.port = server->port,
                                   .requests = targets->requests,
                                   .n_requests = targets->n_requests,
                                   .n_connections = 1,
                                   .seconds = LONGEST_TURN,
                                   .n_to_send = (uint64_t)n_repeats * targets->n_requests};
    struct load_result result;
    double cpu = http_server_child_cpu(server);
    double wall = wall_seconds();
    if (load_run(&plan, &result, error) != 0)
        return side_fault(side, error);
    if (result.n_answers < plan.n_to_send) {
        error_set(error, "%s: no end after %.0f seconds", run->paths[path].name, LONGEST_TURN);
        return side_fault(side, error);
    }
    *cost = (struct cost){http_server_child_cpu(server) - cpu, wall_seconds() - wall};
    return 0;
}

/* Starts both servers and asks them for all that will be measured: then what they keep is there. */
static int start_servers(struct run *run, const char *cache_bytes, const int *paths, size_t n_paths,
                         struct error *error)
{
    for (int side = 0; side < N_COMPARE_SIDES; side++) {
        struct side *started = &run->sides[side];
        const struct http_server_settings settings = {
            .folder = started->folder, .cache_bytes = cache_bytes, .n_threads = 1};
        if (http_server_child_start(&started->server, started->index, &settings, error) != 0)
            return side_fault(side, error);
        struct cost ignored;
        for (size_t i = 0; i < n_paths; i++)
            if (ask(run, paths[i], side, 1, &ignored, error) != 0)
                return -1;
    }
    return 0;
}

/* In the warm-up round: how many repeats make a turn. */
static int find_repeats(struct run *run, int path, struct error *error)
{
    unsigned n_repeats = 1;
    struct cost cost;
    do {
        n_repeats *= 2;
        if (ask(run, path, COMPARE_BASE, n_repeats, &cost, error) != 0)
            return -1;
    } while (cost.cpu < TURN_SECONDS / 2);
    double fitting = TURN_SECONDS * n_repeats / cost.cpu;
    run->n_repeats[path] = fitting > 1 ? (unsigned)(fitting + 0.5) : 1;
    return 0;
}

static int measure_path(struct run *run, int path, unsigned round, struct error *error)
{
    double n_requests = (double)(run->targets[path].n_requests * run->n_repeats[path]);
    for (unsigned turn = 0; turn < N_TURNS; turn++) {
        int side = side_of_turn(turn, round);
        struct cost cost;
        if (ask(run, path, side, run->n_repeats[path], &cost, error) != 0)
            return -1;
        add_turn(&run->paths[path], side, round, &cost, 1e-6 * n_requests);
    }
    return 0;
}

/* What one kind of server is asked for: measured, or in the warm-up round only tried. */
static int serve(struct run *run, const char *cache_bytes, const int *paths, size_t n_paths,
                 unsigned round, bool is_warm_up, struct error *error)
{
    int status = start_servers(run, cache_bytes, paths, n_paths, error);
    for (size_t i = 0; i < n_paths && status == 0; i++)
        status = is_warm_up ? find_repeats(run, paths[i], error)
                            : measure_path(run, paths[i], round, error);
    stop_servers(run);
    return status;
}

static int serve_all(struct run *run, unsigned round, bool is_warm_up, struct error *error)
{
    static const int without_cache[] = {MISS, SUGGEST};
    static const int with_cache[] = {HIT};
    if (serve(run, "0", without_cache, 2, round, is_warm_up, error) != 0)
        return -1;
    return serve(run, CACHE_BYTES, with_cache, 1, round, is_warm_up, error);
}

/* ---- All of it ---- */

static int measure(struct run *run, struct error *error)
{
    if (build_served_indexes(run, error) != 0 || serve_all(run, 0, true, error) != 0)
        return -1;
    for (unsigned round = 0; round < run->n_rounds; round++) {
        if (round < run->builds.n_rounds && measure_build(run, round, error) != 0)
            return -1;
        if (serve_all(run, round, false, error) != 0)
            return -1;
    }
    return 0;
}

static unsigned print_text(const struct run *run, FILE *out)
{
    struct machine machine;
    machine_describe(&machine);
    fprintf(out, "machine   %s, %ld cores, %s, %s, SQLite %s\n", machine.processor, machine.n_cores,
            machine.kernel, machine.compiler, machine.sqlite);
    for (int side = 0; side < N_COMPARE_SIDES; side++)
        fprintf(out, "%-9s %s\n", side_names[side], run->sides[side].folder);
    fprintf(out, "dump      %s, queries %s\n", run->options->dump_path, run->options->queries_path);
    fprintf(
        out,
        "rounds    %u interleaved; processor time of the program, medians with 95 %% intervals\n",
        run->n_rounds);
    return compare_paths_print(out, run->paths, N_PATHS);
}

static json_t *to_json(const struct run *run)
{
    struct machine machine;
    machine_describe(&machine);
    return json_pack("{s:s, s:o, s:s, s:s, s:i, s:o}", "benchmark", "compare", "machine",
                     machine_to_json(&machine), "dump", run->options->dump_path, "queries",
                     run->options->queries_path, "rounds", (int)run->n_rounds, "paths",
                     compare_paths_to_json(run->paths, N_PATHS));
}

static int prepare(struct run *run, struct error *error)
{
    if (bench_folder_create(run->folder, error) != 0 ||
        bench_queries_read(&run->queries, run->options->queries_path, error) != 0)
        return -1;
    struct bench_queries few = run->queries;
    if (few.n_queries > N_HIT_TARGETS)
        few.n_queries = N_HIT_TARGETS;
    if (bench_targets_search(&run->targets[MISS], &run->queries, MAX_TARGETS, error) != 0 ||
        bench_targets_search(&run->targets[HIT], &few, N_HIT_TARGETS, error) != 0)
        return -1;
    return bench_targets_suggest(&run->targets[SUGGEST], &run->queries, MAX_TARGETS, error);
}

static int report(const struct run *run, struct error *error)
{
    FILE *out = run->options->json ? stderr : stdout;
    unsigned n_regressions = print_text(run, out);
    if (run->options->json && bench_print_json(to_json(run), error) != 0)
        return -1;
    return n_regressions > 0 ? BENCH_BAD_RESULT : 0;
}

int bench_compare(const struct bench_options *options, struct error *error)
{
    static const char *const path_names[N_PATHS] = {"build", "miss", "hit", "suggest"};
    if (options->base_folder == NULL || options->head_folder == NULL || options->dump_path == NULL)
        return error_set(error, "compare needs --base FOLDER, --head FOLDER and --dump DUMP");
    if (options->n_rounds != 0 && options->n_rounds < COMPARE_MIN_ROUNDS)
        return error_set(error, "compare needs at least %d rounds", COMPARE_MIN_ROUNDS);
    struct run *run = calloc(1, sizeof *run);
    if (run == NULL)
        return error_out_of_memory(error);
    run->options = options;
    run->n_rounds = options->n_rounds != 0 ? options->n_rounds : DEFAULT_ROUNDS;
    run->sides[COMPARE_BASE] = (struct side){.folder = options->base_folder, .server.output = -1};
    run->sides[COMPARE_HEAD] = (struct side){.folder = options->head_folder, .server.output = -1};
    for (int path = 0; path < N_PATHS; path++) {
        run->paths[path].name = path_names[path];
        run->paths[path].unit = path == BUILD ? "cpu_s" : "cpu_us_a_request";
    }
    int status = prepare(run, error);
    if (status == 0)
        status = measure(run, error);
    if (status == 0)
        status = report(run, error);
    for (int path = 0; path < N_PATHS; path++)
        bench_targets_free(&run->targets[path]);
    if (run->queries.file != NULL)
        bench_queries_free(&run->queries);
    if (run->folder[0] != '\0')
        bench_folder_remove(run->folder);
    free(run);
    return status;
}
