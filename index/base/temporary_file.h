/* A file that is written under a temporary name in the folder where it will lie. */
#ifndef CRATEDEX_INDEX_BASE_TEMPORARY_FILE_H
#define CRATEDEX_INDEX_BASE_TEMPORARY_FILE_H

#include <sys/types.h>

struct temporary_file {
    char *path;     /* NULL: there is none */
    int descriptor; /* for writing; keep it open as long as the file is temporary */
};

/* Makes an empty file `.NAME.XXXXXX` in a folder, for this user only. First removes those of the
   same name that this user's processes left behind when they were killed. Returns 0, or -1 with
   errno, and there is none. */
int temporary_file_create(struct temporary_file *file, const char *folder, const char *name);

/* Makes it a file as any other, with these permissions, which nobody takes for one left behind.
   Returns 0, or -1 with errno. */
int temporary_file_finish(const struct temporary_file *file, mode_t permissions);

/* Finishes it and gives it its own name, in place of a file that has that. Returns 0, or -1 with
   errno and the temporary name stays. */
int temporary_file_rename(struct temporary_file *file, const char *path, mode_t permissions);

/* Closes it and removes the temporary name, where it still has that. */
void temporary_file_close(struct temporary_file *file);

/* Makes new and changed names in a folder durable. Returns 0, or -1 with errno. */
int folder_sync(const char *folder);

#endif
