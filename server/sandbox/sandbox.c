/* Files first, for the filter of system calls forbids to confine them further.

   A rule of Landlock belongs to a file or a folder, not to a name: a rule for a file ends where
   another takes its name, which is how files are replaced. So rules are for folders. Of a file
   that is read, three of them: where it lies; where the last symbolic link on the way to it
   lies, which is the one that is turned when another index is to be served (`current ->
   indexes/2026-08-01`); and where what that link says lies. A folder that is itself put in the
   place of another is not found again. The root is never allowed: of what lies in it, the file
   alone.

   Beside what the caller names, the process reads what it takes itself (/proc/self), and opens
   /dev/null, and its standard output and error again. */
#define _GNU_SOURCE /* O_PATH */

#include "server/sandbox/sandbox.h"

#include "server/sandbox/file_rules.h"
#include "server/sandbox/path_places.h"
#include "server/sandbox/syscall_filter.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* The root is what has itself above it. */
static bool is_root(int folder)
{
    struct stat own;
    struct stat above;
    return fstat(folder, &own) == 0 && fstatat(folder, "..", &above, 0) == 0 &&
           own.st_dev == above.st_dev && own.st_ino == above.st_ino;
}

static bool is_special(int file)
{
    struct stat status;
    return fstat(file, &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

/* All that is below a folder; -1 is none. */
static int allow_below(const struct file_rules *rules, int folder, uint64_t rights,
                       struct error *error)
{
    return folder < 0 || is_root(folder) ? 0 : file_rules_allow(rules, folder, rights, error);
}

static uint64_t rights_of(enum sandbox_use use)
{
    switch (use) {
    case SANDBOX_READS:
        return FILE_RULES_READ;
    case SANDBOX_APPENDS:
        return FILE_RULES_WRITE | FILE_RULES_MAKE;
    case SANDBOX_MAKES:
        return FILE_RULES_READ | FILE_RULES_WRITE | FILE_RULES_MAKE | FILE_RULES_REMOVE;
    case SANDBOX_KEEPS:
        break;
    }
    return FILE_RULES_READ | FILE_RULES_WRITE | FILE_RULES_LIST | FILE_RULES_MAKE |
           FILE_RULES_REMOVE;
}

static int allow_places(const struct file_rules *rules, const struct path_places *places,
                        enum sandbox_use use, struct error *error)
{
    const uint64_t rights = rights_of(use);
    if (use == SANDBOX_KEEPS)
        return allow_below(rules, places->target, rights, error);
    /* A device or a FIFO lies among others, and is not made anew. */
    if (places->target >= 0 && (is_special(places->target) || is_root(places->folder)))
        return file_rules_allow(rules, places->target, rights, error);
    if (allow_below(rules, places->folder, rights, error) != 0)
        return -1;
    if (use != SANDBOX_READS)
        return 0;
    return allow_below(rules, places->link_folder, rights, error) == 0
               ? allow_below(rules, places->link_target, rights, error)
               : -1;
}

/* Whoever opens what is not there says so better than could be said here. */
static bool is_of_the_path(int reason)
{
    return reason == ENOENT || reason == ENOTDIR || reason == EACCES || reason == ELOOP ||
           reason == ENAMETOOLONG;
}

static int cannot_open(const char *path, struct error *error)
{
    return error_set(error, "cannot open %s: %s", path, strerror(errno));
}

static int allow_path(const struct file_rules *rules, const struct sandbox_path *path,
                      struct error *error)
{
    struct path_places places;
    if (path->path[0] == '\0')
        return 0;
    if (path_places_open(path->path, &places) != 0)
        return is_of_the_path(errno) ? 0 : cannot_open(path->path, error);
    int result = allow_places(rules, &places, path->use, error);
    path_places_close(&places);
    return result == 0 ? 0 : error_prefix(error, "%s: ", path->path);
}

/* One file or folder of the system's; where it is missing it is not missed. Left open where it
   `stays`: a process's folder in /proc is another one, with no rule, when the kernel has
   forgotten it. */
static int allow_own(const struct file_rules *rules, const char *path, uint64_t rights, bool stays,
                     struct error *error)
{
    int descriptor = open(path, O_PATH | O_CLOEXEC);
    if (descriptor < 0)
        return is_of_the_path(errno) ? 0 : cannot_open(path, error);
    int result = file_rules_allow(rules, descriptor, rights, error);
    if (!stays)
        close(descriptor);
    return result;
}

static int allow_all(const struct file_rules *rules, const struct sandbox_path *paths,
                     size_t n_paths, struct error *error)
{
    for (size_t i = 0; i < n_paths; i++)
        if (allow_path(rules, &paths[i], error) != 0)
            return -1;
    if (allow_own(rules, "/proc/self", FILE_RULES_READ | FILE_RULES_LIST, true, error) != 0 ||
        allow_own(rules, "/dev/null", FILE_RULES_READ | FILE_RULES_WRITE, false, error) != 0)
        return -1;
    for (int descriptor = STDOUT_FILENO; descriptor <= STDERR_FILENO; descriptor++)
        if (is_special(descriptor) &&
            file_rules_allow(rules, descriptor, FILE_RULES_WRITE, error) != 0)
            return -1;
    return 0;
}

static int confine_files(const struct sandbox_path *paths, size_t n_paths, bool *confines_files,
                         struct error *error)
{
    struct file_rules rules;
    if (file_rules_begin(&rules, error) != 0)
        return -1;
    *confines_files = rules.handled != 0;
    int result = *confines_files ? allow_all(&rules, paths, n_paths, error) : 0;
    if (result == 0)
        result = file_rules_enforce(&rules, error);
    file_rules_end(&rules);
    return result;
}

int sandbox_enter(const struct sandbox_path *paths, size_t n_paths, bool *confines_files,
                  struct error *error)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return error_set(error, "cannot give up new privileges: %s", strerror(errno));
    return confine_files(paths, n_paths, confines_files, error) == 0 ? syscall_filter_enter(error)
                                                                     : -1;
}
