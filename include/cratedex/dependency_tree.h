/* The closure of a version's dependencies, each resolved as cargo would for a new lock file.

   Followed are normal dependencies (neither build nor development) that are not optional, for all
   targets; features play no part. Of a crate there is one version for each range of compatible
   versions (1.x, 0.2.x, 0.0.3), the highest that is not yanked and suits everyone who needs it;
   where that cannot be had, cargo's search goes back to older versions of the dependents. Where
   there is no solution at all, or none within the limits, each dependency takes the best version it
   can get and those without one are marked. */
#ifndef CRATEDEX_DEPENDENCY_TREE_H
#define CRATEDEX_DEPENDENCY_TREE_H

#include <cratedex/encoder.h>
#include <cratedex/error.h>
#include <cratedex/index_reader.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How far nodes may be from the root. */
#define DEPENDENCY_TREE_DEFAULT_DEPTH 16
#define DEPENDENCY_TREE_MAX_DEPTH 64

struct dependency_tree;

/* Resolves the closure of a version of the index. What is farther from the root than `max_depth`
   dependencies is resolved too, for it decides on versions, but not shown. NULL on failure. */
struct dependency_tree *dependency_tree_open(struct index_reader *reader, int64_t version_id,
                                             uint32_t max_depth, struct error *error);
void dependency_tree_close(struct dependency_tree *tree);

/* Writes a flat list, the root first, then by distance from it:

       {"nodes": [{"crate", "num", "yanked", "depth": distance from the root,
                   "dependencies": [{"crate", "req", "target": string or null,
                                     "node": place in `nodes` from 0, or null,
                                     "cycle": whether that node is this one or depends on it,
                                     "unresolved": null, or why `node` is null:
                                         "version"   no version that is not yanked matches
                                         "conflict"  what matches cannot be had beside other
                                                     packages
                                         "depth"     it is farther away than was asked for
                                         "size"      the tree has grown too large}]}],
        "meta": {"depth": as asked for, "total": number of nodes,
                 "resolved": whether every dependency of the whole closure has the version that
                             cargo would take,
                 "truncated": whether a limit (depth, nodes, dependencies) left something out}}

   A dependency is a "cycle" where following it leads back to a package on the way from the root
   (the way of a depth-first walk along the lists), so that a walk that stops at cycles ends. */
void dependency_tree_encode(const struct dependency_tree *tree, struct encoder *encoder);

#ifdef __cplusplus
}
#endif

#endif
