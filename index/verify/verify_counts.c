/* What is looked for row by row elsewhere may not have rows beside. Each statement gives how many
   are wrong. */
#include "index/verify/verify_counts.h"

#include "index/base/database.h"
#include "index/build/build_memberships.h"

#include <inttypes.h>

static const struct {
    const char *what;
    const char *sql;
} counts[] = {
    {"documents belong to no crate, or crates have none",
     "SELECT abs((SELECT count(*) FROM documents) - (SELECT count(*) FROM crates))"},
    {"pages are missing, or too many", "SELECT abs((SELECT count(*) FROM pages) - 1)"},
    {"numbers of rows in meta are not those of the tables",
     "SELECT count(*) FROM (SELECT 'crates' AS name, count(*) AS n FROM crates"
     " UNION ALL SELECT 'versions', count(*) FROM versions"
     " UNION ALL SELECT 'dependencies', count(*) FROM dependencies"
     " UNION ALL SELECT 'keywords', count(*) FROM keywords"
     " UNION ALL SELECT 'categories', count(*) FROM categories"
     " UNION ALL SELECT 'users', count(*) FROM users"
     " UNION ALL SELECT 'teams', count(*) FROM teams)"
     " LEFT JOIN meta ON key = name WHERE value IS NOT n"},
    {"categories do not count the crates of those below",
     "SELECT count(*) FROM categories WHERE crates_with_below IS NOT " CATEGORY_WITH_BELOW},
    {"links of keywords, categories or owners lead to no crate",
     "SELECT count(*) FROM (SELECT rank FROM crates_keywords UNION ALL SELECT rank FROM"
     " crates_categories UNION ALL SELECT rank FROM crate_owners) WHERE rank NOT IN"
     " (SELECT rank FROM crates)"},
};

int verify_counts(sqlite3 *database, struct error *error)
{
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        int64_t n_wrong;
        if (database_integer(database, counts[i].sql, &n_wrong, error) != 0)
            return -1;
        if (n_wrong > 0)
            return error_set(error, "%" PRId64 " %s", n_wrong, counts[i].what);
    }
    return 0;
}
