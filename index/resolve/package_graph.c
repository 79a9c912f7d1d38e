/* Everything lies in one msgpack_zone (blocks from which pieces are cut) and is found by its id in
   open addressing tables of fixed size, which are freed with the zone and cannot run out of memory
   on the way, as uthash's can; glibc's hsearch_r wants texts for keys. A crate's versions come by
   the index over crate and number, which has all that is asked for; their numbers lie together in
   one piece. Requirements are kept as text and parsed whenever they are tried: parsed they would be
   fifty times as large. */
#include "index/resolve/package_graph.h"

#include "index/base/database.h"
#include "index/segment/open_reader.h"

#include <stdlib.h>
#include <string.h>

#define ZONE_BLOCK_BYTES 65536

struct package_graph *package_graph_create(struct index_reader *reader, struct error *error)
{
    struct package_graph *graph = calloc(1, sizeof *graph);
    if (graph == NULL || !msgpack_zone_init(&graph->zone, ZONE_BLOCK_BYTES)) {
        error_out_of_memory(error);
        free(graph);
        return NULL;
    }
    graph->reader = reader;
    return graph;
}

void package_graph_free(struct package_graph *graph)
{
    if (graph == NULL)
        return;
    msgpack_zone_destroy(&graph->zone);
    free(graph);
}

bool package_graph_is_full(const struct package_graph *graph)
{
    return graph->n_packages >= PACKAGE_GRAPH_MAX_PACKAGES ||
           graph->n_dependencies >= PACKAGE_GRAPH_MAX_DEPENDENCIES ||
           graph->n_versions >= PACKAGE_GRAPH_MAX_VERSIONS;
}

void package_graph_clear(struct package_graph *graph)
{
    msgpack_zone_clear(&graph->zone);
    graph->n_packages = 0;
    graph->n_dependencies = 0;
    graph->n_versions = 0;
    memset(graph->crates, 0, sizeof graph->crates);
    memset(graph->packages, 0, sizeof graph->packages);
}

static void *allocate(struct package_graph *graph, size_t size, struct error *error)
{
    void *memory = msgpack_zone_malloc(&graph->zone, size > 0 ? size : 1);
    if (memory == NULL)
        error_out_of_memory(error);
    return memory;
}

/* Copies a column's text, NUL-terminated. NULL columns stay NULL; -1 when memory runs out. */
static int copy_column(struct package_graph *graph, sqlite3_stmt *row, int column,
                       const char **copy, struct error *error)
{
    const char *text = (const char *)sqlite3_column_text(row, column);
    *copy = NULL;
    if (text == NULL)
        return 0;
    size_t size = (size_t)sqlite3_column_bytes(row, column) + 1;
    char *bytes = allocate(graph, size, error);
    if (bytes == NULL)
        return -1;
    memcpy(bytes, text, size);
    *copy = bytes;
    return 0;
}

/* The entry of an id, or the free one where it belongs. Fibonacci hashing (Knuth, TAOCP 3, 6.4). */
static struct package_map_entry *find(struct package_map_entry *map, int64_t id)
{
    size_t at = (size_t)(((uint64_t)id * 0x9e3779b97f4a7c15) >> 32) % PACKAGE_MAP_CAPACITY;
    while (map[at].id != 0 && map[at].id != id)
        at = (at + 1) % PACKAGE_MAP_CAPACITY;
    return &map[at];
}

/* ---- Crates ---- */

static int highest_first(const void *left, const void *right)
{
    const struct candidate_version *left_version = left;
    const struct candidate_version *right_version = right;
    return semver_order(&right_version->version, &left_version->version);
}

/* Reads the rows of one crate: (versions' id, num). The array grows by doubling, in the zone. */
static int read_versions(struct package_graph *graph, struct listed_crate *crate,
                         sqlite3_stmt *select, struct error *error)
{
    uint32_t capacity = 0;
    int found;
    while ((found = database_step(select, error)) == 1) {
        struct candidate_version version = {.id = sqlite3_column_int64(select, 0)};
        if (copy_column(graph, select, 1, &version.num, error) != 0)
            return -1;
        if (version.num == NULL ||
            semver_parse(&version.version, version.num, strlen(version.num)) != 0)
            continue;
        if (crate->n_versions == capacity) {
            capacity = capacity == 0 ? 16 : 2 * capacity;
            struct candidate_version *grown = allocate(graph, capacity * sizeof *grown, error);
            if (grown == NULL)
                return -1;
            if (crate->n_versions > 0)
                memcpy(grown, crate->versions, crate->n_versions * sizeof *grown);
            crate->versions = grown;
        }
        crate->versions[crate->n_versions++] = version;
    }
    if (crate->n_versions > 1)
        qsort(crate->versions, crate->n_versions, sizeof *crate->versions, highest_first);
    return found;
}

