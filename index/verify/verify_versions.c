/* Sets are made again from the rows by the code that made them, and compared byte for byte; so are
   the rows of reverse dependencies. */
#include "index/verify/verify_versions.h"

#include "index/base/database.h"
#include "index/build/build_dependents.h"
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
    const struct build *build;
    uint32_t expected; /* the rank of the crate that has a set next; behind all: none has */
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

/* Goes on to the next crate that has many versions. */
static void expect_next(struct set_check *check)
{
    const struct build *build = check->build;
    do
        check->expected++;
    while (check->expected <= build->n_crates &&
           build->crates[check->expected - 1].version_bytes <= VERSION_SET_MIN_BYTES);
}

/* The row at which the sets stand. */
static int check_set(struct set_check *check, struct error *error)
{
    int64_t rank = sqlite3_column_int64(check->sets, 0);
    if (rank != check->expected || rank > check->build->n_crates)
        return error_set(error, "the set of versions of crate %" PRId64 " is %s",
                         rank < check->expected ? rank : (int64_t)check->expected,
                         rank < check->expected ? "one too many" : "missing");
    expect_next(check);
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
    check->sets = database_prepare(
        database, "SELECT rank, json, msgpack FROM version_sets ORDER BY rank", error);
    check->versions = database_prepare(database, VERSIONS_OF_CRATE_SQL, error);
    check->scratch = version_set_scratch_create(error);
    if (check->sets == NULL || check->versions == NULL || check->scratch == NULL)
        return -1;
    int found;
    expect_next(check);
    while ((found = database_step(check->sets, error)) == 1) {
        if (check_set(check, error) != 0)
            return -1;
    }
    if (found == 0 && check->expected <= check->build->n_crates)
        return error_set(error, "the set of versions of crate %" PRIu32 " is missing",
                         check->expected);
    return found;
}

int verify_version_sets(const struct index *index, const struct build *build, sqlite3 *database,
                        struct error *error)
{
    struct set_check check = {.index = index, .build = build};
    version_set_writer_init(&check.writer);
    int result = check_sets(&check, database, error);
    version_set_scratch_free(check.scratch);
    version_set_writer_destroy(&check.writer);
    sqlite3_finalize(check.versions);
    sqlite3_finalize(check.sets);
    return result;
}

/* The columns of a reverse dependency: rank, place, dependent, dependency. */
#define N_DEPENDENT_COLUMNS 4

/* Walks along what there is and what there should be. */
static int compare_dependents(sqlite3_stmt *kept, sqlite3_stmt *made, struct error *error)
{
    int has_made = 1;
    while (has_made == 1) {
        int has_kept = database_step(kept, error);
        has_made = has_kept < 0 ? -1 : database_step(made, error);
        if (has_made < 0)
            return -1;
        bool is_same = has_kept == has_made;
        for (int i = 0; i < N_DEPENDENT_COLUMNS && is_same && has_made == 1; i++)
            is_same = sqlite3_column_type(kept, i) == SQLITE_INTEGER &&
                      sqlite3_column_int64(kept, i) == sqlite3_column_int64(made, i);
        if (!is_same) {
            sqlite3_stmt *row = has_made == 1 ? made : kept;
            return error_set(error, "reverse dependency %" PRId64 " of crate %" PRId64 " is wrong",
                             (int64_t)sqlite3_column_int64(row, 1),
                             (int64_t)sqlite3_column_int64(row, 0));
        }
    }
    return 0;
}

int verify_reverse_dependencies(struct build *build, struct error *error)
{
    sqlite3_stmt *kept = database_prepare(build->database,
                                          "SELECT rank, place, dependent, dependency_id"
                                          " FROM reverse_dependencies ORDER BY rank, place",
                                          error);
    sqlite3_stmt *made = kept == NULL ? NULL : build_select_dependents(build, error);
    int result = made == NULL ? -1 : compare_dependents(kept, made, error);
    sqlite3_finalize(made);
    sqlite3_finalize(kept);
    return result;
}
