/* The snapshot that is served is a published value (published.h): a request takes it when it begins
   and gives it back when it is logged (transaction.c), and nobody gets an index in another way. */
#include "server/service/snapshot.h"

#include "index/base/mapped_fault.h"
#include "index/segment/index_signature.h"

#include <stdlib.h>

static struct file_stamp stamp_at(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 ? file_stamp_of(&status) : (struct file_stamp){.device = 0};
}

struct snapshot *snapshot_open(const struct snapshot_source *source, uint64_t generation,
                               struct error *error)
{
    struct snapshot *snapshot = calloc(1, sizeof *snapshot);
    if (snapshot == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    snapshot->generation = generation;
    snapshot->settings = *source->settings;
    snapshot->n_faults = mapped_fault_count();
    snapshot->at_path = stamp_at(source->path);
    snapshot->index =
        index_open_signed_unless(source->path, source->verify_key, source->is_over, error);
    if (snapshot->index != NULL)
        snapshot->readers = reader_pool_create(snapshot->index, source->n_readers, error);
    if (snapshot->readers != NULL)
        snapshot->page_check = page_check_start(snapshot->index, source->path, error);
    if (snapshot->page_check != NULL)
        return snapshot;
    snapshot_close(snapshot);
    return NULL;
}

void snapshot_close(struct snapshot *snapshot)
{
    if (snapshot == NULL)
        return;
    page_check_stop(snapshot->page_check);
    reader_pool_destroy(snapshot->readers);
    if (snapshot->index != NULL)
        index_close(snapshot->index);
    free(snapshot);
}

bool snapshot_is_sound(const struct snapshot *snapshot)
{
    return mapped_fault_count() == snapshot->n_faults && index_is_unchanged(snapshot->index);
}

struct snapshot *snapshot_damaged(const struct snapshot *snapshot)
{
    struct snapshot *damaged = malloc(sizeof *damaged);
    if (damaged == NULL)
        return NULL;
    *damaged = *snapshot;
    damaged->is_damaged = true;
    return damaged;
}

void snapshot_forget(struct snapshot *snapshot)
{
    free(snapshot);
}
