/* A process that is killed leaves its file behind; the next one that makes such a file removes it.
   Two things tell it from files that are none of ours (rsync, too, calls what it copies
   `.NAME.XXXXXX`) and from those that are being written:

   - While it is temporary the file has the sticky bit, which Linux heeds on folders only.
   - Whoever writes it holds a lock on its open file, which ends with the process, however that
     ends. The locked byte lies beyond any content, out of the way of SQLite's own locks.

   The lock is taken before the bit is set, so that a file with the bit and without a lock is
   left behind. On a file system without the one or the other nothing is ever removed. */
#define _GNU_SOURCE /* asprintf, F_OFD_SETLK */
#include "index/base/temporary_file.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define N_RANDOM_CHARACTERS 6
#define LOCKED_BYTE (INT64_MAX - 1)

static bool lock(int descriptor)
{
    struct flock byte = {
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = LOCKED_BYTE, .l_len = 1};
    return fcntl(descriptor, F_OFD_SETLK, &byte) == 0;
}

/* Whether an entry is called as mkostemp calls our files. */
static bool has_temporary_name(const char *entry, const char *name)
{
    size_t length = strlen(name);
    if (entry[0] != '.' || strncmp(entry + 1, name, length) != 0 || entry[1 + length] != '.')
        return false;
    const char *random = entry + 1 + length + 1;
    if (strlen(random) != N_RANDOM_CHARACTERS)
        return false;
    for (; *random != '\0'; random++)
        if (!isalnum((unsigned char)*random))
            return false;
    return true;
}

static bool is_marked(const struct stat *status)
{
    return S_ISREG(status->st_mode) && (status->st_mode & S_ISVTX) != 0 &&
           status->st_uid == geteuid();
}

/* Removes one that is marked and that nobody holds. Only who has the lock takes the mark or the
   name away, so that what is looked at behind the lock is what is removed. */
static void remove_if_left(int folder, const char *entry)
{
    struct stat status;
    if (fstatat(folder, entry, &status, AT_SYMLINK_NOFOLLOW) != 0 || !is_marked(&status))
        return;
    int descriptor = openat(folder, entry, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0)
        return;
    if (lock(descriptor) && fstat(descriptor, &status) == 0 && is_marked(&status) &&
        status.st_nlink > 0)
        unlinkat(folder, entry, 0);
    close(descriptor);
}

/* That something cannot be removed keeps nobody from going on. */
static void remove_those_left(const char *folder, const char *name)
{
    DIR *entries = opendir(folder);
    if (entries == NULL)
        return;
    for (const struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries))
        if (has_temporary_name(entry->d_name, name))
            remove_if_left(dirfd(entries), entry->d_name);
    closedir(entries);
}

int temporary_file_create(struct temporary_file *file, const char *folder, const char *name)
{
    remove_those_left(folder, name);
    if (asprintf(&file->path, "%s/.%s.XXXXXX", folder, name) < 0) {
        file->path = NULL;
        errno = ENOMEM;
        return -1;
    }
    file->descriptor = mkostemp(file->path, O_CLOEXEC);
    if (file->descriptor < 0) {
        int why = errno;
        free(file->path);
        file->path = NULL;
        errno = why;
        return -1;
    }
    if (lock(file->descriptor))
        fchmod(file->descriptor, S_ISVTX | S_IRUSR | S_IWUSR);
    return 0;
}

/* Without the name nobody finds it any more, and the lock may go. */
static void release(struct temporary_file *file)
{
    close(file->descriptor);
    free(file->path);
    file->path = NULL;
}

/* Makes new and changed names in the folder of a file durable: rename(2) alone survives a crash of
   the process, not of the machine. */
static int sync_folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash == NULL   ? strdup(".")
                   : slash == path ? strdup("/")
                                   : strndup(path, (size_t)(slash - path));
    if (folder == NULL) {
        errno = ENOMEM;
        return -1;
    }
    int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(folder);
    if (descriptor < 0)
        return -1;
    int result = fsync(descriptor);
    close(descriptor);
    return result;
}

/* Without the mark, and all of it on the disk. */
static int finish(const struct temporary_file *file, mode_t permissions)
{
    return fchmod(file->descriptor, permissions) != 0 || fsync(file->descriptor) != 0 ? -1 : 0;
}

int temporary_file_replace(struct temporary_file *file, const char *path, mode_t permissions)
{
    if (finish(file, permissions) != 0 || rename(file->path, path) != 0)
        return -1;
    release(file);
    return sync_folder_of(path);
}

int temporary_file_add(struct temporary_file *file, const char *path, mode_t permissions)
{
    if (finish(file, permissions) != 0 || (link(file->path, path) != 0 && errno != EEXIST))
        return -1;
    temporary_file_close(file);
    return sync_folder_of(path);
}

void temporary_file_close(struct temporary_file *file)
{
    if (file->path == NULL)
        return;
    unlink(file->path);
    release(file);
}
