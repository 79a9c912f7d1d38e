/* Temporary folders and the files in them. Every function fails the test where it cannot do its
   work. */
#ifndef CRATEDEX_TESTS_SUPPORT_FOLDER_H
#define CRATEDEX_TESTS_SUPPORT_FOLDER_H

#include <stddef.h>

#define FOLDER_PATH_SIZE 256

/* Makes an empty folder below TMPDIR or /tmp. */
void folder_make(char path[FOLDER_PATH_SIZE]);

/* Removes it with everything in it. */
void folder_remove(const char *path);

/* Both for cmocka: the state is the path of such a folder. */
int folder_setup(void **state);
int folder_teardown(void **state);

/* How many names are in it. */
size_t folder_count(const char *path);

/* "folder/name". Returns `path`. */
const char *folder_join(char path[FOLDER_PATH_SIZE], const char *folder, const char *name);

/* A whole file; the caller frees. A NUL stands behind the bytes. */
char *file_read(const char *path, size_t *size);
void file_write(const char *path, const void *bytes, size_t size);

/* Another file, or a link to `target`, takes the path in one step, as an editor and cratedex-index
   do it. */
void file_replace(const char *path, const void *bytes, size_t size);
void link_replace(const char *path, const char *target);

#endif
