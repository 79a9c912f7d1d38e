/* `http`: what a request costs, beside programs that send the same bytes. In every round each
   contender is asked for a short while at each number of connections, in a random order, so that
   nobody always comes after the same one, or in step with what else the machine does. The client is
   the same for all and asks in a closed loop: as long as the server is the slower one, requests a
   second tell what it costs. The processor time is the server's alone, client and kernel threads
   left out. Latencies are those of the closed loop: they tell how long requests wait for each
   other, not what a client would see that asks less.

   The client is one thread, and the servers have a thread for each of the other processors. */
#include "tests/bench/bench.h"
#include "tests/bench/bench_goals.h"
#include "tests/bench/bench_load.h"
#include "tests/bench/bench_machine.h"
#include "tests/bench/http_contenders.h"
#include "tests/bench/http_scaling.h"
#include "tests/support/random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_QUERIES "tests/bench/queries.txt"
#define DEFAULT_CONNECTIONS "1,8,64,512"
#define DEFAULT_ROUNDS 21
#define RUN_SECONDS 0.25
#define MAX_LEVELS 8
#define SEED 20261125

enum figure { RATE, CPU, P50, P90, P99, CLIENT_CPU, N_FIGURES };
static const struct {
    const char *title;
    const char *key;
    int decimals;
} figures[N_FIGURES] = {
    {"requests/s", "requests_a_second", 0},
    {"CPU", "cpu_us", 2},
    {"p50", "p50_us", 0},
    {"p90", "p90_us", 0},
    {"p99", "p99_us", 0},
    {"client CPU", "client_cpu_us", 2},
};

static const struct goal {
    enum http_contender_kind who;
    enum figure figure;
    enum http_contender_kind beside;
    enum goal_kind kind;
    enum goal_relation relation;
    double limit;
    unsigned n_connections; /* only there; 0: everywhere */
} goals[] = {
    {CONTENDER_HIT, RATE, CONTENDER_BARE, GOAL_RATIO, GOAL_AT_LEAST, 0.95, 0},
    {CONTENDER_HIT, CPU, CONTENDER_BARE, GOAL_RATIO, GOAL_AT_MOST, 1.10, 0},
    {CONTENDER_HIT, RATE, CONTENDER_NGINX, GOAL_RATIO, GOAL_AT_LEAST, 1.20, 0},
    {CONTENDER_NOT_MODIFIED, RATE, CONTENDER_BARE_NOT_MODIFIED, GOAL_RATIO, GOAL_AT_LEAST, 1.0, 0},
    {CONTENDER_NOT_MODIFIED, RATE, CONTENDER_BARE, GOAL_RATIO, GOAL_AT_LEAST, 1.0, 0},
    {CONTENDER_MISS, CPU, CONTENDER_HIT, GOAL_DIFFERENCE, GOAL_AT_MOST, 60, 0},
    {CONTENDER_MISS, P50, CONTENDER_HIT, GOAL_DIFFERENCE, GOAL_AT_MOST, 60, 1},
};
#define N_GOALS (sizeof goals / sizeof *goals)

/* All samples at one number of connections. */
struct level {
    unsigned n_connections;
    double samples[N_CONTENDERS][N_FIGURES][BOOTSTRAP_MAX_SAMPLES];
};

struct run {
    struct http_contenders contenders;
    struct http_scaling scaling; /* no rounds: not measured */
    size_t next[N_CONTENDERS];   /* request: a run goes on where the last one ended */
    struct level levels[MAX_LEVELS];
    unsigned n_levels;
    unsigned n_rounds;
    unsigned n_threads;
};

static int read_levels(struct run *run, const char *list, struct error *error)
{
    const char *at = list;
    do {
        char *end;
        unsigned long n_connections = strtoul(at, &end, 10);
        if (end == at || (*end != ',' && *end != '\0') || n_connections < 1 ||
            n_connections > LOAD_MAX_CONNECTIONS || run->n_levels == MAX_LEVELS)
            return error_set(error,
                             "--connections takes up to %d numbers from 1 to %d, with commas "
                             "between: %s",
                             MAX_LEVELS, LOAD_MAX_CONNECTIONS, list);
        run->levels[run->n_levels++].n_connections = (unsigned)n_connections;
        at = end + (*end == ',');
    } while (*at != '\0');
    return 0;
}

