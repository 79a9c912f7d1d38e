/* cratedex-bench: times of the index library in process, without HTTP and without the result cache,
   but for `counting` and `cache`, which are about just these, and what asks servers. main reads the
   command line; what the subcommands share stands here too. */
#include "tests/bench/bench.h"

#include "tests/bench/bench_help.h"
#include "tests/bench/bench_machine.h"

#include <cratedex/command_line.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define DEFAULT_ROUNDS 3
#define DEFAULT_SECONDS 20
#define DEFAULT_SWAPS 100
#define DEFAULT_LIMIT_MS 20
#define MAX_SECONDS 3600
#define EXIT_USAGE 2
#define ENDED (-1) /* --help or --version was answered */

uint64_t bench_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static uint64_t file_bytes(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 ? (uint64_t)status.st_size : 0;
}

json_t *bench_header(const char *benchmark, const struct index *index, const char *index_path)
{
    struct machine machine;
    machine_describe(&machine);
    return json_pack("{s:s, s:o, s:{s:s, s:I, s:I, s:s, s:s}}", "benchmark", benchmark, "machine",
                     machine_to_json(&machine), "index", "path", index_path, "bytes",
                     (json_int_t)file_bytes(index_path), "crates",
                     (json_int_t)index_n_crates(index), "dump_timestamp",
                     index_dump_timestamp(index), "fingerprint", index_fingerprint(index));
}

void bench_print_header(const struct index *index, const char *index_path)
{
    struct machine machine;
    machine_describe(&machine);
    printf("machine   %s, %ld cores, %s, %s, SQLite %s\n", machine.processor, machine.n_cores,
           machine.kernel, machine.compiler, machine.sqlite);
    printf("index     %s: %u crates, dump of %s, %.1f MiB\n", index_path, index_n_crates(index),
           index_dump_timestamp(index), (double)file_bytes(index_path) / 1048576);
}

int bench_print_json(json_t *root, struct error *error)
{
    if (root == NULL)
        return error_out_of_memory(error);
    json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
    fputc('\n', stdout);
    json_decref(root);
    return 0;
}

static int usage_error(const char *what, const char *value)
{
    fprintf(stderr, "cratedex-bench: %s%s (see: cratedex-bench --help)\n", what, value);
    return EXIT_USAGE;
}

static int print_help(void)
{
    bench_print_help(stdout);
    return ENDED;
}

static int print_version(void)
{
    puts("cratedex-bench " CRATEDEX_VERSION);
    return ENDED;
}

/* Returns 0, the exit status, or ENDED. */
static int parse_options(int argc, char **argv, int n_indexes, struct bench_options *options)
{
    enum {
        QUERIES = 256,
        ROUNDS,
        BASELINE,
        JSON,
        SECONDS,
        LIMIT_MS,
        FACETS,
        INSTRUCTIONS,
        ONCE,
        PAGE,
        CONNECTIONS,
        CONTENDER,
        CHECK,
        BASE,
        HEAD,
        DUMP,
        SWAPS
    };
    static const struct option long_options[] = {
        {"queries", required_argument, NULL, QUERIES},
        {"rounds", required_argument, NULL, ROUNDS},
        {"baseline", no_argument, NULL, BASELINE},
        {"json", no_argument, NULL, JSON},
        {"seconds", required_argument, NULL, SECONDS},
        {"limit-ms", required_argument, NULL, LIMIT_MS},
        {"facets", no_argument, NULL, FACETS},
        {"instructions", no_argument, NULL, INSTRUCTIONS},
        {"once", no_argument, NULL, ONCE},
        {"page", required_argument, NULL, PAGE},
        {"connections", required_argument, NULL, CONNECTIONS},
        {"contender", required_argument, NULL, CONTENDER},
        {"check", no_argument, NULL, CHECK},
        {"base", required_argument, NULL, BASE},
        {"head", required_argument, NULL, HEAD},
        {"dump", required_argument, NULL, DUMP},
        {"swaps", required_argument, NULL, SWAPS},
        {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'V'},
        {NULL, 0, NULL, 0},
    };
    *options = (struct bench_options){
        .n_seconds = DEFAULT_SECONDS, .n_swaps = DEFAULT_SWAPS, .limit_ms = DEFAULT_LIMIT_MS};
    struct error error;
    int found;
    while ((found = getopt_long(argc, argv, ":hV", long_options, NULL)) != -1) {
        char *end;
        unsigned long rounds;
        unsigned long seconds;
        unsigned long swaps;
        switch (found) {
        case QUERIES:
            options->queries_path = optarg;
            break;
        case ROUNDS:
            rounds = strtoul(optarg, &end, 10);
            if (*end != '\0' || rounds < 1 || rounds > BENCH_MAX_ROUNDS)
                return usage_error("--rounds takes a number from 1 to 100: ", optarg);
            options->n_rounds = (unsigned)rounds;
            break;
        case SECONDS:
            seconds = strtoul(optarg, &end, 10);
            if (*end != '\0' || end == optarg || seconds > MAX_SECONDS)
                return usage_error("--seconds takes a number from 0 to 3600: ", optarg);
            options->n_seconds = (unsigned)seconds;
            options->has_seconds = true;
            break;
        case SWAPS:
            swaps = strtoul(optarg, &end, 10);
            if (*end != '\0' || swaps < 1 || swaps > BENCH_MAX_ROUNDS)
                return usage_error("--swaps takes a number from 1 to 100: ", optarg);
            options->n_swaps = (unsigned)swaps;
            break;
        case LIMIT_MS:
            options->limit_ms = strtod(optarg, &end);
            if (*end != '\0' || end == optarg || !(options->limit_ms > 0))
                return usage_error("--limit-ms takes a number above 0: ", optarg);
            break;
        case FACETS:
            options->facets = true;
            break;
        case BASELINE:
            options->baseline = true;
            break;
        case JSON:
            options->json = true;
            break;
        case INSTRUCTIONS:
            options->instructions = true;
            break;
        case PAGE:
            options->page = optarg;
            break;
        case CONNECTIONS:
            options->connections = optarg;
            break;
        case CONTENDER:
            options->contenders = optarg;
            break;
        case CHECK:
            options->check = true;
            break;
        case BASE:
            options->base_folder = optarg;
            break;
        case HEAD:
            options->head_folder = optarg;
            break;
        case DUMP:
            options->dump_path = optarg;
            break;
        case ONCE:
            options->once = true;
            break;
        case 'h':
            return print_help();
        case 'V':
            return print_version();
        default:
            command_line_bad_option(found, argv, long_options, &error);
            return usage_error(error.message, "");
        }
    }
    static const char *const needs[] = {"needs no INDEX", "needs one INDEX", "needs two indexes"};
    if (optind + n_indexes != argc)
        return usage_error(needs[n_indexes], "");
    options->index_path = n_indexes > 0 ? argv[optind] : NULL;
    options->other_index_path = n_indexes > 1 ? argv[optind + 1] : NULL;
    return 0;
}

