/* cratedex-bench: times of the index library in process, without HTTP and without the result cache, but for
   `counting` and `cache`, which are about just these, and what asks servers.
   main reads the command line; what the subcommands share stands here too. */
#include "tests/bench/bench.h"

#include "tests/bench/bench_machine.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define DEFAULT_ROUNDS 3
#define DEFAULT_SECONDS 20
#define DEFAULT_LIMIT_MS 20
#define MAX_SECONDS 3600
#define EXIT_USAGE 2

static const char synopsis[] =
    "Usage: cratedex-bench search INDEX --queries FILE [--rounds N] [--baseline] [--json]\n"
    "       cratedex-bench suggest INDEX --queries FILE [--rounds N] [--json]\n"
    "       cratedex-bench pages INDEX [--rounds N] [--json]\n"
    "       cratedex-bench encoding-http INDEX [--queries FILE] [--page KEY] [--rounds N] [--json]\n"
    "       cratedex-bench http INDEX [--queries FILE] [--connections N,N,…] [--contender NAME,NAME,…]\n"
    "                           [--rounds N] [--json] [--check]\n"
    "       cratedex-bench open INDEX [--rounds N] [--json]\n"
    "       cratedex-bench encoding INDEX [--queries FILE] [--rounds N] [--instructions] [--json] [--once]\n"
    "       cratedex-bench resolve INDEX [--rounds N] [--json]\n"
    "       cratedex-bench counting INDEX [--rounds N] [--json]\n"
    "       cratedex-bench cache INDEX --queries FILE [--json]\n"
    "       cratedex-bench features INDEX --queries JUDGEMENTS\n"
    "       cratedex-bench worst INDEX [--seconds N] [--limit-ms N]\n"
    "       cratedex-bench compare --base FOLDER --head FOLDER --dump DUMP --queries FILE [--rounds N]\n"
    "                      [--json]\n\n";

/* Apart, for ISO C promises no longer literals than 4,095 bytes. */
static const char descriptions[] =
    "Times the index library on one thread. A warm-up round goes first; of the N rounds\n"
    "(default 3) the one with the best 99th percentile is shown, --json has them all.\n\n"
    "  search    every query: the search alone, and with its JSON answer of 10 crates assembled\n"
    "  suggest   every prefix: suggestions alone, and with their JSON answer; misspelt names\n"
    "  pages     what endpoints answer on a miss: pages of crates, lists of versions, reverse\n"
    "            dependencies, in both encodings\n"
    "  encoding  JSON against MessagePack, in turn: bytes, assembling, building, decoding; medians of\n"
    "            at least 20 rounds (default 31) with intervals; from the repository's root\n"
    "  encoding-http\n"
    "            the same pages through HTTP, from the cratedex-server beside this program: latency\n"
    "            at fixed rates (open loop), time and processor time at full load; hits and misses;\n"
    "            medians of at least 20 rounds (default 21) with intervals\n"
    "  http      a hit, a miss and a 304 through HTTP beside a bare libmicrohttpd program, nginx and\n"
    "            Groonga: requests/s, the server's processor time and latency in a closed loop, at\n"
    "            1, 8, 64 and 512 connections; medians of --rounds (default 21) with intervals; goals\n"
    "            are decided by 20 rounds or more\n"
    "  open      opening the index and one reader\n"
    "  resolve   requirements of the index's dependencies, and closures of dependencies\n"
    "  counting  counting a download: a server in this process, asked in turn for downloads, which\n"
    "            it counts, and for READMEs, which it does not; and the add alone\n"
    "  cache     hit ratio and throughput of the result cache by its size, over the queries' first\n"
    "            ten pages with Zipf's popularity, beside LRU and Belady's rule\n"
    "  features  no times: the second stage's candidates and features, for tests/relevance/train.py\n"
    "  worst     the slowest query of 256 bytes or less, in --seconds (default 20); fails\n"
    "            where one takes more than --limit-ms (default 20)\n"
    "  compare   two builds of cratedex-index and cratedex-server in turn: processor time of build,\n"
    "            miss, hit and suggest, medians of 5 or more rounds (default 21), intervals; with\n"
    "            --json the table goes to standard error. Status 1: something takes over 5 % more in the\n"
    "            head, with its whole interval; 2: it could not be measured\n\n"
    "  --queries FILE   one query a line; a `*` at the end marks a prefix as typed. suggest takes\n"
    "                   such a line as it is, and of other lines every prefix as typed\n"
    "  --baseline       search: the same queries, in turn with ours, as SQLite FTS5 alone ranks\n"
    "                   them: every word, ORDER BY bm25() LIMIT 10, on the index's crates_fts\n"
    "  --instructions   encoding: also instructions and allocations, counted by valgrind\n"
    "  --page KEY       encoding-http: only this page, such as search_10\n"
    "  --connections    http: how many clients ask at a time, one run for each, up to 8 numbers from 1\n"
    "                   to 1024 with commas between (default 1,8,64,512)\n"
    "  --contender      http: only hit, bare, nginx, not_modified, bare_not_modified, miss,\n"
    "                   groonga_cached, groonga or scaling (hits in this process, by one thread and\n"
    "                   by two); goals need both whom they compare\n"
    "  --check          http: fails where a goal is missed with its whole interval, or none is\n"
    "                   judged; needs 20 rounds\n"
    "  --once           encoding: every operation once, no figures; what valgrind runs\n";

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
    fprintf(stderr, "cratedex-bench: %s%s\n%s%s", what, value, synopsis, descriptions);
    return EXIT_USAGE;
}

