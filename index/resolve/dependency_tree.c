/* What the resolution found, put in order for people: a breadth-first walk numbers the nodes that
   are shown by their distance from the root, and a depth-first walk over those marks the
   dependencies that lead back. Both use arrays as large as the resolution's, so nothing grows. */
#include <cratedex/dependency_tree.h>

#include "index/resolve/dependency_resolution.h"

#include <stdlib.h>
#include <string.h>

#define NOT_SHOWN UINT32_MAX

/* A node that is shown. */
struct tree_node {
    const struct package *package;
    uint32_t depth;
    bool *is_cycle; /* for each dependency */
};

struct dependency_tree {
    struct dependency_resolution resolution;
    uint32_t max_depth;
    uint32_t n_nodes;
    bool is_cut_by_depth;
    struct tree_node nodes[DEPENDENCY_RESOLUTION_MAX_NODES];
    uint32_t places[DEPENDENCY_RESOLUTION_MAX_NODES]; /* of the resolution's nodes in `nodes` */
};

static bool is_resolved(const struct package_dependency *dependency)
{
    return dependency->fault == DEPENDENCY_RESOLVED;
}

/* The shown node that a dependency leads to, or NOT_SHOWN. */
static uint32_t place_of(const struct dependency_tree *tree,
                         const struct package_dependency *dependency)
{
    return is_resolved(dependency) ? tree->places[dependency->node] : NOT_SHOWN;
}

static void show(struct dependency_tree *tree, uint32_t node, uint32_t depth)
{
    tree->places[node] = tree->n_nodes;
    tree->nodes[tree->n_nodes++] =
        (struct tree_node){.package = tree->resolution.nodes[node], .depth = depth};
}

static void walk_breadth_first(struct dependency_tree *tree)
{
    for (uint32_t i = 0; i < DEPENDENCY_RESOLUTION_MAX_NODES; i++)
        tree->places[i] = NOT_SHOWN;
    show(tree, 0, 0);
    for (uint32_t i = 0; i < tree->n_nodes; i++) {
        const struct package *package = tree->nodes[i].package;
        for (uint32_t j = 0; j < package->n_dependencies; j++) {
            const struct package_dependency *dependency = &package->dependencies[j];
            if (!is_resolved(dependency) || tree->places[dependency->node] != NOT_SHOWN)
                continue;
            if (tree->nodes[i].depth < tree->max_depth)
                show(tree, dependency->node, tree->nodes[i].depth + 1);
            else
                tree->is_cut_by_depth = true;
        }
    }
}

/* A node on the way from the root to where the walk is. */
struct visit {
    uint32_t place;
    uint32_t n_followed;
};

static void walk_depth_first(struct dependency_tree *tree)
{
    enum { NEW, ON_THE_WAY, DONE } states[DEPENDENCY_RESOLUTION_MAX_NODES] = {ON_THE_WAY};
    struct visit way[DEPENDENCY_RESOLUTION_MAX_NODES] = {{0, 0}};
    uint32_t length = 1;
    while (length > 0) {
        struct visit *visit = &way[length - 1];
        const struct tree_node *node = &tree->nodes[visit->place];
        if (visit->n_followed == node->package->n_dependencies) {
            states[visit->place] = DONE;
            length--;
            continue;
        }
        uint32_t followed = visit->n_followed++;
        uint32_t place = place_of(tree, &node->package->dependencies[followed]);
        if (place == NOT_SHOWN)
            continue;
        node->is_cycle[followed] = states[place] == ON_THE_WAY;
        if (states[place] == NEW) {
            states[place] = ON_THE_WAY;
            way[length++] = (struct visit){place, 0};
        }
    }
}

static int mark_cycles(struct dependency_tree *tree, struct error *error)
{
    for (uint32_t i = 0; i < tree->n_nodes; i++) {
        size_t size = tree->nodes[i].package->n_dependencies + 1;
        tree->nodes[i].is_cycle = msgpack_zone_malloc(&tree->resolution.graph->zone, size);
        if (tree->nodes[i].is_cycle == NULL)
            return error_out_of_memory(error);
        memset(tree->nodes[i].is_cycle, 0, size);
    }
    walk_depth_first(tree);
    return 0;
}

