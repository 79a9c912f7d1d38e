/* The search that cargo makes (src/cargo/core/resolver), on packages without features:

   - Of a crate there is one version for each range of compatible ones (the first number that is not
     0), and one package that links to a native library.
   - The next dependency is that with the fewest candidates among those of the packages taken so
     far; of equals the one whose package was taken first, then the one published first.
   - Its candidates are tried from the highest down. One that is taken already is used again; one
     that conflicts with a taken package is passed over.
   - Where none is left, the search goes back: first to where the last of the packages was taken
     that stand in the way (the dependent itself or those in conflict), then step by step.

   Going back means undoing steps: a step is a dependency that was given a node, and the log has
   them in order. Cargo also remembers conflicts, which saves time and changes no result. Here the
   work is limited instead. Where the search fails, as it does for many old crates whose
   dependencies were yanked, or takes too long, or passes the limit of nodes, a second pass takes
   the dependencies breadth first, never goes back, and marks those that cannot be had. */
#include "index/resolve/dependency_resolution.h"

#include <stdlib.h>
#include <string.h>

/* What the first pass does before it gives up: versions that it compares with a requirement, each
   trial counted as some more for what else it takes. Some 20 ms; no closure of the crates.io dump
   of November 2020 needs more than 620,000. */
#define MAX_WORK 1000000
#define WORK_OF_A_TRIAL 50
#define NO_NODE UINT32_MAX

/* A dependency that was given a node. */
struct step {
    struct package *dependent;
    struct package_dependency *dependency;
    uint32_t candidate; /* position in the crate's versions */
    bool takes_package; /* the node is new */
};

struct search {
    struct dependency_resolution *resolution;
    struct error *error;
    uint32_t work;
    uint32_t n_steps;
    struct step steps[PACKAGE_GRAPH_MAX_DEPENDENCIES];
};

/* What became of a dependency whose candidates were tried. */
enum outcome { OUTCOME_TAKEN, OUTCOME_NONE_LEFT, OUTCOME_TOO_MUCH, OUTCOME_FAILED };

static bool is_compatible_range(const struct semver *left, const struct semver *right)
{
    if (left->major != right->major || left->major > 0)
        return left->major == right->major;
    if (left->minor != right->minor || left->minor > 0)
        return left->minor == right->minor;
    return left->patch == right->patch;
}

/* The node that stands in the way of a version of a crate, or is it; NO_NODE where there is
   none. */
static uint32_t find_in_range(const struct dependency_resolution *resolution, int64_t crate_id,
                              const struct semver *version)
{
    for (uint32_t i = 0; i < resolution->n_nodes; i++) {
        const struct package *package = resolution->nodes[i];
        if (package->crate_id == crate_id && package->is_semver &&
            is_compatible_range(&package->version, version))
            return i;
    }
    return NO_NODE;
}

static uint32_t find_linked(const struct dependency_resolution *resolution, const char *links)
{
    for (uint32_t i = 0; links != NULL && i < resolution->n_nodes; i++)
        if (resolution->nodes[i]->links != NULL && strcmp(resolution->nodes[i]->links, links) == 0)
            return i;
    return NO_NODE;
}

static void take_package(struct dependency_resolution *resolution, struct package *package)
{
    package->node = resolution->n_nodes;
    package->n_taken = 0;
    resolution->nodes[resolution->n_nodes++] = package;
}

/* Tries the candidates from `start` on. `*in_the_way` becomes the last node, in the order of
   taking, that a candidate was in conflict with, where that is behind what it was. */
static enum outcome try_candidates(struct search *search, struct step *step, uint32_t start,
                                   uint32_t *in_the_way)
{
    struct dependency_resolution *resolution = search->resolution;
    struct package_dependency *dependency = step->dependency;
    const struct listed_crate *crate = dependency->crate;
    for (uint32_t i = start; i < crate->n_versions; i++) {
        uint32_t first = i;
        i = package_dependency_candidate(dependency, i);
        search->work += i - first + WORK_OF_A_TRIAL;
        if (i == crate->n_versions)
            break;
        if (search->work > MAX_WORK)
            return OUTCOME_TOO_MUCH;
        const struct candidate_version *version = &crate->versions[i];
        step->candidate = i;
        uint32_t node = find_in_range(resolution, crate->id, &version->version);
        if (node != NO_NODE && resolution->nodes[node]->version_id == version->id) {
            dependency->node = node;
            step->takes_package = false;
            return OUTCOME_TAKEN;
        }
        if (node == NO_NODE) {
            if (resolution->graph->n_packages >= PACKAGE_GRAPH_MAX_PACKAGES)
                return OUTCOME_TOO_MUCH;
            struct package *package =
                package_graph_version(resolution->graph, version->id, search->error);
            if (package == NULL)
                return OUTCOME_FAILED;
            node = find_linked(resolution, package->links);
            if (node == NO_NODE) {
                if (resolution->n_nodes == DEPENDENCY_RESOLUTION_MAX_NODES)
                    return OUTCOME_TOO_MUCH;
                dependency->node = resolution->n_nodes;
                step->takes_package = true;
                take_package(resolution, package);
                return OUTCOME_TAKEN;
            }
        }
        if (node > *in_the_way)
            *in_the_way = node;
    }
    return OUTCOME_NONE_LEFT;
}

static struct package_dependency *next_dependency(const struct package *package)
{
    return &package->dependencies[package->order[package->n_taken]];
}