/* Returns 0, or the exit status. */
static int parse_options(int argc, char **argv, bool takes_index, struct bench_options *options)
{
    enum {
        QUERIES = 256,
        ROUNDS,
        BASELINE,
        JSON,
        SECONDS,
        LIMIT_MS,
        INSTRUCTIONS,
        ONCE,
        PAGE,
        CONNECTIONS,
        CONTENDER,
        CHECK,
        BASE,
        HEAD,
        DUMP
    };
    static const struct option long_options[] = {
        {"queries", required_argument, NULL, QUERIES},
        {"rounds", required_argument, NULL, ROUNDS},
        {"baseline", no_argument, NULL, BASELINE},
        {"json", no_argument, NULL, JSON},
        {"seconds", required_argument, NULL, SECONDS},
        {"limit-ms", required_argument, NULL, LIMIT_MS},
        {"instructions", no_argument, NULL, INSTRUCTIONS},
        {"once", no_argument, NULL, ONCE},
        {"page", required_argument, NULL, PAGE},
        {"connections", required_argument, NULL, CONNECTIONS},
        {"contender", required_argument, NULL, CONTENDER},
        {"check", no_argument, NULL, CHECK},
        {"base", required_argument, NULL, BASE},
        {"head", required_argument, NULL, HEAD},
        {"dump", required_argument, NULL, DUMP},
        {NULL, 0, NULL, 0},
    };
    *options = (struct bench_options){.n_seconds = DEFAULT_SECONDS, .limit_ms = DEFAULT_LIMIT_MS};
    int found;
    while ((found = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        char *end;
        unsigned long rounds;
        unsigned long seconds;
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
            break;
        case LIMIT_MS:
            options->limit_ms = strtod(optarg, &end);
            if (*end != '\0' || end == optarg || !(options->limit_ms > 0))
                return usage_error("--limit-ms takes a number above 0: ", optarg);
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
        default: /* getopt_long said why */
            return EXIT_USAGE;
        }
    }
    if (optind + (takes_index ? 1 : 0) != argc)
        return usage_error(takes_index ? "needs one INDEX" : "needs no INDEX", "");
    options->index_path = takes_index ? argv[optind] : NULL;
    return 0;
}

struct benchmark {
    const char *name;
    int (*run)(const struct bench_options *options, struct error *error);
    bool needs_queries;
    bool chooses_rounds; /* itself, where the command line does not */
    bool needs_no_index;
    int fault_status; /* where it could not be measured; 0: EXIT_FAILURE */
};

static const struct benchmark *find_benchmark(const char *name)
{
    static const struct benchmark benchmarks[] = {
        {.name = "search", .run = bench_search, .needs_queries = true},
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
        {.name = "compare",
         .run = bench_compare,
         .needs_queries = true,
         .chooses_rounds = true,
         .needs_no_index = true,
         .fault_status = EXIT_USAGE},
    };
    for (size_t i = 0; i < sizeof benchmarks / sizeof benchmarks[0]; i++) {
        if (strcmp(benchmarks[i].name, name) == 0)
            return &benchmarks[i];
    }
    return NULL;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return usage_error("needs a subcommand", "");
    if (strcmp(argv[1], "--help") == 0) {
        printf("%s%s", synopsis, descriptions);
        return EXIT_SUCCESS;
    }
    const struct benchmark *benchmark = find_benchmark(argv[1]);
    if (benchmark == NULL)
        return usage_error("unknown subcommand: ", argv[1]);
    struct bench_options options;
    int status = parse_options(argc - 1, argv + 1, !benchmark->needs_no_index, &options);
    if (status != 0)
        return status;
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
