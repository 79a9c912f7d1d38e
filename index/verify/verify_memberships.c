/* Rows and list entries are counted, and every row is looked for: both sides have each link once at
   most. */
#include "index/verify/verify_memberships.h"

#include "index/base/compare.h"
#include "index/base/database.h"

#include <inttypes.h>
#include <stdlib.h>

/* In the numbers of enum membership; owners of other kinds are in no list. */
static const char links_sql[] =
    "SELECT 0, keyword_id, rank FROM crates_keywords UNION ALL"
    " SELECT 1, category_id, rank FROM crates_categories UNION ALL"
    " SELECT 2 + owner_kind, owner_id, rank FROM crate_owners WHERE owner_kind IN (0, 1)";
_Static_assert(MEMBERSHIP_KEYWORD == 0 && MEMBERSHIP_CATEGORY == 1 && MEMBERSHIP_USER == 2 &&
                   MEMBERSHIP_TEAM == 3,
               "the statement says so");

/* The link at which the row stands. */
static int check_link(const struct index *index, sqlite3_stmt *row, struct error *error)
{
    static const char *const names[N_MEMBERSHIPS] = {"keyword", "category", "user", "team"};
    int kind = sqlite3_column_int(row, 0);
    int64_t id = sqlite3_column_int64(row, 1);
    int64_t rank = sqlite3_column_int64(row, 2);
    uint32_t key = (uint32_t)rank;
    struct membership_list list = memberships_of(&index->memberships, (enum membership)kind, id);
    if (rank != (int64_t)key || list.n == 0 ||
        bsearch(&key, list.ranks, list.n, sizeof key, compare_uint32) == NULL)
        return error_set(error, "the memberships lack crate %" PRId64 " of %s %" PRId64, rank,
                         names[kind], id);
    return 0;
}

int verify_memberships(const struct index *index, sqlite3 *database, struct error *error)
{
    sqlite3_stmt *links = database_prepare(database, links_sql, error);
    if (links == NULL)
        return -1;
    uint32_t n_links = 0;
    int found;
    while ((found = database_step(links, error)) == 1) {
        if (check_link(index, links, error) != 0) {
            found = -1;
            break;
        }
        n_links++;
    }
    sqlite3_finalize(links);
    if (found == 0 && n_links != index->memberships.n_members)
        return error_set(error, "the memberships have crates that no table links");
    return found;
}
