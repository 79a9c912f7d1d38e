/* sd_notify waits where the manager's queue is full, and has no flag against it: the thread that
   takes signals would take none as long as nobody reads. So the datagram is sent here, which is all
   that there is to the protocol. The socket is opened for each message and closed again; there are
   few of them. */
#include "server/notify_socket.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A path, or behind @ a name of Linux's abstract namespace, where the first byte is NUL. Returns
   the size of the address; 0: it names none that can be sent to. */
static socklen_t find_address(struct sockaddr_un *address)
{
    const char *name = getenv("NOTIFY_SOCKET");
    const size_t length = name != NULL ? strlen(name) : 0;
    if (length < 2 || (name[0] != '/' && name[0] != '@') || length >= sizeof address->sun_path)
        return 0;
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(address->sun_path, name, length);
    if (name[0] == '@')
        address->sun_path[0] = '\0';
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
}

/* Whether it may be otherwise the next time: the queue is full, or the machine lacks something. */
static bool is_transient(int reason)
{
    static const int reasons[] = {EAGAIN, EINTR, ENOBUFS, ENOMEM, EMFILE, ENFILE};
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reason == reasons[i])
            return true;
    return false;
}

int notify_socket_send(const char *message)
{
    struct sockaddr_un address;
    const socklen_t size = find_address(&address);
    if (size == 0)
        return 0;
    int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return is_transient(errno) ? -1 : 0;
    ssize_t n = sendto(descriptor, message, strlen(message), MSG_DONTWAIT | MSG_NOSIGNAL,
                       (const struct sockaddr *)&address, size);
    bool is_lost = n < 0 && is_transient(errno);
    close(descriptor);
    return is_lost ? -1 : 0;
}
