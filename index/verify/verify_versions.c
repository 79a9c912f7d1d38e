/* Sets are made again from the rows by the code that made them, and compared byte for byte. */
#include "index/verify/verify_versions.h"

#include "index/base/database.h"
#include "index/registry/version_document.h"
#include "index/registry/version_set.h"

#include <cratedex/index_file.h>
#include <inttypes.h>
#include <string.h>

struct set_check {
    const struct index *index;
    sqlite3_stmt *sets;
    sqlite3_stmt *versions;
    struct version_set_writer writer;
    struct version_set_scratch *scratch;
};

static bool same_sets(const struct version_set *left, const struct version_set *right)
{
    if (left->n != right->n)
        return false;
    if (left->n == 0)
        return true;
    return memcmp(left->ids, right->ids, left->n * sizeof *left->ids) == 0 &&
           memcmp(left->ends, right->ends, left->n * sizeof *left->ends) == 0 &&
           memcmp(left->bytes, right->bytes, left->ends[left->n - 1]) == 0;
}

static int make_set(struct set_check *check, uint32_t rank, enum encoding encoding,
                    struct error *error)
{
    struct index_crate crate;
    index_crate(check->index, rank, &crate);
    version_set_begin(&check->writer, encoding);
    sqlite3_bind_int64(check->versions, 1, check->index->columns.ids[rank - 1]);
    int found;
    while ((found = database_step(check->versions, error)) == 1) {
        if (version_set_add(&check->writer, check->versions, &crate, error) != 0) {
            found = -1;
            break;
        }
    }
    sqlite3_reset(check->versions);
    return found;
}

/* The row at which the sets stand. */
static int check_set(struct set_check *check, struct error *error)
{
    int64_t rank = sqlite3_column_int64(check->sets, 0);
    if (rank < 1 || rank > index_n_crates(check->index))
        return error_set(error, "a set of versions of no crate, rank %" PRId64, rank);
    for (int i = 0; i < N_ENCODINGS; i++) {
        struct version_set kept;
        struct version_set made;
        const void *block = sqlite3_column_blob(check->sets, 1 + i);
        size_t size = (size_t)sqlite3_column_bytes(check->sets, 1 + i);
        if (version_set_unpack(check->scratch, block, size, &kept, error) != 0 ||
            make_set(check, (uint32_t)rank, (enum encoding)i, error) != 0)
            return -1;
        version_set_written(&check->writer, &made);
        if (!same_sets(&kept, &made))
            return error_set(
                error, "the set of versions of crate %" PRId64 " is not what its rows say", rank);
    }
    return 0;
}

static int check_sets(struct set_check *check, sqlite3 *database, struct error *error)
{
    check->sets = database_prepare(database, "SELECT rank, json, msgpack FROM version_sets", error);
    check->versions = database_prepare(database, VERSIONS_OF_CRATE_SQL, error);
    check->scratch = version_set_scratch_create(error);
    if (check->sets == NULL || check->versions == NULL || check->scratch == NULL)
        return -1;
    int found;
    while ((found = database_step(check->sets, error)) == 1) {
        if (check_set(check, error) != 0)
            return -1;
    }
    return found;
}

int verify_version_sets(const struct index *index, sqlite3 *database, struct error *error)
{
    struct set_check check = {.index = index};
    version_set_writer_init(&check.writer);
    int result = check_sets(&check, database, error);
    version_set_scratch_free(check.scratch);
    version_set_writer_destroy(&check.writer);
    sqlite3_finalize(check.versions);
    sqlite3_finalize(check.sets);
    return result;
}

/* One row of the table. */
struct dependent {
    int64_t rank;
    int64_t place;
    int64_t dependent;
};

/* Whether the dependents stand in the order of the page. */
static bool in_order(const struct index *index, int64_t before, int64_t after)
{
    struct index_crate left;
    struct index_crate right;
    index_crate(index, (uint32_t)before, &left);
    index_crate(index, (uint32_t)after, &right);
    if (left.downloads != right.downloads)
        return left.downloads > right.downloads;
    uint32_t shorter = left.name_length < right.name_length ? left.name_length : right.name_length;
    int order = memcmp(left.name, right.name, shorter);
    return order < 0 || (order == 0 && left.name_length < right.name_length);
}

static int check_dependent(const struct index *index, sqlite3_stmt *row, struct dependent *last,
                           struct error *error)
{
    const struct dependent this = {sqlite3_column_int64(row, 0), sqlite3_column_int64(row, 1),
                                   sqlite3_column_int64(row, 2)};
    int64_t n_crates = index_n_crates(index);
    bool is_first = this.rank != last->rank;
    bool is_right = this.rank >= 1 && this.rank <= n_crates && this.dependent >= 1 &&
                    this.dependent <= n_crates && this.place == (is_first ? 1 : last->place + 1) &&
                    sqlite3_column_int64(row, 3) == index->columns.ids[this.rank - 1] &&
                    sqlite3_column_int64(row, 4) == index->columns.ids[this.dependent - 1] &&
                    sqlite3_column_type(row, 5) == SQLITE_INTEGER &&
                    sqlite3_column_int(row, 5) == 0 &&
                    (is_first || in_order(index, last->dependent, this.dependent));
    if (!is_right)
        return error_set(error, "reverse dependency %" PRId64 " of crate %" PRId64 " is wrong",
                         this.place, this.rank);
    *last = this;
    return 0;
}

int verify_reverse_dependencies(const struct index *index, sqlite3 *database, struct error *error)
{
    sqlite3_stmt *select = database_prepare(
        database,
        "SELECT rank, place, dependent, dependencies.crate_id, versions.crate_id, versions.yanked"
        " FROM reverse_dependencies LEFT JOIN dependencies ON dependencies.id = dependency_id"
        " LEFT JOIN versions ON versions.id = version_id ORDER BY rank, place",
        error);
    if (select == NULL)
        return -1;
    struct dependent last = {0, 0, 0};
    int found;
    while ((found = database_step(select, error)) == 1) {
        if (check_dependent(index, select, &last, error) != 0) {
            found = -1;
            break;
        }
    }
    sqlite3_finalize(select);
    return found;
}
