/* The reverse dependencies of every crate, in the order in which its page has them: of each crate
   whose default version depends on it and is not yanked, the first dependency, the crates with most
   downloads first, then by name. Numbered, so that a page is a range of keys and their number is
   the last key. */
#include "index/build/build_dependents.h"

#include "index/base/database.h"

static const char *const create_sql =
    "CREATE TEMP TABLE shown_versions(rank INTEGER PRIMARY KEY, version_id INTEGER NOT NULL);";

/* Each shown version's dependencies are found by its id; nothing else of the table is read. */
#define SELECT_SQL                                                                                 \
    "SELECT target, row_number() OVER (PARTITION BY target ORDER BY downloads DESC, name),"        \
    " dependent, dependency_id FROM"                                                               \
    " (SELECT target.rank AS target, shown.rank AS dependent,"                                     \
    "  min(dependencies.id) AS dependency_id, dependent.downloads AS downloads,"                   \
    "  dependent.name AS name FROM shown_versions AS shown"                                        \
    "  CROSS JOIN dependencies ON dependencies.version_id = shown.version_id"                      \
    "  JOIN crates AS target ON target.id = dependencies.crate_id"                                 \
    "  JOIN crates AS dependent ON dependent.rank = shown.rank"                                    \
    "  GROUP BY target.rank, shown.rank) ORDER BY 1, 2"

static const char *const fill_sql = "INSERT INTO reverse_dependencies " SELECT_SQL ";"
                                    "DROP TABLE temp.shown_versions;";

static int list_shown_versions(struct build *build, struct error *error)
{
    sqlite3_stmt *insert =
        database_prepare(build->database, "INSERT INTO shown_versions VALUES(?1, ?2)", error);
    if (insert == NULL)
        return -1;
    int result = 0;
    for (uint32_t rank = 1; rank <= build->n_crates && result == 0; rank++) {
        if (build->crates[rank - 1].shown_default == 0)
            continue;
        sqlite3_bind_int64(insert, 1, rank);
        sqlite3_bind_int64(insert, 2, build->crates[rank - 1].shown_default);
        result = database_run(insert, error);
    }
    sqlite3_finalize(insert);
    return result;
}

static int make_shown_versions(struct build *build, struct error *error)
{
    return database_execute(build->database, create_sql, error) == 0
               ? list_shown_versions(build, error)
               : -1;
}

int build_write_dependents(struct build *build, struct error *error)
{
    return make_shown_versions(build, error) == 0
               ? database_execute(build->database, fill_sql, error)
               : -1;
}

sqlite3_stmt *build_select_dependents(struct build *build, struct error *error)
{
    return make_shown_versions(build, error) == 0
               ? database_prepare(build->database, SELECT_SQL, error)
               : NULL;
}
