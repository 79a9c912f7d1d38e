/* Crates and versions as the resolution of dependencies needs them, read from the index file once
   for each request and kept until its end; for the library's own sources only. */
#ifndef CRATEDEX_INDEX_PACKAGE_GRAPH_H
#define CRATEDEX_INDEX_PACKAGE_GRAPH_H

#include <cratedex/error.h>
#include <cratedex/index_reader.h>
#include <cratedex/semver.h>
#include <cratedex/version_requirement.h>
#include <msgpack/zone.h>
#include <stdbool.h>
#include <stdint.h>

/* What one request may read: packages, of which no more are then asked for; dependencies, and
   versions to choose from, beyond which dependencies are left out. The largest figures of any
   closure in the crates.io dump of November 2020 are 397, 1,390 and 9,214. A crate's versions are
   read whole, so the last may pass the limit. */
#define PACKAGE_GRAPH_MAX_PACKAGES 2000
#define PACKAGE_GRAPH_MAX_DEPENDENCIES 3000
#define PACKAGE_GRAPH_MAX_VERSIONS 30000

/* Twice as many places as there can be entries: every entry comes by a dependency, but for one. */
#define PACKAGE_MAP_CAPACITY 8192

struct candidate_version {
    int64_t id;
    struct semver version;
    const char *num;
};

/* A crate and those of its versions that can be chosen: not yanked, SemVer; highest first. */
struct listed_crate {
    int64_t id;
    const char *name;
    struct candidate_version *versions;
    uint32_t n_versions;
};

/* A normal dependency that is not optional. */
struct package_dependency {
    const struct listed_crate *crate;
    const char *req;
    const char *target; /* NULL: all */
    uint32_t n_candidates;
    /* Where the resolution has got to: see dependency_resolution.h. */
    uint32_t node;
    uint8_t fault;
};

/* A version with its dependencies. */
struct package {
    int64_t version_id;
    int64_t crate_id;
    const char *name;
    const char *num;
    const char *links; /* the native library that only one package may link to; NULL: none */
    struct semver version;
    bool is_semver;
    bool is_yanked;
    bool is_cut; /* a limit left dependencies out */
    uint32_t n_dependencies;
    struct package_dependency *dependencies; /* as published */
    uint32_t *order;                         /* their positions, fewest candidates first */
    /* Of the resolution. */
    uint32_t node;
    uint32_t n_taken;
};

struct package_map_entry {
    int64_t id; /* 0: free */
    void *value;
};

struct package_graph {
    struct index_reader *reader;
    msgpack_zone zone; /* owns everything that is read */
    uint32_t n_packages;
    uint32_t n_dependencies;
    uint32_t n_versions;
    struct package_map_entry crates[PACKAGE_MAP_CAPACITY];   /* struct listed_crate, by crate id */
    struct package_map_entry packages[PACKAGE_MAP_CAPACITY]; /* struct package, by version id */
};

/* Returns NULL when memory runs out. */
struct package_graph *package_graph_create(struct index_reader *reader, struct error *error);
void package_graph_free(struct package_graph *graph);

/* Whether a limit was reached. */
bool package_graph_is_full(const struct package_graph *graph);

/* Forgets all that was read. */
void package_graph_clear(struct package_graph *graph);

/* The version with that id, read at the first call. Lives as long as the graph. NULL on failure. */
struct package *package_graph_version(struct package_graph *graph, int64_t version_id,
                                      struct error *error);

/* The first version at or behind `start` that cargo would take for the dependency; n_versions where
   there is none, as for a requirement that is not valid. */
uint32_t package_dependency_candidate(const struct package_dependency *dependency, uint32_t start);

#endif
