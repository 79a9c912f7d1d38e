/* The links between crates and what they belong to, by rank: as rows, clustered by crate, for its
   page; and the other way round as a part that is held in memory, for lists of crates. */
#include "index/build/build_memberships.h"

#include "index/base/database.h"
#include "index/build/build_part.h"

/* Ranks replace the dump's crate ids. */
static const char *const link_sql =
    "INSERT INTO crates_keywords SELECT keyword_id, rank FROM staged_keywords"
    " JOIN crates ON crates.id = crate_id ORDER BY 2, 1;"
    "INSERT INTO crates_categories SELECT category_id, rank FROM staged_categories"
    " JOIN crates ON crates.id = crate_id ORDER BY 2, 1;"
    "INSERT INTO crate_owners SELECT owner_kind, owner_id, rank, staged_owners.created_at"
    " FROM staged_owners JOIN crates ON crates.id = crate_id ORDER BY 3, 1, 2;"
    "UPDATE categories SET crates_with_below = " CATEGORY_WITH_BELOW ";";

/* By enum membership. */
static const char *const groups_sql[N_MEMBERSHIPS] = {
    [MEMBERSHIP_KEYWORD] = "SELECT keyword_id, rank FROM crates_keywords ORDER BY 1, 2",
    [MEMBERSHIP_CATEGORY] = "SELECT category_id, rank FROM crates_categories ORDER BY 1, 2",
    [MEMBERSHIP_USER] =
        "SELECT owner_id, rank FROM crate_owners WHERE owner_kind = 0 ORDER BY 1, 2",
    [MEMBERSHIP_TEAM] =
        "SELECT owner_id, rank FROM crate_owners WHERE owner_kind = 1 ORDER BY 1, 2",
};

static int read_groups(struct build *build, enum membership kind,
                       struct memberships_builder *builder, struct error *error)
{
    sqlite3_stmt *select = database_prepare(build->database, groups_sql[kind], error);
    if (select == NULL)
        return -1;
    int found;
    while ((found = database_step(select, error)) == 1) {
        if (memberships_builder_add(builder, kind, sqlite3_column_int64(select, 0),
                                    (uint32_t)sqlite3_column_int64(select, 1), error) != 0) {
            found = -1;
            break;
        }
    }
    sqlite3_finalize(select);
    return found;
}

int build_write_links(struct build *build, struct error *error)
{
    return database_execute(build->database, link_sql, error);
}

int build_write_memberships(struct build *build, struct error *error)
{
    struct memberships_builder builder;
    memberships_builder_init(&builder);
    int result = 0;
    for (int kind = 0; kind < N_MEMBERSHIPS && result == 0; kind++)
        result = read_groups(build, (enum membership)kind, &builder, error);
    if (result == 0)
        result = memberships_builder_finish(&builder, &build->memberships_block, error);
    if (result == 0)
        result =
            memberships_open(&build->memberships, build->n_crates, build->memberships_block.data,
                             build->memberships_block.size, error);
    if (result == 0)
        result = build_write_part(build, INDEX_PART_MEMBERSHIPS, &build->memberships_block, error);
    memberships_builder_destroy(&builder);
    return result;
}
