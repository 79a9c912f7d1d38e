/* The folders on the way to a file, held open. */
#ifndef CRATEDEX_SERVER_SANDBOX_PATH_PLACES_H
#define CRATEDEX_SERVER_SANDBOX_PATH_PLACES_H

/* Descriptors of O_PATH; -1: there is none. */
struct path_places {
    int target;      /* the file */
    int folder;      /* in which it has its last name */
    int link_folder; /* in which the last symbolic link on the way lies */
    int link_target; /* the folder in which what that link says has its name */
};

/* Walks a path as the kernel does. The target alone may be missing. Returns 0, or -1 with errno;
   then there is nothing to close. */
int path_places_open(const char *path, struct path_places *places);

void path_places_close(const struct path_places *places);

#endif
