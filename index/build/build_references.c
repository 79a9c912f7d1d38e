/* Rows that point at something the dump does not have are skipped and counted: a dump is taken
   while crates are deleted. The rows are already in their tables, so the check is the same in
   whatever order the tables came. */
#include "index/build/build_references.h"

#include "index/base/database.h"
#include "index/build/build_report.h"

#include <inttypes.h>
#include <stdio.h>

struct reference {
    const char *table;
    const char *file; /* the dump's name of the table */
    const char *column;
    const char *target; /* a table whose key is `id` */
    const char *reason;
};

/* Parents before children: a version that goes takes its dependencies along. */
static const struct reference references[] = {
    {"versions", "versions", "crate_id", "staged_crates", "version of an unknown crate, skipped"},
    {"dependencies", "dependencies", "version_id", "versions",
     "dependency of an unknown version, skipped"},
    {"dependencies", "dependencies", "crate_id", "staged_crates",
     "dependency on an unknown crate, skipped"},
    {"version_downloads", "version_downloads", "version_id", "versions",
     "downloads of an unknown version, skipped"},
    {"staged_downloads", "crate_downloads", "crate_id", "staged_crates",
     "downloads of an unknown crate, skipped"},
    {"staged_default_versions", "default_versions", "crate_id", "staged_crates",
     "default version of an unknown crate, skipped"},
    {"staged_default_versions", "default_versions", "version_id", "versions",
     "default version that is unknown, skipped"},
    {"staged_keywords", "crates_keywords", "crate_id", "staged_crates",
     "keyword of an unknown crate, skipped"},
    {"staged_keywords", "crates_keywords", "keyword_id", "keywords", "unknown keyword, skipped"},
    {"staged_categories", "crates_categories", "crate_id", "staged_crates",
     "category of an unknown crate, skipped"},
    {"staged_categories", "crates_categories", "category_id", "categories",
     "unknown category, skipped"},
    {"staged_owners", "crate_owners", "crate_id", "staged_crates",
     "owner of an unknown crate, skipped"},
};

static int check(struct build *build, const struct reference *reference, struct error *error)
{
    char sql[320];
    int64_t n_rows = 0;
    int64_t first = 0;
    snprintf(sql, sizeof sql, "SELECT count(*) FROM %s WHERE %s NOT IN (SELECT id FROM %s)",
             reference->table, reference->column, reference->target);
    if (database_integer(build->database, sql, &n_rows, error) != 0)
        return -1;
    if (n_rows == 0)
        return 0;
    snprintf(sql, sizeof sql, "SELECT %s FROM %s WHERE %s NOT IN (SELECT id FROM %s) LIMIT 1",
             reference->column, reference->table, reference->column, reference->target);
    if (database_integer(build->database, sql, &first, error) != 0)
        return -1;
    snprintf(sql, sizeof sql, "DELETE FROM %s WHERE %s NOT IN (SELECT id FROM %s)",
             reference->table, reference->column, reference->target);
    if (database_execute(build->database, sql, error) != 0)
        return -1;
    build_warn(build, reference->reason, (uint64_t)n_rows, "%s.csv: %s %" PRId64, reference->file,
               reference->column, first);
    return 0;
}

int build_check_references(struct build *build, struct error *error)
{
    size_t n = sizeof references / sizeof *references;
    for (size_t i = 0; i < n; i++) {
        if (build_progress(build, "references", i, n, "checks", error) != 0 ||
            check(build, &references[i], error) != 0)
            return -1;
    }
    return 0;
}
