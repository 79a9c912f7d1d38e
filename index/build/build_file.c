/* The index is written beside the file that it will replace (temporary_file.h); where no file can
   be replaced or written is told before anything is read.

   Two files cannot be replaced in one step. So the file of signatures gets the new one beside the
   old one first, then the index is replaced, and last the old signature goes: whenever that stops,
   the index that is there has its signature. */
#define _GNU_SOURCE /* asprintf */
#include "index/build/build_file.h"

#include "index/base/transfer.h"

#include <cratedex/index_signature.h>
#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_OLD_LINES 8

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

static int commit(struct temporary_file *file, const char *out_path, struct error *error)
{
    if (temporary_file_replace(file, out_path, permissions_of_new_files()) == 0)
        return 0;
    return error_set(error, "cannot write %s: %s", out_path, strerror(errno));
}

/* Replaces the file of signatures. */
static int write_signatures(const char *path, const char *lines, size_t size, struct error *error)
{
    struct temporary_file file = {.descriptor = -1};
    if (build_file_create(&file, path, error) != 0)
        return -1;
    int result = 0;
    if (write(file.descriptor, lines, size) != (ssize_t)size ||
        temporary_file_replace(&file, path, permissions_of_new_files()) != 0)
        result = error_set(error, "cannot write %s: %s", path, strerror(errno));
    temporary_file_close(&file);
    return result;
}

/* Puts the line of the new file in front of those that are there: one, and more where builds were
   killed before they had replaced the index. */
static int add_signature(const char *path, const char *line, struct error *error)
{
    char lines[(1 + MAX_OLD_LINES) * INDEX_SIGNATURE_LINE_SIZE];
    size_t size = strlen(line);
    memcpy(lines, line, size);
    FILE *old = transfer_open(path);
    if (old != NULL) {
        size += fread(lines + size, 1, MAX_OLD_LINES * (INDEX_SIGNATURE_LINE_SIZE - 1), old);
        fclose(old);
    }
    return write_signatures(path, lines, size, error);
}

static int commit_signed(struct temporary_file *file, const char *out_path,
                         const struct signature_key *key, struct error *error)
{
    char line[INDEX_SIGNATURE_LINE_SIZE];
    char *path = NULL;
    if (asprintf(&path, "%s" INDEX_SIGNATURE_SUFFIX, out_path) < 0)
        return error_out_of_memory(error);
    int result = index_signature_make(file->descriptor, key, line, error);
    if (result == 0)
        result = add_signature(path, line, error);
    if (result == 0)
        result = commit(file, out_path, error);
    struct error ignored; /* one signature too many does no harm */
    if (result == 0)
        (void)write_signatures(path, line, strlen(line), &ignored);
    free(path);
    return result;
}

int build_file_commit(struct temporary_file *file, const char *out_path,
                      const struct signature_key *key, struct error *error)
{
    return key != NULL ? commit_signed(file, out_path, key, error) : commit(file, out_path, error);
}
