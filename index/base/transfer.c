/* What is left is asked for again, until there is nothing left. */
#include "index/base/transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

ssize_t transfer_read(int file, void *bytes, size_t size, int64_t at)
{
    size_t done = 0;
    while (done < size) {
        ssize_t n = pread(file, (char *)bytes + done, size - done, (off_t)(at + (int64_t)done));
        if (n == 0)
            break;
        if (n < 0 && errno != EINTR)
            return -1;
        if (n > 0)
            done += (size_t)n;
    }
    return (ssize_t)done;
}

int transfer_write(int file, const void *bytes, size_t size, int64_t at)
{
    size_t done = 0;
    while (done < size) {
        ssize_t n =
            pwrite(file, (const char *)bytes + done, size - done, (off_t)(at + (int64_t)done));
        if (n < 0 && errno != EINTR)
            return -1;
        if (n > 0)
            done += (size_t)n;
    }
    return 0;
}

FILE *transfer_open(const char *path)
{
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    FILE *stream = file >= 0 ? fdopen(file, "rb") : NULL;
    if (stream == NULL && file >= 0)
        close(file);
    return stream;
}
