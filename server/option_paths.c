/* Two paths are of one file where what they lead to is the same, or, for the file need not be there
   yet, where they end in one name in one folder. Folders are compared by their numbers: there are
   many ways to write one, and links. */
#include "server/option_paths.h"

#include "server/pid_file.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Room for what is put behind a path. */
#define PATH_SIZE (OPTIONS_MAX_PATH + sizeof PID_FILE_BESIDE)

static bool is_same_place(const char *left, const char *right)
{
    struct stat left_status;
    struct stat right_status;
    return stat(left, &left_status) == 0 && stat(right, &right_status) == 0 &&
           left_status.st_dev == right_status.st_dev && left_status.st_ino == right_status.st_ino;
}

/* Returns the name of the file, and makes `folder` what is in front of it. */
static const char *split(const char *path, char folder[PATH_SIZE + 1])
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    snprintf(folder, PATH_SIZE + 1, "%.*s.", (int)(name - path), path);
    return name;
}

static bool is_same_file(const char *left, const char *right)
{
    char left_folder[PATH_SIZE + 1];
    char right_folder[PATH_SIZE + 1];
    if (strcmp(split(left, left_folder), split(right, right_folder)) == 0 &&
        is_same_place(left_folder, right_folder))
        return true;
    return is_same_place(left, right);
}

int option_paths_check(const struct options *options, struct error *error)
{
    const struct {
        const char *name;
        const char *path;
    } others[] = {
        {"index", options->index_path},
        {"verify-key", options->verify_key_path},
        {"config", options->config_path},
        {"ranking", options->ranking_path},
        {"ranking-b", options->ranking_b_path},
        {"access-log-file", options->access_log_path},
        {"slow-query-log", options->slow_query_path},
        {"count-downloads", options->downloads_path},
    };
    char beside[PATH_SIZE];
    const char *pid_path = options->pid_path;
    if (pid_path[0] == '\0')
        return 0;
    snprintf(beside, sizeof beside, "%s" PID_FILE_BESIDE, pid_path);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (others[i].path[0] == '\0')
            continue;
        if (is_same_file(others[i].path, pid_path))
            return error_set(error, "--pid-file is the file of --%s, %s: name another",
                             others[i].name, others[i].path);
        if (is_same_file(others[i].path, beside))
            return error_set(error,
                             "--pid-file is written as %s first, which is the file of --%s: name "
                             "another",
                             beside, others[i].name);
    }
    return 0;
}
