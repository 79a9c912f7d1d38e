/* The thread reads with a connection of its own, and of the build only what is not written any
   more. */
#include "index/verify/verify_beside.h"

#include "index/segment/index_database.h"
#include "index/verify/verify_sparse_index.h"
#include "index/verify/verify_versions.h"

#include <unistd.h>

static int verify(const struct verify_beside *beside, struct error *error)
{
    sqlite3 *database = index_database_connect(beside->index->pages, error);
    int result =
        database == NULL ? -1 : verify_version_sets(beside->index, beside->build, database, error);
    if (result == 0)
        result = verify_sparse_index(beside->index, beside->build, database, error);
    sqlite3_close(database);
    return result;
}

static void *run(void *context)
{
    struct verify_beside *beside = context;
    beside->result = verify(beside, &beside->error);
    return NULL;
}

void verify_beside_start(struct verify_beside *beside, const struct index *index,
                         const struct build *build)
{
    *beside = (struct verify_beside){.index = index, .build = build};
    beside->is_running = sysconf(_SC_NPROCESSORS_ONLN) > 1 &&
                         pthread_create(&beside->thread, NULL, run, beside) == 0;
}

int verify_beside_finish(struct verify_beside *beside, struct error *error)
{
    if (!beside->is_running)
        return verify(beside, error);
    verify_beside_stop(beside);
    if (beside->result != 0)
        *error = beside->error;
    return beside->result;
}

void verify_beside_stop(struct verify_beside *beside)
{
    if (beside->is_running)
        pthread_join(beside->thread, NULL);
    beside->is_running = false;
}
