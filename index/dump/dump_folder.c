/* An unpacked folder as a dump. All paths are collected and sorted on open, so that members come in
   the same order on every file system and a table that is there twice is found at once. The walk
   goes no deeper than data can lie (`<date>/data/x.csv`), whatever folder it is pointed at, passes
   over hidden names, and follows no symbolic link: one in the place of a table is an error, as it
   would be in an archive; others (`latest -> 2020-11-27-020000`) do not count. Files are opened one
   at a time and read through one buffer. */
#include "index/dump/dump_folder.h"

#include "index/dump/dump_budget.h"
#include "index/dump/dump_name.h"
#include "index/dump/dump_source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK_BYTES ((size_t)256 << 10)

struct dump_folder {
    int folder; /* paths are relative to it */
    char **paths;
    size_t n_paths;
    size_t capacity;
    size_t next;
    int file; /* of the member that is read, or -1 */
    struct dump_names *names;
    struct dump_budget *budget;
    uint64_t n_read; /* of all members */
    uint64_t n_bytes;
    char *block;
};

static int fail_path(const char *path, struct error *error)
{
    return error_set(error, "%s: %s", path[0] == '\0' ? "." : path, strerror(errno));
}

/* Takes ownership of `path`. */
static int add_path(struct dump_folder *state, char *path, struct error *error)
{
    if (state->n_paths == state->capacity) {
        size_t capacity = state->capacity == 0 ? 32 : state->capacity * 2;
        char **paths = realloc(state->paths, capacity * sizeof *paths);
        if (paths == NULL) {
            free(path);
            return error_out_of_memory(error);
        }
        state->paths = paths;
        state->capacity = capacity;
    }
    state->paths[state->n_paths++] = path;
    return 0;
}

static char *join(const char *folder, const char *name)
{
    size_t folder_length = strlen(folder);
    size_t name_length = strlen(name);
    char *path = malloc(folder_length + name_length + 2);
    if (path == NULL)
        return NULL;
    memcpy(path, folder, folder_length);
    if (folder_length > 0)
        path[folder_length++] = '/';
    memcpy(path + folder_length, name, name_length + 1);
    return path;
}

static int walk(struct dump_folder *state, const char *folder, int depth, struct error *error);

/* Takes ownership of `path`, an entry called `name`, `depth` folders deep. */
static int visit(struct dump_folder *state, char *path, const char *name, int depth,
                 struct error *error)
{
    struct stat status;
    int result = 0;
    bool is_data = dump_path_is_data(path);
    if (fstatat(state->folder, path, &status, AT_SYMLINK_NOFOLLOW) < 0) {
        result = fail_path(path, error);
    } else if (is_data) {
        result = dump_path_check(path, error);
        if (result == 0 && !S_ISREG(status.st_mode))
            result = error_set(error, "%s is refused: it is %s", path,
                               S_ISLNK(status.st_mode) ? "a symbolic link" : "no regular file");
        if (result == 0) {
            state->n_bytes += (uint64_t)status.st_size;
            return add_path(state, path, error);
        }
    } else if (S_ISDIR(status.st_mode) &&
               (depth == 0 || (depth == 1 && strcmp(name, "data") == 0))) {
        result = walk(state, path, depth + 1, error);
    }
    free(path);
    return result;
}

static int walk(struct dump_folder *state, const char *folder, int depth, struct error *error)
{
    int file = openat(state->folder, depth == 0 ? "." : folder,
                      O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *directory = file < 0 ? NULL : fdopendir(file);
    if (directory == NULL) {
        fail_path(folder, error);
        if (file >= 0)
            close(file);
        return -1;
    }
    int result = 0;
    while (result == 0) {
        errno = 0;
        const struct dirent *entry = readdir(directory);
        if (entry == NULL) {
            if (errno != 0)
                result = fail_path(folder, error);
            break;
        }
        if (entry->d_name[0] == '.')
            continue;
        char *path = join(folder, entry->d_name);
        result = path == NULL ? error_out_of_memory(error)
                              : visit(state, path, entry->d_name, depth, error);
    }
    closedir(directory);
    return result;
}

static int compare_paths(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static int collect(struct dump_folder *state, struct error *error)
{
    if (walk(state, "", 0, error) < 0)
        return -1;
    if (state->n_paths > 0)
        qsort(state->paths, state->n_paths, sizeof *state->paths, compare_paths);
    for (size_t i = 0; i < state->n_paths; i++)
        if (dump_names_add(state->names, state->paths[i], error) < 0)
            return -1;
    return 0;
}

static void close_folder(void *context)
{
    struct dump_folder *state = context;
    for (size_t i = 0; i < state->n_paths; i++)
        free(state->paths[i]);
    free(state->paths);
    free(state->block);
    if (state->file >= 0)
        close(state->file);
    if (state->folder >= 0)
        close(state->folder);
    free(state);
}

void *dump_folder_open(const char *path, struct dump_names *names, struct dump_budget *budget,
                       uint64_t *n_bytes, struct error *error)
{
    struct dump_folder *state = calloc(1, sizeof *state);
    if (state == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    state->names = names;
    state->budget = budget;
    state->file = -1;
    state->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    state->block = malloc(BLOCK_BYTES);
    int result = 0;
    if (state->folder < 0)
        result = error_set(error, "%s", strerror(errno));
    else if (state->block == NULL)
        result = error_out_of_memory(error);
    else
        result = collect(state, error);
    if (result < 0) {
        close_folder(state);
        return NULL;
    }
    *n_bytes = state->n_bytes;
    return state;
}

static int next_in_folder(void *context, size_t *item, struct error *error)
{
    struct dump_folder *state = context;
    if (state->file >= 0)
        close(state->file);
    state->file = -1;
    if (state->next == state->n_paths)
        return 0;
    *item = state->next++;
    const char *path = state->paths[*item];
    struct stat status;
    /* It may have changed since the walk: no link, and no waiting for a pipe's other end. */
    state->file = openat(state->folder, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (state->file < 0 || fstat(state->file, &status) < 0)
        return fail_path(path, error);
    if (!S_ISREG(status.st_mode))
        return error_set(error, "%s is refused: it is no regular file", path);
    return 1;
}

static int read_in_folder(void *context, const void **bytes, size_t *size, struct error *error)
{
    struct dump_folder *state = context;
    ssize_t n_bytes;
    do
        n_bytes = read(state->file, state->block, BLOCK_BYTES);
    while (n_bytes < 0 && errno == EINTR);
    if (n_bytes < 0)
        return fail_path(state->paths[state->next - 1], error);
    if (n_bytes == 0)
        return 0;
    if (dump_budget_spend(state->budget, (uint64_t)n_bytes, error) < 0)
        return -1;
    state->n_read += (uint64_t)n_bytes;
    *bytes = state->block;
    *size = (size_t)n_bytes;
    return 1;
}

static uint64_t folder_position(const void *context)
{
    const struct dump_folder *state = context;
    return state->n_read;
}

const struct dump_source dump_folder_source = {
    .next = next_in_folder,
    .read = read_in_folder,
    .position = folder_position,
    .close = close_folder,
};
