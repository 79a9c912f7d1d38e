/* The links between crates and what they belong to, by rank: as rows, clustered by crate, for its
   page; and the other way round as a part that is held in memory, for lists of crates. Some groups
   are rows that SQLite sorts; what default versions have comes crate by crate, and is sorted
   here. */
#include "index/build/build_memberships.h"

#include "index/base/append.h"
#include "index/base/database.h"
#include "index/build/build_default_versions.h"
#include "index/build/build_part.h"

#include <stdlib.h>

/* Ranks replace the dump's crate ids. */
static const char *const link_sql =
    "INSERT INTO crates_keywords SELECT keyword_id, rank FROM staged_keywords"
    " JOIN crates ON crates.id = crate_id ORDER BY 2, 1;"
    "INSERT INTO crates_categories SELECT category_id, rank FROM staged_categories"
    " JOIN crates ON crates.id = crate_id ORDER BY 2, 1;"
    "INSERT INTO crate_owners SELECT owner_kind, owner_id, rank, staged_owners.created_at"
    " FROM staged_owners JOIN crates ON crates.id = crate_id ORDER BY 3, 1, 2;"
    "UPDATE categories SET crates_with_below = " CATEGORY_WITH_BELOW ";";

/* By enum membership: id and rank, by both. */
static const char *const groups_sql[N_MEMBERSHIPS] = {
    [MEMBERSHIP_KEYWORD] = "SELECT keyword_id, rank FROM crates_keywords ORDER BY 1, 2",
    [MEMBERSHIP_CATEGORY] = "SELECT category_id, rank FROM crates_categories ORDER BY 1, 2",
    [MEMBERSHIP_USER] =
        "SELECT owner_id, rank FROM crate_owners WHERE owner_kind = 0 ORDER BY 1, 2",
    [MEMBERSHIP_TEAM] =
        "SELECT owner_id, rank FROM crate_owners WHERE owner_kind = 1 ORDER BY 1, 2",
    [MEMBERSHIP_NO_STD] =
        "SELECT 1, rank FROM crates_keywords WHERE keyword_id IN"
        " (SELECT id FROM keywords WHERE lower(keyword) IN ('no-std', 'no_std'))"
        " UNION SELECT 1, rank FROM crates_categories WHERE category_id IN (SELECT id FROM"
        " categories WHERE slug = 'no-std' OR slug >= 'no-std::' AND slug < 'no-std:;')"
        " ORDER BY 1, 2",
};

/* The attributes whose values are groups; the numbers are the ids. */
static const struct {
    enum membership kind;
    enum crate_attribute attribute;
} attribute_groups[] = {
    {MEMBERSHIP_EDITION, CRATE_ATTRIBUTE_EDITION},
    {MEMBERSHIP_RUST_VERSION, CRATE_ATTRIBUTE_RUST_VERSION},
    {MEMBERSHIP_HAS, CRATE_ATTRIBUTE_HAS},
};
#define N_ATTRIBUTE_GROUPS (sizeof attribute_groups / sizeof *attribute_groups)

/* A crate that belongs to what has that id. */
struct member {
    int64_t id;
    uint32_t rank;
};

struct groups {
    struct build *build;
    struct memberships_builder builder;
    msgpack_sbuffer
        members[N_MEMBERSHIPS]; /* of struct member; of kinds that come crate by crate */
};

static int add_member(struct groups *groups, enum membership kind, int64_t id, uint32_t rank,
                      struct error *error)
{
    const struct member member = {id, rank};
    return append(&groups->members[kind], &member, sizeof member, error);
}

static int add_values(struct groups *groups, uint32_t rank, struct error *error)
{
    for (size_t i = 0; i < N_ATTRIBUTE_GROUPS; i++) {
        const struct attribute_values *values =
            &groups->build->values.attributes[attribute_groups[i].attribute];
        uint32_t n = crate_values_of(values, rank);
        for (uint32_t k = 0; k < n; k++) {
            if (add_member(groups, attribute_groups[i].kind, crate_values_number(values, rank, k),
                           rank, error) != 0)
                return -1;
        }
    }
    return 0;
}

