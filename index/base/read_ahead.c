/* sendfile to /dev/null: the kernel reads the file in order, further and further ahead and in large
   pieces, and copies nothing. 100 MiB take 60 ms from a disk of 1.7 GB/s and 4 ms of the processor,
   2 ms when they are in memory already. With posix_fadvise(POSIX_FADV_WILLNEED), which takes few
   MiB a call, they take 150 ms and 40 of the processor, for it fills the cache page by page.

   The thread uses the two descriptors; `is_stopped` is all that it shares. */
#include "index/base/read_ahead.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

/* At most so much is read after the end was asked for. */
#define PIECE_BYTES ((uint64_t)1 << 20)

struct read_ahead {
    pthread_t thread;
    atomic_bool is_stopped;
    int file;
    int nowhere;
    off_t begin;
    uint64_t size;
};

static void *read_range(void *context)
{
    struct read_ahead *read_ahead = context;
    off_t at = read_ahead->begin;
    uint64_t left = read_ahead->size;
    while (left > 0 && !atomic_load(&read_ahead->is_stopped)) {
        size_t piece = (size_t)(left < PIECE_BYTES ? left : PIECE_BYTES);
        ssize_t n = sendfile(read_ahead->nowhere, read_ahead->file, &at, piece);
        if (n <= 0)
            break;
        left -= (uint64_t)n;
    }
    return NULL;
}

static void destroy(struct read_ahead *read_ahead)
{
    if (read_ahead->file >= 0)
        close(read_ahead->file);
    if (read_ahead->nowhere >= 0)
        close(read_ahead->nowhere);
    free(read_ahead);
}

struct read_ahead *read_ahead_start(const char *path, int64_t begin, int64_t end)
{
    if (begin < 0 || begin >= end)
        return NULL;
    struct read_ahead *read_ahead = malloc(sizeof *read_ahead);
    if (read_ahead == NULL)
        return NULL;
    read_ahead->begin = begin;
    read_ahead->size = (uint64_t)(end - begin);
    atomic_init(&read_ahead->is_stopped, false);
    read_ahead->file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    read_ahead->nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    /* In a broken container it is an ordinary file, which would grow. */
    struct stat status;
    bool is_device = read_ahead->nowhere >= 0 && fstat(read_ahead->nowhere, &status) == 0 &&
                     S_ISCHR(status.st_mode);
    if (read_ahead->file >= 0 && is_device &&
        pthread_create(&read_ahead->thread, NULL, read_range, read_ahead) == 0)
        return read_ahead;
    destroy(read_ahead);
    return NULL;
}

void read_ahead_stop(struct read_ahead *read_ahead)
{
    if (read_ahead == NULL)
        return;
    atomic_store(&read_ahead->is_stopped, true);
    pthread_join(read_ahead->thread, NULL);
    destroy(read_ahead);
}
