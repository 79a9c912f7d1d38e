/* `resolve`: requirements that stand in the index, each resolved against its crate; and closures:
   those of the versions with most dependencies, and of newest versions spread evenly over all
   crates. SQL on the file draws them, before anything is timed. The page cache is warm after the
   first round. */
#include "tests/bench/bench_rounds.h"

#include <cratedex/dependency_tree.h>
#include <cratedex/resolve.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N_REQUIREMENTS 5000
#define N_LARGE_TREES 200
#define N_SPREAD_TREES 2000
#define MAX_TEXT 128

struct request {
    int64_t version_id; /* of a tree */
    char crate[MAX_TEXT];
    char text[MAX_TEXT]; /* the requirement, or the version's number */
};

struct requests {
    struct request *requests;
    size_t n_requests;
    size_t capacity;
};

struct run {
    struct requests requirements;
    struct requests trees;
    struct series *resolving;
    struct series *resolving_whole;
    struct series *growing;
    struct series *growing_whole;
    uint64_t n_resolved;
    uint64_t n_nodes;
    uint32_t most_nodes;
    uint64_t slowest_time;
    const struct request *slowest;
    msgpack_sbuffer body;
};

/* Appends what a statement of (id, crate, text) gives, at most `limit` rows. */
static int draw(struct requests *requests, sqlite3 *database, const char *sql, int limit,
                struct error *error)
{
    sqlite3_stmt *select = NULL;
    if (sqlite3_prepare_v2(database, sql, -1, &select, NULL) != SQLITE_OK)
        return error_set(error, "the requests cannot be drawn: %s", sqlite3_errmsg(database));
    sqlite3_bind_int(select, 1, limit);
    while (requests->n_requests < requests->capacity && sqlite3_step(select) == SQLITE_ROW) {
        struct request *request = &requests->requests[requests->n_requests++];
        request->version_id = sqlite3_column_int64(select, 0);
        snprintf(request->crate, MAX_TEXT, "%s", (const char *)sqlite3_column_text(select, 1));
        snprintf(request->text, MAX_TEXT, "%s", (const char *)sqlite3_column_text(select, 2));
    }
    sqlite3_finalize(select);
    return 0;
}

static int make_room(struct requests *requests, size_t capacity, struct error *error)
{
    requests->requests = calloc(capacity, sizeof *requests->requests);
    requests->capacity = capacity;
    return requests->requests != NULL ? 0 : error_out_of_memory(error);
}

static int draw_all(struct run *run, sqlite3 *database, struct error *error)
{
    static const char requirements[] =
        "SELECT 0, name, req FROM dependencies JOIN crates ON crates.id = crate_id"
        " WHERE dependencies.id % (1 + (SELECT count(*) FROM dependencies) / ?1) = 0";
    static const char large[] =
        "SELECT version_id, name, num FROM (SELECT version_id, count(*) AS n"
        " FROM dependencies WHERE kind = 0 AND NOT optional"
        " GROUP BY version_id ORDER BY n DESC, version_id LIMIT ?1)"
        " JOIN versions ON versions.id = version_id"
        " JOIN crates ON crates.id = crate_id";
    static const char spread[] = "SELECT versions.id, name, num FROM crates"
                                 " JOIN versions ON crate_id = crates.id AND num = newest_version"
                                 " WHERE rank % (1 + (SELECT count(*) FROM crates) / ?1) = 0";
    if (make_room(&run->requirements, N_REQUIREMENTS, error) != 0 ||
        make_room(&run->trees, N_LARGE_TREES + N_SPREAD_TREES, error) != 0 ||
        draw(&run->requirements, database, requirements, N_REQUIREMENTS, error) != 0 ||
        draw(&run->trees, database, large, N_LARGE_TREES, error) != 0 ||
        draw(&run->trees, database, spread, N_SPREAD_TREES, error) != 0)
        return -1;
    if (run->requirements.n_requests == 0 || run->trees.n_requests == 0)
        return error_set(error, "the index has no dependencies");
    return 0;
}

static int time_requirement(struct run *run, const struct rounds *rounds,
                            const struct request *request, struct error *error)
{
    struct resolve_query query = {.takes_prereleases = false};
    struct resolution resolution;
    struct encoder encoder;
    uint64_t begin = bench_now();
    query.rank = index_find_crate(rounds->index, request->crate, strlen(request->crate));
    if (version_requirement_parse(&query.requirement, request->text, strlen(request->text),
                                  error) != 0)
        return 0; /* old dumps have some that cargo no longer reads */
    if (resolve_run(rounds->reader, &query, &resolution, error) != 0)
        return -1;
    uint64_t found = bench_now();
    msgpack_sbuffer_clear(&run->body);
    encoder_init(&encoder, ENCODING_JSON, &run->body);
    if (resolution_encode(rounds->reader, &query, &resolution, &encoder, error) != 0 ||
        encoder_finish(&encoder, error) != 0)
        return -1;
    series_add(run->resolving, found - begin);
    series_add(run->resolving_whole, bench_now() - begin);
    run->n_resolved += resolution.version_id != 0;
    return 0;
}