static int read_crate_name(struct package_graph *graph, struct listed_crate *crate,
                           struct error *error)
{
    static const char *const text = "SELECT name FROM crates WHERE id = ?1";
    sqlite3_stmt *select = reader_statement(graph->reader, text, error);
    if (select == NULL)
        return -1;
    sqlite3_bind_int64(select, 1, crate->id);
    int found = database_step(select, error);
    int status = found == 1 ? copy_column(graph, select, 0, &crate->name, error) : found;
    sqlite3_reset(select);
    if (status == 0 && crate->name == NULL)
        return error_set(error, "index file: a crate is gone");
    return status;
}

static struct listed_crate *read_crate(struct package_graph *graph, int64_t crate_id,
                                       struct error *error)
{
    static const char *const text =
        "SELECT id, num FROM versions WHERE crate_id = ?1 AND NOT yanked";
    struct package_map_entry *entry = find(graph->crates, crate_id);
    if (entry->id != 0)
        return entry->value;
    struct listed_crate *crate = allocate(graph, sizeof *crate, error);
    if (crate == NULL)
        return NULL;
    *crate = (struct listed_crate){.id = crate_id};
    if (read_crate_name(graph, crate, error) != 0)
        return NULL;
    sqlite3_stmt *select = reader_statement(graph->reader, text, error);
    if (select == NULL)
        return NULL;
    sqlite3_bind_int64(select, 1, crate_id);
    int status = read_versions(graph, crate, select, error);
    sqlite3_reset(select);
    if (status != 0)
        return NULL;
    graph->n_versions += crate->n_versions;
    *entry = (struct package_map_entry){crate_id, crate};
    return crate;
}

/* ---- Versions ---- */

uint32_t package_dependency_candidate(const struct package_dependency *dependency, uint32_t start)
{
    const struct listed_crate *crate = dependency->crate;
    struct version_requirement requirement;
    if (version_requirement_parse(&requirement, dependency->req, strlen(dependency->req), NULL) !=
        0)
        return crate->n_versions;
    while (start < crate->n_versions &&
           !version_requirement_matches(&requirement, &crate->versions[start].version))
        start++;
    return start;
}

static uint32_t count_candidates(const struct package_dependency *dependency)
{
    const struct listed_crate *crate = dependency->crate;
    struct version_requirement requirement;
    uint32_t n = 0;
    if (version_requirement_parse(&requirement, dependency->req, strlen(dependency->req), NULL) !=
        0)
        return 0;
    for (uint32_t i = 0; i < crate->n_versions; i++)
        n += version_requirement_matches(&requirement, &crate->versions[i].version);
    return n;
}

/* Insertion sort: it keeps the order of equals, and a version has few dependencies. */
static void sort_dependencies(struct package *package)
{
    for (uint32_t i = 0; i < package->n_dependencies; i++) {
        uint32_t n_candidates = package->dependencies[i].n_candidates;
        uint32_t at = i;
        for (; at > 0 && package->dependencies[package->order[at - 1]].n_candidates > n_candidates;
             at--)
            package->order[at] = package->order[at - 1];
        package->order[at] = i;
    }
}

/* Reads the rows of one version: crate_id, req, target. They are counted before, for reading a
   crate in between uses statements of its own. */
