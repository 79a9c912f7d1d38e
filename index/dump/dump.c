/* A dump, whatever its form. Two sources do the work, one for archives and one for folders, behind
   the same four calls; this file picks one, keeps what both share (the names met, the bound on the
   bytes) and puts the dump's path in front of their errors. Members are read in place: blocks are
   the source's buffers and are never copied here. A dump belongs to one thread. */
#include "index/dump/dump.h"

#include "index/dump/dump_archive.h"
#include "index/dump/dump_budget.h"
#include "index/dump/dump_folder.h"
#include "index/dump/dump_name.h"
#include "index/dump/dump_source.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct dump {
    const struct dump_source *source;
    void *state;
    char *path;
    struct dump_names names;
    struct dump_budget budget;
    uint64_t n_bytes; /* in all */
    bool is_in_member;
    bool has_failed;
};

static int open_source(struct dump *dump, struct error *error)
{
    struct stat status;
    if (stat(dump->path, &status) < 0)
        return error_set(error, "%s", strerror(errno));
    if (S_ISDIR(status.st_mode)) {
        dump->source = &dump_folder_source;
        dump->state =
            dump_folder_open(dump->path, &dump->names, &dump->budget, &dump->n_bytes, error);
    } else if (S_ISREG(status.st_mode)) {
        dump->source = &dump_archive_source;
        dump->n_bytes = (uint64_t)status.st_size;
        dump->state = dump_archive_open(dump->path, &dump->names, &dump->budget, error);
    } else {
        return error_set(error, "is neither a file nor a folder");
    }
    return dump->state == NULL ? -1 : 0;
}

struct dump *dump_open(const char *path, uint64_t max_bytes, struct error *error)
{
    struct dump *dump = calloc(1, sizeof *dump);
    if (dump != NULL)
        dump->path = strdup(path);
    if (dump == NULL || dump->path == NULL) {
        dump_close(dump);
        error_out_of_memory(error);
        return NULL;
    }
    dump->budget.max_bytes = max_bytes == 0 ? UINT64_MAX : max_bytes;
    if (open_source(dump, error) < 0) {
        error_prefix(error, "%s: ", path);
        dump_close(dump);
        return NULL;
    }
    return dump;
}

static int fail(struct dump *dump, struct error *error)
{
    dump->has_failed = true;
    return error_prefix(error, "%s: ", dump->path);
}

static int refuse_after_error(const struct dump *dump, struct error *error)
{
    return error_set(error, "%s: reading ended with an error before", dump->path);
}

int dump_next(struct dump *dump, struct dump_member *member, struct error *error)
{
    if (dump->has_failed)
        return refuse_after_error(dump, error);
    size_t item;
    int result = dump->source->next(dump->state, &item, error);
    dump->is_in_member = result == 1;
    if (result < 0)
        return fail(dump, error);
    if (result == 1) {
        const struct dump_name *name = &dump->names.items[item];
        *member = (struct dump_member){
            .path = name->path, .table = name->table, .is_metadata = name->table == NULL};
    }
    return result;
}

int dump_read(struct dump *dump, const void **bytes, size_t *size, struct error *error)
{
    if (dump->has_failed)
        return refuse_after_error(dump, error);
    if (!dump->is_in_member)
        return 0;
    int result = dump->source->read(dump->state, bytes, size, error);
    dump->is_in_member = result == 1;
    return result < 0 ? fail(dump, error) : result;
}

uint64_t dump_bytes_done(const struct dump *dump)
{
    uint64_t position = dump->source->position(dump->state);
    return position < dump->n_bytes ? position : dump->n_bytes;
}

uint64_t dump_bytes_total(const struct dump *dump)
{
    return dump->n_bytes;
}

void dump_close(struct dump *dump)
{
    if (dump == NULL)
        return;
    if (dump->state != NULL)
        dump->source->close(dump->state);
    dump_names_free(&dump->names);
    free(dump->path);
    free(dump);
}
