/* Atomic replacement: everything is written to a temporary file beside the target, made durable
   with fsync, renamed over the target, and the folder is fsynced too (rename(2) alone survives a
   crash of the process, not of the machine). */
#include "index/build/build_steps.h"

#include <errno.h>
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
    int result = 0;
    if (file->out_path == NULL)
        result = error_out_of_memory(error);
    else if (temporary_file_create(&file->temporary, folder, name) != 0)
        result = error_set(error, "cannot write to the folder %s: %s", folder, strerror(errno));
    free(folder);
    free(name);
    return result;
}

/* An index is as readable as any new file. */
static mode_t permissions_of_new_files(void)
{
    mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

static int make_folder_durable(const char *path, struct error *error)
{
    char *folder;
    char *name;
    if (split_path(path, &folder, &name, error) != 0)
        return -1;
    int result = folder_sync(folder);
    if (result != 0)
        error_set(error, "cannot make %s durable: %s", folder, strerror(errno));
    free(folder);
    free(name);
    return result;
}

int build_file_commit(struct build_file *file, struct error *error)
{
    const char *path = file->temporary.path;
    if (fsync(file->temporary.descriptor) != 0)
        return error_set(error, "cannot make %s durable: %s", path, strerror(errno));
    if (temporary_file_rename(&file->temporary, file->out_path, permissions_of_new_files()) != 0)
        return error_set(error, "cannot rename %s to %s: %s", path, file->out_path,
                         strerror(errno));
    return make_folder_durable(file->out_path, error);
}

void build_file_discard(struct build_file *file)
{
    temporary_file_close(&file->temporary);
    free(file->out_path);
    file->out_path = NULL;
}