static int take_sample(struct run *run, struct level *level, int who, unsigned round,
                       struct error *error)
{
    const struct http_contender *contender = &run->contenders.contenders[who];
    const struct load_plan plan = {.port = contender->server->port,
                                   .requests = contender->requests->requests,
                                   .n_requests = contender->requests->n_requests,
                                   .first = run->next[who],
                                   .n_connections = level->n_connections,
                                   .status = contender->status,
                                   .seconds = RUN_SECONDS,
                                   .server_cpu = http_server_child_cpu,
                                   .server = contender->server};
    struct load_result result;
    struct error why;
    if (load_run(&plan, &result, &why) != 0)
        return error_set(error, "%s: %s", http_contender_name((enum http_contender_kind)who),
                         why.message);
    run->next[who] += result.n_received;
    /* On a busy machine a run may be held up for all of its time: that was the time of one, at
       least. */
    double n_answers = result.n_answers > 0 ? (double)result.n_answers : 1;
    double n_received = result.n_received > 0 ? (double)result.n_received : 1;
    const double sample[N_FIGURES] = {
        [RATE] = n_answers / result.seconds,
        [CPU] = 1e6 * result.server_cpu / n_received,
        [P50] = (double)result.latency.p50 / 1e3,
        [P90] = (double)result.latency.p90 / 1e3,
        [P99] = (double)result.latency.p99 / 1e3,
        [CLIENT_CPU] = 1e6 * result.client_cpu / n_received,
    };
    for (int figure = 0; figure < N_FIGURES; figure++)
        level->samples[who][figure][round] = sample[figure];
    return 0;
}

/* A random order (Fisher and Yates; Knuth, The Art of Computer Programming, volume 2, algorithm
   P). */
static void shuffle(int order[N_CONTENDERS], uint64_t *seed)
{
    for (int i = 0; i < N_CONTENDERS; i++) {
        int place = (int)random_below(seed, (uint32_t)i + 1);
        order[i] = order[place];
        order[place] = i;
    }
}

static int run_round(struct run *run, unsigned round, uint64_t *seed, struct error *error)
{
    for (unsigned i = 0; i < run->n_levels; i++) {
        int order[N_CONTENDERS] = {0};
        shuffle(order, seed);
        for (unsigned j = 0; j < N_CONTENDERS; j++) {
            if (run->contenders.contenders[order[j]].is_present &&
                take_sample(run, &run->levels[i], order[j], round, error) != 0)
                return -1;
        }
    }
    return 0;
}

/* Returns false where the goal is of no interest here. */
static bool judge(const struct run *run, const struct level *level, const struct goal *goal,
                  struct goal_result *result)
{
    if (!run->contenders.contenders[goal->who].is_present ||
        !run->contenders.contenders[goal->beside].is_present ||
        (goal->n_connections != 0 && goal->n_connections != level->n_connections))
        return false;
    goal_judge(goal->kind, goal->relation, goal->limit, level->samples[goal->who][goal->figure],
               level->samples[goal->beside][goal->figure], run->n_rounds, result);
    return true;
}

/* Whether the client, which is one thread, takes as long for a request as the threads of one of the
   servers: then requests a second are what the client can do, and tell less than there is between
   the servers. */
static bool is_client_bound(const struct run *run, const struct level *level,
                            const struct goal *goal)
{
    const enum http_contender_kind both[] = {goal->who, goal->beside};
    unsigned n_threads =
        level->n_connections < run->n_threads ? level->n_connections : run->n_threads;
    bool is_bound = false;
    for (int i = 0; i < 2 && goal->figure == RATE; i++)
        is_bound = is_bound ||
                   bootstrap_median(level->samples[both[i]][CLIENT_CPU], run->n_rounds) >=
                       bootstrap_median(level->samples[both[i]][CPU], run->n_rounds) / n_threads;
    return is_bound;
}

