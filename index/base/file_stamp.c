/* The kernel takes the time of a write from a clock that stands still between its ticks, of 1 to 10
   ms: two writes within one leave the same time. So a stamp is good as soon as that clock shows
   another time than the file's. Of a file that somebody writes to all the time there is none: the
   next writes will change what was taken last. */
#define _GNU_SOURCE /* CLOCK_REALTIME_COARSE */
#include "index/base/file_stamp.h"

#define TICK_NANOSECONDS 1000000
#define MAX_LOOKS 50

static bool is_same_time(const struct timespec *one, const struct timespec *other)
{
    return one->tv_sec == other->tv_sec && one->tv_nsec == other->tv_nsec;
}

struct file_stamp file_stamp_of(const struct stat *status)
{
    return (struct file_stamp){status->st_dev, status->st_ino, status->st_size, status->st_mtim};
}

int file_stamp_take(int descriptor, struct file_stamp *stamp)
{
    const struct timespec tick = {.tv_nsec = TICK_NANOSECONDS};
    for (int i = 0; i < MAX_LOOKS; i++) {
        struct stat status;
        struct timespec now;
        clock_gettime(CLOCK_REALTIME_COARSE, &now);
        if (fstat(descriptor, &status) != 0)
            return -1;
        *stamp = file_stamp_of(&status);
        if (!is_same_time(&stamp->written, &now))
            break;
        nanosleep(&tick, NULL);
    }
    return 0;
}

bool file_stamp_equals(const struct file_stamp *one, const struct file_stamp *other)
{
    return one->device == other->device && one->inode == other->inode && one->size == other->size &&
           is_same_time(&one->written, &other->written);
}

bool file_stamp_holds(int descriptor, const struct file_stamp *stamp)
{
    struct stat status;
    if (fstat(descriptor, &status) != 0)
        return false;
    const struct file_stamp now = file_stamp_of(&status);
    return file_stamp_equals(&now, stamp);
}
