/* The server has the socket's path in its environment. Whoever sends to a datagram socket of the
   system shares its queue with all others who do. */
#define _GNU_SOURCE /* SOCK_CLOEXEC */
#include "tests/support/service_manager_scene.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#define TIMEOUT_MILLISECONDS 60000

static struct sockaddr_un address_of(const struct manager *manager)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    assert_true(strlen(manager->path) < sizeof address.sun_path);
    memcpy(address.sun_path, manager->path, strlen(manager->path));
    return address;
}

void manager_open(struct manager *manager, const char *watchdog, const char *const *arguments)
{
    served_file_make(&manager->file);
    folder_join(manager->path, manager->file.folder, "notify");
    const struct sockaddr_un address = address_of(manager);
    manager->socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(manager->socket, (const struct sockaddr *)&address, sizeof address), 0);
    setenv("NOTIFY_SOCKET", manager->path, 1);
    if (watchdog != NULL)
        setenv("WATCHDOG_USEC", watchdog, 1);
    served_file_start(&manager->file, arguments);
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
}

bool manager_receive(const struct manager *manager, int milliseconds,
                     char message[MANAGER_MESSAGE_SIZE])
{
    struct pollfd polled = {.fd = manager->socket, .events = POLLIN};
    if (poll(&polled, 1, milliseconds) != 1)
        return false;
    ssize_t n = recv(manager->socket, message, MANAGER_MESSAGE_SIZE - 1, 0);
    assert_true(n > 0);
    message[n] = '\0';
    return true;
}

void manager_expect(const struct manager *manager, const char *beginning, const char *part)
{
    char message[MANAGER_MESSAGE_SIZE];
    if (!manager_receive(manager, TIMEOUT_MILLISECONDS, message))
        fail_msg("nothing was told");
    if (strncmp(message, beginning, strlen(beginning)) != 0 || strstr(message, part) == NULL)
        fail_msg("told was: %s", message);
}

/* A sender's own room would end first, so each sends one. */
void manager_fill(const struct manager *manager)
{
    const struct sockaddr_un address = address_of(manager);
    for (ssize_t n = 0; n >= 0;) {
        int sender = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        assert_true(sender >= 0);
        n = sendto(sender, "full", 4, MSG_DONTWAIT, (const struct sockaddr *)&address,
                   sizeof address);
        assert_true(n >= 0 || errno == EAGAIN);
        close(sender);
    }
}

void manager_empty(const struct manager *manager)
{
    char message[MANAGER_MESSAGE_SIZE];
    while (recv(manager->socket, message, sizeof message, MSG_DONTWAIT) > 0)
        ;
}

void manager_close(struct manager *manager)
{
    assert_int_equal(kill(manager->file.http.server.pid, SIGTERM), 0);
    manager_expect(manager, "STOPPING=1\nSTATUS=", "");
    manager_await_end(manager);
}

void manager_await_end(struct manager *manager)
{
    http_client_close(manager->file.http.client);
    assert_int_equal(test_server_wait(&manager->file.http.server), 0);
    close(manager->socket);
    folder_remove(manager->file.folder);
}