struct benchmark {
    const char *name;
    int (*run)(const struct bench_options *options, struct error *error);
    bool needs_queries;
    bool chooses_rounds; /* itself, where the command line does not */
    bool needs_no_index;
    bool needs_two_indexes;
    int fault_status; /* where it could not be measured; 0: EXIT_FAILURE */
};

static const struct benchmark benchmarks[] = {
    {.name = "search", .run = bench_search, .needs_queries = true},
    {.name = "refinements", .run = bench_refinements, .needs_queries = true},
    {.name = "suggest", .run = bench_suggest, .needs_queries = true},
    {.name = "pages", .run = bench_pages},
    {.name = "encoding", .run = bench_encoding, .chooses_rounds = true},
    {.name = "encoding-http", .run = bench_encoding_http, .chooses_rounds = true},
    {.name = "http", .run = bench_http, .chooses_rounds = true},
    {.name = "open", .run = bench_open},
    {.name = "resolve", .run = bench_resolve},
    {.name = "counting", .run = bench_counting},
    {.name = "cache", .run = bench_cache, .needs_queries = true},
    {.name = "features", .run = bench_features, .needs_queries = true},
    {.name = "worst", .run = bench_worst},
    {.name = "pressure", .run = bench_pressure, .needs_queries = true},
    {.name = "swap", .run = bench_swap, .needs_two_indexes = true, .needs_queries = true},
    {.name = "compare",
     .run = bench_compare,
     .needs_queries = true,
     .chooses_rounds = true,
     .needs_no_index = true,
     .fault_status = EXIT_USAGE},
};
#define N_BENCHMARKS (sizeof benchmarks / sizeof *benchmarks)

static int list_benchmarks(void)
{
    for (size_t i = 0; i < N_BENCHMARKS; i++)
        puts(benchmarks[i].name);
    return EXIT_SUCCESS;
}

/* NULL, and a message was printed, where there is none of that name. */
static const struct benchmark *find_benchmark(const char *name)
{
    struct nearest_name nearest;
    char hint[NEAREST_NAME_HINT_SIZE];
    nearest_name_begin(&nearest, name);
    for (size_t i = 0; i < N_BENCHMARKS; i++) {
        if (strcmp(benchmarks[i].name, name) == 0)
            return &benchmarks[i];
        nearest_name_offer(&nearest, benchmarks[i].name);
    }
    fprintf(stderr, "cratedex-bench: unknown command: %s%s (see: cratedex-bench --help)\n", name,
            nearest_name_hint(&nearest, "", hint));
    return NULL;
}

static int ended(int status)
{
    return status == ENDED ? EXIT_SUCCESS : status;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        bench_print_help(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--list") == 0)
        return list_benchmarks();
    struct bench_options options;
    int status;
    if (argv[1][0] == '-') {
        status = parse_options(argc, argv, 0, &options);
        return status == 0 ? usage_error("needs a command", "") : ended(status);
    }
    const struct benchmark *benchmark = find_benchmark(argv[1]);
    if (benchmark == NULL)
        return EXIT_USAGE;
    int n_indexes = benchmark->needs_two_indexes ? 2 : !benchmark->needs_no_index;
    status = parse_options(argc - 1, argv + 1, n_indexes, &options);
    if (status != 0)
        return ended(status);
    if (benchmark->needs_queries && options.queries_path == NULL)
        return usage_error("needs --queries FILE", "");
    if (options.n_rounds == 0 && !benchmark->chooses_rounds)
        options.n_rounds = DEFAULT_ROUNDS;

    struct error error = {0};
    int fault_status = benchmark->fault_status != 0 ? benchmark->fault_status : EXIT_FAILURE;
    int result = benchmark->run(&options, &error);
    if (result < 0) {
        fprintf(stderr, "cratedex-bench: %s\n", error.message);
        return fault_status;
    }
    if (ferror(stdout) || fclose(stdout) != 0) {
        fprintf(stderr, "cratedex-bench: cannot write the result: %s\n", strerror(errno));
        return fault_status;
    }
    return result == BENCH_BAD_RESULT ? EXIT_FAILURE : EXIT_SUCCESS;
}