struct dependency_tree *dependency_tree_open(struct index_reader *reader, int64_t version_id,
                                             uint32_t max_depth, struct error *error)
{
    struct dependency_tree *tree = calloc(1, sizeof *tree);
    if (tree == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    tree->max_depth = max_depth;
    tree->resolution.graph = package_graph_create(reader, error);
    if (tree->resolution.graph == NULL ||
        dependency_resolution_run(&tree->resolution, version_id, error) != 0)
        goto failed;
    walk_breadth_first(tree);
    if (mark_cycles(tree, error) != 0)
        goto failed;
    return tree;
failed:
    dependency_tree_close(tree);
    return NULL;
}

void dependency_tree_close(struct dependency_tree *tree)
{
    if (tree == NULL)
        return;
    package_graph_free(tree->resolution.graph);
    free(tree);
}

static void encode_dependency(const struct dependency_tree *tree, const struct tree_node *node,
                              uint32_t at, struct encoder *encoder)
{
    static const char *const reasons[] = {[DEPENDENCY_RESOLVED] = "depth",
                                          [DEPENDENCY_WITHOUT_VERSION] = "version",
                                          [DEPENDENCY_CONFLICT] = "conflict",
                                          [DEPENDENCY_BEYOND_SIZE] = "size"};
    const struct package_dependency *dependency = &node->package->dependencies[at];
    uint32_t place = place_of(tree, dependency);
    encoder_object(encoder, 6);
    encoder_member_text(encoder, "crate", dependency->crate->name);
    encoder_member_text(encoder, "req", dependency->req);
    encoder_member_text(encoder, "target", dependency->target);
    if (place != NOT_SHOWN) {
        encoder_member_integer(encoder, "node", place);
    } else {
        encoder_key(encoder, "node");
        encoder_null(encoder);
    }
    encoder_member_boolean(encoder, "cycle", node->is_cycle[at]);
    encoder_member_text(encoder, "unresolved",
                        place != NOT_SHOWN ? NULL : reasons[dependency->fault]);
    encoder_end_object(encoder);
}

static void encode_node(const struct dependency_tree *tree, const struct tree_node *node,
                        struct encoder *encoder)
{
    const struct package *package = node->package;
    encoder_object(encoder, 5);
    encoder_member_text(encoder, "crate", package->name);
    encoder_member_text(encoder, "num", package->num);
    encoder_member_boolean(encoder, "yanked", package->is_yanked);
    encoder_member_integer(encoder, "depth", node->depth);
    encoder_key(encoder, "dependencies");
    encoder_array(encoder, package->n_dependencies);
    for (uint32_t i = 0; i < package->n_dependencies; i++)
        encode_dependency(tree, node, i, encoder);
    encoder_end_array(encoder);
    encoder_end_object(encoder);
}

void dependency_tree_encode(const struct dependency_tree *tree, struct encoder *encoder)
{
    encoder_object(encoder, 2);
    encoder_key(encoder, "nodes");
    encoder_array(encoder, tree->n_nodes);
    for (uint32_t i = 0; i < tree->n_nodes; i++)
        encode_node(tree, &tree->nodes[i], encoder);
    encoder_end_array(encoder);
    encoder_key(encoder, "meta");
    encoder_object(encoder, 4);
    encoder_member_integer(encoder, "depth", tree->max_depth);
    encoder_member_integer(encoder, "total", tree->n_nodes);
    encoder_member_boolean(encoder, "resolved", tree->resolution.is_complete);
    encoder_member_boolean(encoder, "truncated", tree->resolution.is_cut || tree->is_cut_by_depth);
    encoder_end_object(encoder);
    encoder_end_object(encoder);
}