static void write_goal(const struct goal *goal, char text[96])
{
    bool is_ratio = goal->kind == GOAL_RATIO;
    snprintf(text, 96, is_ratio ? "%s %c %s, %s %s %.2f" : "%s %c %s, %s %s %.0f us",
             http_contender_name(goal->who), is_ratio ? '/' : '-',
             http_contender_name(goal->beside), figures[goal->figure].title,
             goal->relation == GOAL_AT_LEAST ? ">=" : "<=", goal->limit);
}

static void estimate(const struct run *run, const struct level *level, int who, int figure,
                     struct estimate *result)
{
    bootstrap_estimate(level->samples[who][figure], run->n_rounds, SEED, result);
}

static void print_level(const struct run *run, const struct level *level)
{
    printf("\n%u connection%s\n%-18s", level->n_connections, level->n_connections > 1 ? "s" : "",
           "");
    for (int figure = 0; figure < N_FIGURES; figure++)
        printf(" %22s", figures[figure].title);
    putchar('\n');
    for (int who = 0; who < N_CONTENDERS; who++) {
        if (!run->contenders.contenders[who].is_present)
            continue;
        printf("%-18s", http_contender_name((enum http_contender_kind)who));
        for (int figure = 0; figure < N_FIGURES; figure++) {
            struct estimate found;
            char text[64];
            int decimals = figures[figure].decimals;
            estimate(run, level, who, figure, &found);
            snprintf(text, sizeof text, "%.*f (%.*f-%.*f)", decimals, found.value, decimals,
                     found.low, decimals, found.high);
            printf(" %22s", text);
        }
        putchar('\n');
    }
    for (size_t i = 0; i < N_GOALS; i++) {
        struct goal_result result;
        char text[96];
        if (!judge(run, level, &goals[i], &result))
            continue;
        write_goal(&goals[i], text);
        printf("  %-58s %7.3f (%.3f-%.3f) %s%s\n", text, result.estimate.value, result.estimate.low,
               result.estimate.high, goal_verdict_name(result.verdict),
               is_client_bound(run, level, &goals[i]) ? ", client-bound" : "");
    }
}

static json_t *level_to_json(const struct run *run, const struct level *level)
{
    json_t *contenders = json_object();
    json_t *judged = json_array();
    for (int who = 0; who < N_CONTENDERS; who++) {
        if (!run->contenders.contenders[who].is_present)
            continue;
        json_t *found = json_object();
        for (int figure = 0; figure < N_FIGURES; figure++) {
            struct estimate value;
            estimate(run, level, who, figure, &value);
            json_object_set_new(found, figures[figure].key, estimate_to_json(&value, 1));
        }
        json_object_set_new(contenders, http_contender_name((enum http_contender_kind)who), found);
    }
    for (size_t i = 0; i < N_GOALS; i++) {
        struct goal_result result;
        char text[96];
        if (!judge(run, level, &goals[i], &result))
            continue;
        write_goal(&goals[i], text);
        json_array_append_new(judged, json_pack("{s:s, s:o, s:s, s:b}", "goal", text, "estimate",
                                                estimate_to_json(&result.estimate, 1), "verdict",
                                                goal_verdict_name(result.verdict), "client_bound",
                                                is_client_bound(run, level, &goals[i])));
    }
    return json_pack("{s:i, s:o, s:o}", "connections", (int)level->n_connections, "contenders",
                     contenders, "goals", judged);
}

