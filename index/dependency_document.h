/* The object of a dependency, out of a row. */
#ifndef CRATEDEX_INDEX_DEPENDENCY_DOCUMENT_H
#define CRATEDEX_INDEX_DEPENDENCY_DOCUMENT_H

#include <cratedex/encoder.h>
#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

#define DEPENDENCY_COLUMNS                                                                         \
    "dependencies.id, dependencies.version_id, dependencies.req, dependencies.optional,"           \
    " dependencies.default_features, coalesce(dependencies.features, '[]'),"                       \
    " dependencies.target,"                                                                        \
    " CASE dependencies.kind WHEN 0 THEN 'normal' WHEN 1 THEN 'build' ELSE 'dev' END"
#define DEPENDENCY_N_COLUMNS 8

/* Writes the dependency at which `row` stands, DEPENDENCY_COLUMNS first, as crates.io's schema `Dependency`
   has it: `crate_name` (`length` bytes) is what is depended on, `downloads` those of the dependent
   crate, which only lists of reverse dependencies have; else 0. */
void dependency_document_encode(sqlite3_stmt *row, const char *crate_name, size_t length,
                                int64_t downloads, struct encoder *encoder);

#endif
