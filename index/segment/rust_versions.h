/* The versions of Rust that crates need, in order: which crates need a higher one than somebody
   has. */
#ifndef CRATEDEX_INDEX_RUST_VERSIONS_H
#define CRATEDEX_INDEX_RUST_VERSIONS_H

#include "index/segment/crate_values.h"
#include "index/segment/memberships.h"

#include <cratedex/error.h>
#include <cratedex/rust_version.h>
#include <stddef.h>
#include <stdint.h>

struct needed_rust_version {
    struct rust_version version;
    uint32_t number; /* of the value of CRATE_ATTRIBUTE_RUST_VERSION, and of its group */
};

/* All of it is owned. */
struct rust_versions {
    uint32_t n;                         /* values that are versions; others need nothing */
    struct needed_rust_version *needed; /* ascending */
    uint32_t n_marks;
    uint32_t *marks;   /* places in `needed`, falling */
    uint64_t *bitmaps; /* of each mark: the crates that need what stands there, or a higher one */
    size_t n_words;    /* of each bitmap */
};

/* Makes it from an open index's values and groups. Returns 0 or -1 (memory); rust_versions_close
   may be called in any case. */
int rust_versions_make(struct rust_versions *versions, const struct attribute_values *values,
                       const struct memberships *memberships, struct error *error);
void rust_versions_close(struct rust_versions *versions);

/* Makes `marked`, which has a bit for every rank, the set of the crates that need a version for
   which `given` does not suffice; NULL: that need any. A copy of a bitmap, and few groups that are
   marked beside it. */
void rust_versions_mark(const struct rust_versions *versions, const struct memberships *memberships,
                        const struct rust_version *given, uint64_t *marked);

#endif
