/* What a file looked like from outside, so that one sees whether somebody wrote into it since. */
#ifndef CRATEDEX_INDEX_FILE_STAMP_H
#define CRATEDEX_INDEX_FILE_STAMP_H

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>

struct file_stamp {
    dev_t device; /* with the inode: which file */
    ino_t inode;
    off_t size;
    struct timespec written; /* when its bytes changed last */
};

/* The stamp of a file that fstat or stat has looked at. */
struct file_stamp file_stamp_of(const struct stat *status);

/* The stamp of an open file, from which every later write makes another: a file that was written
   this very moment is looked at again in the next. Returns 0, or -1 with errno. */
int file_stamp_take(int descriptor, struct file_stamp *stamp);

bool file_stamp_equals(const struct file_stamp *one, const struct file_stamp *other);

/* Whether the open file looks as it did. What was read before the call is what the file held when
   the stamp was taken, if so: the kernel notes the time of a write before it copies the bytes. Not
   seen: a write of a program that has the file mapped, to a page that it has changed shortly
   before, and one whose time was put back to the nanosecond. */
bool file_stamp_holds(int descriptor, const struct file_stamp *stamp);

#endif
