/* Atomic replacement: everything is written to `.<name>.XXXXXX` beside the target, made durable with
   fsync, renamed over the target, and the folder is fsynced too (rename(2) alone survives a crash of
   the process, not of the machine). */
#define _GNU_SOURCE /* asprintf */
#include "index/build/build_steps.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Asks for both parts of a path; basename and dirname may write to their argument. */
static int split_path(const char *path, char **folder, char **name, struct error *error)
{
    char *for_folder = strdup(path);
    char *for_name = strdup(path);
    *folder = for_folder == NULL ? NULL : strdup(dirname(for_folder));
    *name = for_name == NULL ? NULL : strdup(basename(for_name));
    free(for_folder);
    free(for_name);
    if (*folder != NULL && *name != NULL)
        return 0;
    free(*folder);
    free(*name);
    return error_out_of_memory(error);
}

int build_file_create(struct build_file *file, const char *out_path, struct error *error)
{
    struct stat status;
    char *folder;
    char *name;
    if (stat(out_path, &status) == 0 && !S_ISREG(status.st_mode))
        return error_set(error, "%s is not a regular file: choose another output", out_path);
    if (split_path(out_path, &folder, &name, error) != 0)
        return -1;
    file->out_path = strdup(out_path);
    if (asprintf(&file->temporary_path, "%s/.%s.XXXXXX", folder, name) < 0)
        file->temporary_path = NULL;
    free(name);
    int descriptor = -1;
    if (file->out_path == NULL || file->temporary_path == NULL) {
        error_out_of_memory(error);
    } else if ((descriptor = mkstemp(file->temporary_path)) < 0) {
        error_set(error, "cannot write to the folder %s: %s", folder, strerror(errno));
        free(file->temporary_path);
        file->temporary_path = NULL;
    } else {
        /* mkstemp makes the file private; an index is as readable as any new file. */
        mode_t mask = umask(0);
        umask(mask);
        fchmod(descriptor, 0666 & ~mask);
        close(descriptor);
    }
    free(folder);
    return descriptor < 0 ? -1 : 0;
}

static int sync_path(const char *path, int flags, struct error *error)
{
    int descriptor = open(path, flags | O_CLOEXEC);
    int result = descriptor < 0 ? -1 : fsync(descriptor);
    if (result != 0)
        error_set(error, "cannot make %s durable: %s", path, strerror(errno));
    if (descriptor >= 0)
        close(descriptor);
    return result;
}

int build_file_commit(struct build_file *file, struct error *error)
{
    char *folder;
    char *name;
    if (sync_path(file->temporary_path, O_RDONLY, error) != 0)
        return -1;
    if (rename(file->temporary_path, file->out_path) != 0)
        return error_set(error, "cannot rename %s to %s: %s", file->temporary_path, file->out_path,
                         strerror(errno));
    free(file->temporary_path);
    file->temporary_path = NULL;
    if (split_path(file->out_path, &folder, &name, error) != 0)
        return -1;
    int result = sync_path(folder, O_RDONLY | O_DIRECTORY, error);
    free(folder);
    free(name);
    return result;
}

void build_file_discard(struct build_file *file)
{
    if (file->temporary_path != NULL)
        unlink(file->temporary_path);
    free(file->temporary_path);
    free(file->out_path);
    file->temporary_path = NULL;
    file->out_path = NULL;
}
