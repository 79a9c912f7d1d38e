/* The index is written beside the file that it will replace (temporary_file.h); where no file can
   be replaced or written is told before anything is read. */
#include "index/build/build_file.h"

#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int build_file_create(struct temporary_file *file, const char *out_path, struct error *error)
{
    struct stat status;
    if (stat(out_path, &status) == 0 && !S_ISREG(status.st_mode))
        return error_set(error, "%s is not a regular file: choose another output", out_path);
    /* Both may write to their argument. */
    char *for_folder = strdup(out_path);
    char *for_name = strdup(out_path);
    int result = 0;
    if (for_folder == NULL || for_name == NULL) {
        result = error_out_of_memory(error);
    } else {
        const char *folder = dirname(for_folder);
        if (temporary_file_create(file, folder, basename(for_name)) != 0)
            result = error_set(error, "cannot write to the folder %s: %s", folder, strerror(errno));
    }
    free(for_folder);
    free(for_name);
    return result;
}

/* An index is as readable as any new file. */
static mode_t permissions_of_new_files(void)
{
    mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

int build_file_commit(struct temporary_file *file, const char *out_path, struct error *error)
{
    if (temporary_file_replace(file, out_path, permissions_of_new_files()) == 0)
        return 0;
    return error_set(error, "cannot write %s: %s", out_path, strerror(errno));
}
