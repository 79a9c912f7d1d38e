/* `resolve`: requirements that stand in the index, each resolved against its crate; and closures: those of
   the versions with most dependencies, and of newest versions spread evenly over all crates. SQL on the
   file draws them, before anything is timed. The page cache is warm after the first round. */
#include "tests/bench/bench.h"
#include "tests/bench/bench_series.h"

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
    struct index *index;
    struct index_reader *reader;
    struct requests requirements;
    struct requests trees;
    struct series resolving;
    struct series resolving_whole;
    struct series growing;
    struct series growing_whole;
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

static int time_requirement(struct run *run, const struct request *request, struct error *error)
{
    struct resolve_query query = {.takes_prereleases = false};
    struct resolution resolution;
    struct encoder encoder;
    uint64_t begin = bench_now();
    query.rank = index_find_crate(run->index, request->crate, strlen(request->crate));
    if (version_requirement_parse(&query.requirement, request->text, strlen(request->text),
                                  error) != 0)
        return 0; /* old dumps have some that cargo no longer reads */
    if (resolve_run(run->reader, &query, &resolution, error) != 0)
        return -1;
    uint64_t found = bench_now();
    msgpack_sbuffer_clear(&run->body);
    encoder_init(&encoder, ENCODING_JSON, &run->body);
    if (resolution_encode(run->reader, &query, &resolution, &encoder, error) != 0 ||
        encoder_finish(&encoder, error) != 0)
        return -1;
    series_add(&run->resolving, found - begin);
    series_add(&run->resolving_whole, bench_now() - begin);
    run->n_resolved += resolution.version_id != 0;
    return 0;
}

static int time_tree(struct run *run, const struct request *request, struct error *error)
{
    struct encoder encoder;
    uint64_t begin = bench_now();
    struct dependency_tree *tree = dependency_tree_open(run->reader, request->version_id,
                                                        DEPENDENCY_TREE_DEFAULT_DEPTH, error);
    if (tree == NULL)
        return -1;
    uint64_t found = bench_now();
    msgpack_sbuffer_clear(&run->body);
    encoder_init(&encoder, ENCODING_JSON, &run->body);
    dependency_tree_encode(tree, &encoder);
    uint32_t n_nodes = dependency_tree_n_nodes(tree);
    dependency_tree_close(tree);
    if (encoder_finish(&encoder, error) != 0)
        return -1;
    uint64_t end = bench_now();
    series_add(&run->growing, found - begin);
    series_add(&run->growing_whole, end - begin);
    run->n_nodes += n_nodes;
    if (n_nodes > run->most_nodes)
        run->most_nodes = n_nodes;
    if (end - begin > run->slowest_time) {
        run->slowest_time = end - begin;
        run->slowest = request;
    }
    return 0;
}

static int run_rounds(struct run *run, unsigned n_rounds, struct error *error)
{
    struct series *const series[] = {&run->resolving, &run->resolving_whole, &run->growing,
                                     &run->growing_whole};
    for (unsigned round = 0; round <= n_rounds; round++) {
        for (int i = 0; i < 4; i++)
            series_begin_round(series[i]);
        run->n_resolved = 0;
        run->n_nodes = 0;
        run->slowest_time = 0;
        for (size_t i = 0; i < run->requirements.n_requests; i++)
            if (time_requirement(run, &run->requirements.requests[i], error) != 0)
                return -1;
        for (size_t i = 0; i < run->trees.n_requests; i++)
            if (time_tree(run, &run->trees.requests[i], error) != 0)
                return -1;
        for (int i = 0; round > 0 && i < 4; i++)
            series_end_round(series[i]);
    }
    return 0;
}

static int prepare(struct run *run, const struct bench_options *options, struct error *error)
{
    sqlite3 *database = NULL;
    msgpack_sbuffer_init(&run->body);
    run->index = index_open(options->index_path, error);
    if (run->index == NULL)
        return -1;
    run->reader = index_reader_open(run->index, error);
    if (run->reader == NULL)
        return -1;
    int status = 0;
    if (sqlite3_open_v2(options->index_path, &database, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
        status = error_set(error, "%s: %s", options->index_path, sqlite3_errmsg(database));
    if (status == 0)
        status = draw_all(run, database, error);
    sqlite3_close(database);
    if (status != 0 ||
        series_init(&run->resolving, "resolve", "resolve", N_REQUIREMENTS, error) != 0 ||
        series_init(&run->resolving_whole, "resolve + answer", "resolve_and_answer", N_REQUIREMENTS,
                    error) != 0 ||
        series_init(&run->growing, "tree", "tree", run->trees.capacity, error) != 0 ||
        series_init(&run->growing_whole, "tree + answer", "tree_and_answer", run->trees.capacity,
                    error) != 0)
        return -1;
    return 0;
}

static void print_text(const struct run *run, const struct bench_options *options)
{
    bench_print_header(run->index, options->index_path);
    printf("resolve   %zu requirements of dependencies; a version for %llu\n",
           run->requirements.n_requests, (unsigned long long)run->n_resolved);
    printf("trees     %zu, %.1f packages on average, at most %u; the slowest: %s %s, %.1f ms\n",
           run->trees.n_requests, (double)run->n_nodes / (double)run->trees.n_requests,
           run->most_nodes, run->slowest->crate, run->slowest->text,
           (double)run->slowest_time / 1e6);
    printf("rounds    %u after a warm-up; shown: the best by p99\n\n", options->n_rounds);
    statistics_print_titles();
    series_print(&run->resolving);
    series_print(&run->resolving_whole);
    series_print(&run->growing);
    series_print(&run->growing_whole);
}

static json_t *to_json(const struct run *run, const struct bench_options *options)
{
    json_t *root = bench_header("resolve", run->index, options->index_path);
    json_object_set_new(root, "requirements",
                        json_pack("{s:I, s:I}", "count", (json_int_t)run->requirements.n_requests,
                                  "resolved", (json_int_t)run->n_resolved));
    json_object_set_new(
        root, "trees",
        json_pack("{s:I, s:I, s:i, s:s, s:s}", "count", (json_int_t)run->trees.n_requests,
                  "packages", (json_int_t)run->n_nodes, "most_packages", (int)run->most_nodes,
                  "slowest_crate", run->slowest->crate, "slowest_version", run->slowest->text));
    json_object_set_new(root, run->resolving.key, series_to_json(&run->resolving));
    json_object_set_new(root, run->resolving_whole.key, series_to_json(&run->resolving_whole));
    json_object_set_new(root, run->growing.key, series_to_json(&run->growing));
    json_object_set_new(root, run->growing_whole.key, series_to_json(&run->growing_whole));
    return root;
}

int bench_resolve(const struct bench_options *options, struct error *error)
{
    struct run *run = calloc(1, sizeof *run);
    if (run == NULL)
        return error_out_of_memory(error);
    int status = prepare(run, options, error);
    if (status == 0)
        status = run_rounds(run, options->n_rounds, error);
    if (status == 0 && options->json)
        status = bench_print_json(to_json(run, options), error);
    else if (status == 0)
        print_text(run, options);
    index_reader_close(run->reader);
    if (run->index != NULL)
        index_close(run->index);
    series_free(&run->resolving);
    series_free(&run->resolving_whole);
    series_free(&run->growing);
    series_free(&run->growing_whole);
    free(run->requirements.requests);
    free(run->trees.requests);
    msgpack_sbuffer_destroy(&run->body);
    free(run);
    return status;
}