/* How many packages a tree shows. */
static uint32_t count_nodes(const msgpack_sbuffer *body)
{
    json_t *tree = json_loadb(body->data, body->size, 0, NULL);
    uint32_t n_nodes = (uint32_t)json_array_size(json_object_get(tree, "nodes"));
    json_decref(tree);
    return n_nodes;
}

static int time_tree(struct run *run, const struct rounds *rounds, const struct request *request,
                     struct error *error)
{
    struct encoder encoder;
    uint64_t begin = bench_now();
    struct dependency_tree *tree = dependency_tree_open(rounds->reader, request->version_id,
                                                        DEPENDENCY_TREE_DEFAULT_DEPTH, error);
    if (tree == NULL)
        return -1;
    uint64_t found = bench_now();
    msgpack_sbuffer_clear(&run->body);
    encoder_init(&encoder, ENCODING_JSON, &run->body);
    dependency_tree_encode(tree, &encoder);
    dependency_tree_close(tree);
    if (encoder_finish(&encoder, error) != 0)
        return -1;
    uint64_t end = bench_now();
    series_add(run->growing, found - begin);
    series_add(run->growing_whole, end - begin);
    uint32_t n_nodes = count_nodes(&run->body);
    run->n_nodes += n_nodes;
    if (n_nodes > run->most_nodes)
        run->most_nodes = n_nodes;
    if (end - begin > run->slowest_time) {
        run->slowest_time = end - begin;
        run->slowest = request;
    }
    return 0;
}

static int run_round(void *state, struct rounds *rounds, bool is_warm_up, struct error *error)
{
    (void)is_warm_up;
    struct run *run = state;
    run->n_resolved = 0;
    run->n_nodes = 0;
    run->slowest_time = 0;
    for (size_t i = 0; i < run->requirements.n_requests; i++)
        if (time_requirement(run, rounds, &run->requirements.requests[i], error) != 0)
            return -1;
    for (size_t i = 0; i < run->trees.n_requests; i++)
        if (time_tree(run, rounds, &run->trees.requests[i], error) != 0)
            return -1;
    return 0;
}

static int add_all_series(struct run *run, struct rounds *rounds, struct error *error)
{
    size_t n_trees = run->trees.capacity;
    run->resolving = rounds_add_series(rounds, "resolve", "resolve", N_REQUIREMENTS, error);
    run->resolving_whole =
        rounds_add_series(rounds, "resolve + answer", "resolve_and_answer", N_REQUIREMENTS, error);
    run->growing = rounds_add_series(rounds, "tree", "tree", n_trees, error);
    run->growing_whole =
        rounds_add_series(rounds, "tree + answer", "tree_and_answer", n_trees, error);
    return run->resolving != NULL && run->resolving_whole != NULL && run->growing != NULL &&
                   run->growing_whole != NULL
               ? 0
               : -1;
}

static int prepare(void *state, struct rounds *rounds, struct error *error)
{
    struct run *run = state;
    const char *index_path = rounds->options->index_path;
    sqlite3 *database = NULL;
    msgpack_sbuffer_init(&run->body);
    int status = 0;
    if (sqlite3_open_v2(index_path, &database, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
        status = error_set(error, "%s: %s", index_path, sqlite3_errmsg(database));
    if (status == 0)
        status = draw_all(run, database, error);
    sqlite3_close(database);
    return status == 0 ? add_all_series(run, rounds, error) : status;
}

static void print_above(const void *state, const struct rounds *rounds)
{
    (void)rounds;
    const struct run *run = state;
    printf("resolve   %zu requirements of dependencies; a version for %llu\n",
           run->requirements.n_requests, (unsigned long long)run->n_resolved);
    printf("trees     %zu, %.1f packages on average, at most %u; the slowest: %s %s, %.1f ms\n",
           run->trees.n_requests, (double)run->n_nodes / (double)run->trees.n_requests,
           run->most_nodes, run->slowest->crate, run->slowest->text,
           (double)run->slowest_time / 1e6);
}

static void add_json(const void *state, const struct rounds *rounds, json_t *root)
{
    const struct run *run = state;
    json_object_set_new(root, "requirements",
                        json_pack("{s:I, s:I}", "count", (json_int_t)run->requirements.n_requests,
                                  "resolved", (json_int_t)run->n_resolved));
    json_object_set_new(
        root, "trees",
        json_pack("{s:I, s:I, s:i, s:s, s:s}", "count", (json_int_t)run->trees.n_requests,
                  "packages", (json_int_t)run->n_nodes, "most_packages", (int)run->most_nodes,
                  "slowest_crate", run->slowest->crate, "slowest_version", run->slowest->text));
    for (size_t i = 0; i < rounds->n_series; i++)
        rounds_add_times(root, &rounds->series[i]);
}

static void release(void *state)
{
    struct run *run = state;
    free(run->requirements.requests);
    free(run->trees.requests);
    msgpack_sbuffer_destroy(&run->body);
}

int bench_resolve(const struct bench_options *options, struct error *error)
{
    static const struct rounds_benchmark benchmark = {
        .name = "resolve",
        .state_size = sizeof(struct run),
        .prepare = prepare,
        .run_round = run_round,
        .print_above = print_above,
        .add_json = add_json,
        .release = release,
    };
    return rounds_run(&benchmark, options, error);
}
