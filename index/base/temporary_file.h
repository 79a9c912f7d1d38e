/* A file that is written under a temporary name in the folder where it will lie, so that under its
   own name it is whole or not there, whatever happens: content and name are on the disk before it
   counts as made. */
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

/* Makes it a file as any other, with these permissions, and durable, and gives it its own name in
   that folder: in place of a file that has that. Returns 0, or -1 with errno. */
int temporary_file_replace(struct temporary_file *file, const char *path, mode_t permissions);

/* The same, except that a file that has the name stays, and this one goes. */
int temporary_file_add(struct temporary_file *file, const char *path, mode_t permissions);

/* Closes it and removes the temporary name, where it still has that. */
void temporary_file_close(struct temporary_file *file);

#endif
