/* Versions, and what they depend on, lie in the file by their ids: visited in that order their
   pages are read from one end to the other, where the order of rank would jump among them. */
#define _GNU_SOURCE /* qsort_r */
#include "index/build/build_default_versions.h"

#include "index/base/database.h"

#include <stdlib.h>

static int compare_ranks(const void *left_rank, const void *right_rank, void *context)
{
    const struct build_crate *crates = context;
    int64_t left = crates[*(const uint32_t *)left_rank - 1].default_id;
    int64_t right = crates[*(const uint32_t *)right_rank - 1].default_id;
    return (left > right) - (left < right);
}

static int visit_version(const struct build *build, uint32_t rank, sqlite3_stmt *select,
                         default_version_visit *visit, void *context, struct error *error)
{
    int found;
    sqlite3_bind_int64(select, 1, build->crates[rank - 1].default_id);
    while ((found = database_step(select, error)) == 1) {
        if (visit(context, rank, select, error) != 0) {
            found = -1;
            break;
        }
    }
    sqlite3_reset(select);
    return found;
}

int build_visit_default_versions(struct build *build, const char *sql, default_version_visit *visit,
                                 void *context, struct error *error)
{
    uint32_t *ranks = calloc((size_t)build->n_crates + 1, sizeof *ranks);
    if (ranks == NULL)
        return error_out_of_memory(error);
    uint32_t n = 0;
    for (uint32_t rank = 1; rank <= build->n_crates; rank++) {
        if (build->crates[rank - 1].default_id != 0)
            ranks[n++] = rank;
    }
    qsort_r(ranks, n, sizeof *ranks, compare_ranks, build->crates);
    sqlite3_stmt *select = database_prepare(build->database, sql, error);
    int result = select == NULL ? -1 : 0;
    for (uint32_t i = 0; i < n && result == 0; i++)
        result = visit_version(build, ranks[i], select, visit, context, error);
    sqlite3_finalize(select);
    free(ranks);
    return result;
}
