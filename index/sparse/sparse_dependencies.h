/* A version's dependencies, ordered and written as the sparse index has them. */
#ifndef CRATEDEX_INDEX_SPARSE_DEPENDENCIES_H
#define CRATEDEX_INDEX_SPARSE_DEPENDENCIES_H

#include <cratedex/error.h>
#include <msgpack/sbuffer.h>
#include <stdbool.h>
#include <stddef.h>

/* NUL-terminated texts. */
struct sparse_dependency {
    const char *crate;       /* the crate's name on the registry */
    const char *alias;       /* what Cargo.toml calls it; NULL where that is the same */
    const char *requirement; /* "^1.2" */
    const char *features;    /* a compact JSON array of strings; NULL: none */
    const char *target;      /* "cfg(unix)"; NULL: every */
    int kind;                /* 0 normal, 1 build, 2 dev */
    bool is_optional;
    bool has_default_features;
};

struct sparse_dependency_row;

/* Reused for version after version, so that its memory is allocated once. */
struct sparse_dependencies {
    struct sparse_dependency_row *rows;
    size_t n_rows;
    size_t capacity;
    msgpack_sbuffer texts;
};

void sparse_dependencies_init(struct sparse_dependencies *dependencies);
void sparse_dependencies_free(struct sparse_dependencies *dependencies);

/* Forgets those of the version before. */
void sparse_dependencies_clear(struct sparse_dependencies *dependencies);

/* Copies one. Returns 0 or -1 (memory). */
int sparse_dependencies_add(struct sparse_dependencies *dependencies,
                            const struct sparse_dependency *dependency);

/* Appends them as one JSON array, in crates.io's order whatever the order was in which they were
   added: by name, kind, requirement, optional, default features, target, package, features. Returns
   0 or -1. */
int sparse_dependencies_write(struct sparse_dependencies *dependencies, msgpack_sbuffer *out,
                              struct error *error);

#endif
