/* Plain files through stdio; folders are removed by nftw, contents first. */
#define _GNU_SOURCE /* nftw */
#include "tests/support/folder.h"

#include <dirent.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

void folder_make(char path[FOLDER_PATH_SIZE])
{
    const char *parent = getenv("TMPDIR");
    snprintf(path, FOLDER_PATH_SIZE, "%s/cratedex-test-XXXXXX", parent != NULL ? parent : "/tmp");
    assert_non_null(mkdtemp(path));
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

void folder_remove(const char *path)
{
    assert_int_equal(nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

int folder_setup(void **state)
{
    char *path = calloc(1, FOLDER_PATH_SIZE);
    assert_non_null(path);
    folder_make(path);
    *state = path;
    return 0;
}

int folder_teardown(void **state)
{
    folder_remove(*state);
    free(*state);
    return 0;
}

size_t folder_count(const char *path)
{
    DIR *folder = opendir(path);
    assert_non_null(folder);
    size_t n_names = 0;
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder))
        n_names += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(folder);
    return n_names;
}

const char *folder_join(char path[FOLDER_PATH_SIZE], const char *folder, const char *name)
{
    int length = snprintf(path, FOLDER_PATH_SIZE, "%s/%s", folder, name);
    assert_in_range(length, 1, FOLDER_PATH_SIZE - 1);
    return path;
}

char *file_read(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    struct stat status;
    assert_int_equal(fstat(fileno(file), &status), 0);
    *size = (size_t)status.st_size;
    char *bytes = malloc(*size + 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *size, file), *size);
    bytes[*size] = '\0';
    fclose(file);
    return bytes;
}

void file_write(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static const char *next_path(char next[FOLDER_PATH_SIZE], const char *path)
{
    int length = snprintf(next, FOLDER_PATH_SIZE, "%s.next", path);
    assert_in_range(length, 1, FOLDER_PATH_SIZE - 1);
    return next;
}

void file_replace(const char *path, const void *bytes, size_t size)
{
    char next[FOLDER_PATH_SIZE];
    file_write(next_path(next, path), bytes, size);
    assert_int_equal(rename(next, path), 0);
}

void link_replace(const char *path, const char *target)
{
    char next[FOLDER_PATH_SIZE];
    assert_int_equal(symlink(target, next_path(next, path)), 0);
    assert_int_equal(rename(next, path), 0);
}