static int print(const struct run *run, const struct index *index,
                 const struct bench_options *options, struct error *error)
{
    if (options->json) {
        json_t *root = bench_header("http", index, options->index_path);
        json_t *levels = json_array();
        for (unsigned i = 0; i < run->n_levels; i++)
            json_array_append_new(levels, level_to_json(run, &run->levels[i]));
        json_object_set_new(root, "rounds", json_integer(run->n_rounds));
        json_object_set_new(root, "least_rounds", json_integer(GOAL_MIN_SAMPLES));
        if (run->n_levels > 0)
            json_object_update_new(root, json_pack("{s:s, s:I}", "target", HTTP_CONTENDERS_TARGET,
                                                   "answer_bytes",
                                                   (json_int_t)run->contenders.answer_bytes));
        json_object_set_new(root, "threads", json_integer(run->n_threads));
        json_object_set_new(root, "run_seconds", json_real(RUN_SECONDS));
        json_object_set_new(root, "results", levels);
        if (run->scaling.n_rounds > 0)
            json_object_set_new(root, "scaling", http_scaling_to_json(&run->scaling));
        return bench_print_json(root, error);
    }
    bench_print_header(index, options->index_path);
    if (run->n_levels > 0)
        printf(
            "answer    %zu bytes of %s\n"
            "runs      interleaved, %.2f s each, %u thread%s a server; median (95 %% interval);\n"
            "          CPU and latencies in microseconds a request, latencies of a closed loop\n",
            run->contenders.answer_bytes, HTTP_CONTENDERS_TARGET, RUN_SECONDS, run->n_threads,
            run->n_threads > 1 ? "s" : "");
    printf("rounds    %u%s\n", run->n_rounds,
           run->n_rounds < GOAL_MIN_SAMPLES ? ": too few for a goal to be decided" : "");
    for (unsigned i = 0; i < run->n_levels; i++)
        print_level(run, &run->levels[i]);
    http_scaling_print(&run->scaling);
    return 0;
}

static int check(const struct run *run, struct error *error)
{
    unsigned n_judged = 0;
    unsigned n_missed = 0;
    for (unsigned i = 0; i < run->n_levels; i++) {
        for (size_t j = 0; j < N_GOALS; j++) {
            struct goal_result result;
            if (!judge(run, &run->levels[i], &goals[j], &result))
                continue;
            n_judged++;
            n_missed += result.verdict == GOAL_MISSED;
        }
    }
    if (run->scaling.n_rounds > 0) {
        n_judged++;
        n_missed += http_scaling_verdict(&run->scaling) == GOAL_MISSED;
    }
    if (n_judged == 0)
        return error_set(error,
                         "--check has no goal to judge: a goal needs both contenders that it "
                         "compares, and those need to be installed");
    return n_missed == 0 ? 0 : error_set(error, "%u goals are missed", n_missed);
}

static int measure(struct run *run, const struct bench_options *options, struct error *error)
{
    const struct http_contenders_settings settings = {
        .index_path = options->index_path,
        .queries_path = options->queries_path != NULL ? options->queries_path : DEFAULT_QUERIES,
        .names = options->contenders,
        .n_threads = run->n_threads,
    };
    if (http_contenders_check_names(options->contenders, error) != 0)
        return -1;
    bool has_servers = http_contenders_list_has_servers(options->contenders);
    if (has_servers &&
        read_levels(run, options->connections != NULL ? options->connections : DEFAULT_CONNECTIONS,
                    error) != 0)
        return -1;
    uint64_t seed = SEED;
    if (http_contenders_list_has(options->contenders, HTTP_CONTENDERS_SCALING) &&
        http_scaling_measure(&run->scaling, run->n_rounds, error) != 0)
        return -1;
    if (!has_servers)
        return 0;
    int status = http_contenders_start(&run->contenders, &settings, error);
    for (unsigned round = 0; round < run->n_rounds && status == 0; round++)
        status = run_round(run, round, &seed, error);
    http_contenders_stop(&run->contenders);
    return status;
}

int bench_http(const struct bench_options *options, struct error *error)
{
    struct machine machine;
    unsigned n_rounds = options->n_rounds != 0 ? options->n_rounds : DEFAULT_ROUNDS;
    if (options->check && n_rounds < GOAL_MIN_SAMPLES)
        return error_set(error, "http --check needs at least %d rounds", GOAL_MIN_SAMPLES);
    struct run *run = calloc(1, sizeof *run);
    if (run == NULL)
        return error_out_of_memory(error);
    machine_describe(&machine);
    run->n_threads = machine.n_cores > 2 ? (unsigned)machine.n_cores - 1 : 1;
    run->n_rounds = n_rounds;
    struct index *index = index_open(options->index_path, error);
    int status = index != NULL ? measure(run, options, error) : -1;
    if (status == 0)
        status = print(run, index, options, error);
    if (status == 0 && options->check)
        status = check(run, error);
    if (index != NULL)
        index_close(index);
    free(run);
    return status;
}