/* The package whose next dependency is the most constrained one; NULL when none has any left. */
static struct package *most_constrained(const struct dependency_resolution *resolution)
{
    struct package *best = NULL;
    for (uint32_t i = 0; i < resolution->n_nodes; i++) {
        struct package *package = resolution->nodes[i];
        if (package->n_taken < package->n_dependencies &&
            (best == NULL ||
             next_dependency(package)->n_candidates < next_dependency(best)->n_candidates))
            best = package;
    }
    return best;
}

static void undo(struct search *search, const struct step *step)
{
    step->dependent->n_taken--;
    if (step->takes_package)
        search->resolution->n_nodes--;
}

/* Goes back to a step that has another candidate and takes that. A step that came after
   `in_the_way` was taken changes nothing about it and is not tried again. */
static enum outcome go_back(struct search *search, uint32_t in_the_way)
{
    while (search->n_steps > 0) {
        struct step *step = &search->steps[--search->n_steps];
        uint32_t ignored = 0;
        undo(search, step);
        if (search->resolution->n_nodes > in_the_way)
            continue;
        enum outcome outcome = try_candidates(search, step, step->candidate + 1, &ignored);
        if (outcome == OUTCOME_NONE_LEFT)
            continue;
        if (outcome == OUTCOME_TAKEN) {
            step->dependent->n_taken++;
            search->n_steps++;
        }
        return outcome;
    }
    return OUTCOME_NONE_LEFT;
}

/* The first pass. OUTCOME_TAKEN: all dependencies have nodes. */
static enum outcome search_all(struct search *search)
{
    struct package *dependent;
    while ((dependent = most_constrained(search->resolution)) != NULL) {
        struct step *step = &search->steps[search->n_steps];
        *step = (struct step){.dependent = dependent, .dependency = next_dependency(dependent)};
        uint32_t in_the_way = dependent->node;
        enum outcome outcome = try_candidates(search, step, 0, &in_the_way);
        if (outcome == OUTCOME_TAKEN) {
            dependent->n_taken++;
            search->n_steps++;
            continue;
        }
        if (outcome == OUTCOME_NONE_LEFT)
            outcome = go_back(search, in_the_way);
        if (outcome != OUTCOME_TAKEN)
            return outcome;
    }
    return OUTCOME_TAKEN;
}

/* ---- The second pass ---- */

/* Gives one dependency a node or says why it has none. */
static int take_or_mark(struct search *search, struct package *dependent,
                        struct package_dependency *dependency)
{
    struct step step = {.dependent = dependent, .dependency = dependency};
    uint32_t ignored = 0;
    search->work = 0;
    dependency->fault = DEPENDENCY_RESOLVED;
    switch (try_candidates(search, &step, 0, &ignored)) {
    case OUTCOME_TAKEN:
        return 0;
    case OUTCOME_NONE_LEFT:
        dependency->fault =
            dependency->n_candidates == 0 ? DEPENDENCY_WITHOUT_VERSION : DEPENDENCY_CONFLICT;
        return 0;
    case OUTCOME_TOO_MUCH:
        dependency->fault = DEPENDENCY_BEYOND_SIZE;
        search->resolution->is_cut = true;
        return 0;
    case OUTCOME_FAILED:
        break;
    }
    return -1;
}

/* The nodes are in the order of taking, so going along them is breadth first. */
static int take_all(struct search *search)
{
    struct dependency_resolution *resolution = search->resolution;
    for (uint32_t i = 0; i < resolution->n_nodes; i++) {
        struct package *dependent = resolution->nodes[i];
        for (uint32_t j = 0; j < dependent->n_dependencies; j++)
            if (take_or_mark(search, dependent, &dependent->dependencies[j]) != 0)
                return -1;
    }
    return 0;
}

/* Begins with the root alone. */
static int begin(struct search *search, int64_t version_id)
{
    struct dependency_resolution *resolution = search->resolution;
    struct package *root = package_graph_version(resolution->graph, version_id, search->error);
    if (root == NULL)
        return -1;
    search->work = 0;
    search->n_steps = 0;
    resolution->n_nodes = 0;
    resolution->is_cut = false;
    take_package(resolution, root);
    return 0;
}

static int run(struct search *search, int64_t version_id)
{
    struct dependency_resolution *resolution = search->resolution;
    if (begin(search, version_id) != 0)
        return -1;
    enum outcome outcome = search_all(search);
    if (outcome == OUTCOME_FAILED)
        return -1;
    if (outcome != OUTCOME_TAKEN) {
        /* What going back has read must not be missing now. */
        if (package_graph_is_full(resolution->graph))
            package_graph_clear(resolution->graph);
        if (begin(search, version_id) != 0 || take_all(search) != 0)
            return -1;
    }
    for (uint32_t i = 0; i < resolution->n_nodes; i++)
        resolution->is_cut |= resolution->nodes[i]->is_cut;
    resolution->is_complete = outcome == OUTCOME_TAKEN && !resolution->is_cut;
    return 0;
}

int dependency_resolution_run(struct dependency_resolution *resolution, int64_t version_id,
                              struct error *error)
{
    struct search *search = malloc(sizeof *search);
    if (search == NULL)
        return error_out_of_memory(error);
    search->resolution = resolution;
    search->error = error;
    int status = run(search, version_id);
    free(search);
    return status;
}
