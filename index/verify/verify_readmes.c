/* Each README is unpacked as pages have it, so that what a page would refuse is found here. Rows
   and counts are compared within the database, of the whole table at once. */
#include "index/verify/verify_readmes.h"

#include "index/base/database.h"

#include <cratedex/index_file.h>
#include <cratedex/readme.h>
#include <inttypes.h>

static const struct {
    const char *what;
    const char *count_sql;
} counts[] = {
    {"READMEs belong to no crate",
     "SELECT count(*) FROM readmes WHERE rank NOT IN (SELECT rank FROM crates)"},
    {"numbers of READMEs in meta are not those of the table",
     "SELECT count(*) FROM (SELECT 'readmes' AS name, count(*) AS n FROM readmes"
     " UNION ALL SELECT 'readme_bytes', coalesce(sum(size), 0) FROM readmes)"
     " LEFT JOIN meta ON key = name WHERE value IS NOT n"},
};

static int read_all(const struct index *index, struct index_reader *reader, struct error *error)
{
    for (uint32_t rank = 1; rank <= index_n_crates(index); rank++) {
        struct readme readme;
        struct index_crate crate;
        int found = readme_read(reader, rank, &readme, error);
        if (found == 1)
            readme_free(&readme);
        if (found >= 0)
            continue;
        index_crate(index, rank, &crate);
        return error_prefix(error, "crate %.*s: ", (int)crate.name_length, crate.name);
    }
    return 0;
}

int verify_readmes(const struct index *index, sqlite3 *database, struct error *error)
{
    if (!readme_is_kept(index))
        return 0;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        int64_t n_wrong;
        if (database_integer(database, counts[i].count_sql, &n_wrong, error) != 0)
            return -1;
        if (n_wrong > 0)
            return error_set(error, "%" PRId64 " %s", n_wrong, counts[i].what);
    }
    struct index_reader *reader = index_reader_open(index, error);
    int result = reader == NULL ? -1 : read_all(index, reader, error);
    index_reader_close(reader);
    return result;
}