/* By the dump's kinds. */
static const enum membership dependency_kinds[] = {
    MEMBERSHIP_NORMAL_DEPENDENCY, MEMBERSHIP_BUILD_DEPENDENCY, MEMBERSHIP_DEV_DEPENDENCY};

static int add_dependency(void *context, uint32_t rank, sqlite3_stmt *row, struct error *error)
{
    int64_t kind = sqlite3_column_int64(row, 1);
    return add_member(context, dependency_kinds[kind == 1 || kind == 2 ? kind : 0],
                      sqlite3_column_int64(row, 0), rank, error);
}

static int collect(struct groups *groups, struct error *error)
{
    struct build *build = groups->build;
    int result = 0;
    for (uint32_t rank = 1; rank <= build->n_crates && result == 0; rank++) {
        result = add_values(groups, rank, error);
        if (result == 0 && build->license_numbers[rank - 1] != 0)
            result = add_member(groups, MEMBERSHIP_LICENSE, build->license_numbers[rank - 1], rank,
                                error);
        if (result == 0 && build->crates[rank - 1].is_stable)
            result = add_member(groups, MEMBERSHIP_STABLE, MEMBERSHIP_ONLY, rank, error);
    }
    return result != 0 ? -1
                       : build_visit_default_versions(
                             build, "SELECT crate_id, kind FROM dependencies WHERE version_id = ?1",
                             add_dependency, groups, error);
}

static int compare_members(const void *left_member, const void *right_member)
{
    const struct member *left = left_member;
    const struct member *right = right_member;
    if (left->id != right->id)
        return left->id < right->id ? -1 : 1;
    return (left->rank > right->rank) - (left->rank < right->rank);
}

/* A version may depend on a crate several times. */
static int write_collected(struct groups *groups, enum membership kind, struct error *error)
{
    struct member *members = (void *)groups->members[kind].data;
    size_t n = groups->members[kind].size / sizeof *members;
    if (n > 0)
        qsort(members, n, sizeof *members, compare_members);
    for (size_t i = 0; i < n; i++) {
        const struct member *member = &members[i];
        if (i > 0 && compare_members(member, member - 1) == 0)
            continue;
        if (memberships_builder_add(&groups->builder, kind, member->id, member->rank, error) != 0)
            return -1;
    }
    return 0;
}

static int write_selected(struct groups *groups, enum membership kind, struct error *error)
{
    sqlite3_stmt *select = database_prepare(groups->build->database, groups_sql[kind], error);
    if (select == NULL)
        return -1;
    int found;
    while ((found = database_step(select, error)) == 1) {
        if (memberships_builder_add(&groups->builder, kind, sqlite3_column_int64(select, 0),
                                    (uint32_t)sqlite3_column_int64(select, 1), error) != 0) {
            found = -1;
            break;
        }
    }
    sqlite3_finalize(select);
    return found;
}

static int write_part(struct groups *groups, struct error *error)
{
    struct build *build = groups->build;
    msgpack_sbuffer *block = &build->memberships_block;
    if (memberships_builder_finish(&groups->builder, block, error) != 0 ||
        memberships_open(&build->memberships, build->n_crates, block->data, block->size, error) !=
            0)
        return -1;
    return build_write_part(build, INDEX_PART_MEMBERSHIPS, block, error);
}

int build_write_links(struct build *build, struct error *error)
{
    return database_execute(build->database, link_sql, error);
}

int build_write_memberships(struct build *build, struct error *error)
{
    struct groups groups = {.build = build};
    memberships_builder_init(&groups.builder);
    int result = collect(&groups, error);
    for (int kind = 0; kind < N_MEMBERSHIPS && result == 0; kind++)
        result = groups_sql[kind] != NULL ? write_selected(&groups, (enum membership)kind, error)
                                          : write_collected(&groups, (enum membership)kind, error);
    if (result == 0)
        result = write_part(&groups, error);
    for (int kind = 0; kind < N_MEMBERSHIPS; kind++)
        msgpack_sbuffer_destroy(&groups.members[kind]);
    memberships_builder_destroy(&groups.builder);
    return result;
}