static int read_rows(struct package_graph *graph, struct package *package, uint32_t n_rows,
                     sqlite3_stmt *select, struct error *error)
{
    package->dependencies = allocate(graph, n_rows * sizeof *package->dependencies, error);
    package->order = allocate(graph, n_rows * sizeof *package->order, error);
    if (package->dependencies == NULL || package->order == NULL)
        return -1;
    while (package->n_dependencies < n_rows) {
        if (graph->n_versions >= PACKAGE_GRAPH_MAX_VERSIONS) {
            package->is_cut = true;
            break;
        }
        if (database_step(select, error) != 1)
            return error_set(error, "index file: the dependencies of a version cannot be read");
        struct package_dependency *dependency = &package->dependencies[package->n_dependencies];
        *dependency = (struct package_dependency){.n_candidates = 0};
        dependency->crate = read_crate(graph, sqlite3_column_int64(select, 0), error);
        if (dependency->crate == NULL ||
            copy_column(graph, select, 1, &dependency->req, error) != 0 ||
            copy_column(graph, select, 2, &dependency->target, error) != 0)
            return -1;
        if (dependency->req == NULL)
            return error_set(error, "index file: a dependency has no requirement");
        if (dependency->target != NULL && dependency->target[0] == '\0')
            dependency->target = NULL;
        dependency->n_candidates = count_candidates(dependency);
        package->n_dependencies++;
    }
    sort_dependencies(package);
    return 0;
}

static int read_dependencies(struct package_graph *graph, struct package *package,
                             struct error *error)
{
    static const char *const count_text =
        "SELECT count(*) FROM dependencies WHERE version_id = ?1 AND kind = 0 AND NOT optional";
    static const char *const select_text =
        "SELECT crate_id, req, target FROM dependencies"
        " WHERE version_id = ?1 AND kind = 0 AND NOT optional ORDER BY id";
    sqlite3_stmt *count = reader_statement(graph->reader, count_text, error);
    if (count == NULL)
        return -1;
    sqlite3_bind_int64(count, 1, package->version_id);
    int found = database_step(count, error);
    int64_t n_rows = found == 1 ? sqlite3_column_int64(count, 0) : 0;
    sqlite3_reset(count);
    if (found < 0)
        return -1;
    if (n_rows > PACKAGE_GRAPH_MAX_DEPENDENCIES - graph->n_dependencies) {
        n_rows = PACKAGE_GRAPH_MAX_DEPENDENCIES - graph->n_dependencies;
        package->is_cut = true;
    }
    graph->n_dependencies += (uint32_t)n_rows;
    if (n_rows == 0)
        return 0;
    sqlite3_stmt *select = reader_statement(graph->reader, select_text, error);
    if (select == NULL)
        return -1;
    sqlite3_bind_int64(select, 1, package->version_id);
    int status = read_rows(graph, package, (uint32_t)n_rows, select, error);
    sqlite3_reset(select);
    return status;
}

static int read_package(struct package_graph *graph, struct package *package, struct error *error)
{
    static const char *const text =
        "SELECT crate_id, num, versions.yanked, links, crates.name FROM versions"
        " JOIN crates ON crates.id = crate_id WHERE versions.id = ?1";
    sqlite3_stmt *select = reader_statement(graph->reader, text, error);
    if (select == NULL)
        return -1;
    sqlite3_bind_int64(select, 1, package->version_id);
    int found = database_step(select, error);
    int status = found == 1 ? 0 : -1;
    if (found == 0)
        error_set(error, "index file: a version is gone");
    if (status == 0) {
        package->crate_id = sqlite3_column_int64(select, 0);
        package->is_yanked = sqlite3_column_int(select, 2) != 0;
        if (copy_column(graph, select, 1, &package->num, error) != 0 ||
            copy_column(graph, select, 3, &package->links, error) != 0 ||
            copy_column(graph, select, 4, &package->name, error) != 0)
            status = -1;
    }
    sqlite3_reset(select);
    if (status != 0)
        return -1;
    package->is_semver = package->num != NULL &&
                         semver_parse(&package->version, package->num, strlen(package->num)) == 0;
    return read_dependencies(graph, package, error);
}

struct package *package_graph_version(struct package_graph *graph, int64_t version_id,
                                      struct error *error)
{
    struct package_map_entry *entry = find(graph->packages, version_id);
    if (entry->id != 0)
        return entry->value;
    struct package *package = allocate(graph, sizeof *package, error);
    if (package == NULL)
        return NULL;
    *package = (struct package){.version_id = version_id};
    if (read_package(graph, package, error) != 0)
        return NULL;
    *entry = (struct package_map_entry){version_id, package};
    graph->n_packages++;
    return package;
}
