/* A name at a time, from a folder that is open, so that what is found is what was walked through
   whatever others rename meanwhile. A link's text is put in front of what is left of the path. */
#define _GNU_SOURCE /* O_PATH */

#include "server/sandbox/path_places.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_LINKS 40 /* as in Linux */
#define NO_LINK ((size_t)-1)

struct walk {
    struct path_places *places;
    char rest[2 * PATH_MAX]; /* of the path */
    size_t behind_link;      /* how long it will be when the last link's text has been walked */
    unsigned n_links;
};

/* Returns 0, or -1 where `with` is none, though one was to be had. */
static int replace(int *descriptor, int with)
{
    if (*descriptor >= 0)
        close(*descriptor);
    *descriptor = with;
    return with >= 0 ? 0 : -1;
}

static int copy(int descriptor)
{
    return fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
}

/* What a path begins at. */
static int open_start(const char *path)
{
    return open(path[0] == '/' ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* Takes the next name off the rest. */
static bool take_name(struct walk *walk, char name[NAME_MAX + 1])
{
    const char *at = walk->rest + strspn(walk->rest, "/");
    size_t length = strcspn(at, "/");
    if (length > NAME_MAX) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(name, at, length);
    name[length] = '\0';
    at += length;
    at += strspn(at, "/");
    memmove(walk->rest, at, strlen(at) + 1);
    return true;
}

static int follow_link(struct walk *walk, int link)
{
    char text[PATH_MAX];
    ssize_t length = readlinkat(link, "", text, sizeof text - 1);
    if (length <= 0)
        return -1;
    while (length > 1 && text[length - 1] == '/')
        length--;
    text[length] = '\0';
    size_t n_left = strlen(walk->rest);
    if (++walk->n_links > MAX_LINKS || (size_t)length + 1 + n_left >= sizeof walk->rest) {
        errno = ELOOP;
        return -1;
    }
    memmove(walk->rest + length + 1, walk->rest, n_left + 1);
    memcpy(walk->rest, text, (size_t)length);
    walk->rest[length] = '/';
    walk->behind_link = n_left;
    if (replace(&walk->places->link_folder, copy(walk->places->folder)) != 0)
        return -1;
    (void)replace(&walk->places->link_target, -1);
    return text[0] == '/' ? replace(&walk->places->folder, open_start(text)) : 0;
}

/* Goes one name on. Returns 1, 0 when there is none left, or -1. */
static int step(struct walk *walk)
{
    struct path_places *places = walk->places;
    char name[NAME_MAX + 1];
    struct stat status;
    if (!take_name(walk, name))
        return -1;
    bool is_last = walk->rest[0] == '\0';
    int found =
        openat(places->folder, name[0] != '\0' ? name : ".", O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (found < 0)
        return is_last && errno == ENOENT ? 0 : -1;
    if (fstat(found, &status) == 0 && S_ISLNK(status.st_mode)) {
        int result = follow_link(walk, found);
        close(found);
        return result == 0 ? 1 : -1;
    }
    if (strlen(walk->rest) <= walk->behind_link && walk->behind_link != NO_LINK) {
        if (replace(&places->link_target, copy(places->folder)) != 0) {
            close(found);
            return -1;
        }
        walk->behind_link = NO_LINK;
    }
    (void)replace(is_last ? &places->target : &places->folder, found);
    return !is_last;
}

int path_places_open(const char *path, struct path_places *places)
{
    *places = (struct path_places){-1, open_start(path), -1, -1};
    struct walk walk = {.places = places, .behind_link = NO_LINK};
    if (places->folder < 0)
        return -1;
    int result = -1;
    size_t length = strlen(path);
    if (length < PATH_MAX) {
        memcpy(walk.rest, path, length + 1);
        do
            result = step(&walk);
        while (result > 0);
    } else {
        errno = ENAMETOOLONG;
    }
    if (result < 0) {
        int reason = errno;
        path_places_close(places);
        errno = reason;
    }
    return result;
}

void path_places_close(const struct path_places *places)
{
    const int descriptors[] = {places->target, places->folder, places->link_folder,
                               places->link_target};
    for (unsigned i = 0; i < sizeof descriptors / sizeof descriptors[0]; i++)
        if (descriptors[i] >= 0)
            close(descriptors[i]);
}
