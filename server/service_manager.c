/* Nothing here waits for a manager that does not read. What it could not be told is kept until it
   can be: of what the server is, and of the words about it, the newest. */
#include "server/service_manager.h"

#include "server/notify_socket.h"
#include "server/service/monotonic.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

/* Of the time after which it takes us for dead: what may pass between two signs of life. */
#define WATCHDOG_PART 2

#define STATE_SIZE 64
#define STATUS_SIZE 512

/* Refuses what cannot be served on, in words. */
static int check_socket(int descriptor, const char *name, struct error *error)
{
    const char *fault = NULL;
    if (sd_is_socket(descriptor, AF_UNSPEC, 0, -1) <= 0)
        fault = "is no socket";
    else if (sd_is_socket(descriptor, AF_INET, 0, -1) <= 0 &&
             sd_is_socket(descriptor, AF_INET6, 0, -1) <= 0)
        fault = "is not of TCP: limits and logs go by addresses, which others have not";
    else if (sd_is_socket(descriptor, AF_UNSPEC, SOCK_STREAM, -1) <= 0)
        fault = "is not of TCP: write ListenStream=, not ListenDatagram=";
    else if (sd_is_socket(descriptor, AF_UNSPEC, SOCK_STREAM, 1) <= 0)
        fault = "does not listen: write Accept=no";
    if (fault != NULL)
        return error_set(error, "the socket '%s' that the service manager gives %s", name, fault);
    int flags = fcntl(descriptor, F_GETFL);
    if (flags < 0 || fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) != 0)
        return error_set(error, "cannot use the socket '%s': %s", name, strerror(errno));
    return 0;
}

static int take(int *place, int descriptor, const char *name, struct error *error)
{
    if (check_socket(descriptor, name, error) != 0)
        return -1;
    if (*place >= 0)
        return error_set(error,
                         "the service manager gives two sockets named '%s': one is served; "
                         "ListenStream=[::]:PORT is for IPv4, too",
                         name);
    *place = descriptor;
    return 0;
}

/* Two descriptors may be of one socket. */
static bool is_same_socket(int left, int right)
{
    struct stat status[2];
    return left >= 0 && right >= 0 && fstat(left, &status[0]) == 0 &&
           fstat(right, &status[1]) == 0 && status[0].st_dev == status[1].st_dev &&
           status[0].st_ino == status[1].st_ino;
}

int activation_take(struct activation *activation, struct error *error)
{
    char **names = NULL;
    *activation = (struct activation){-1, -1};
    int n_sockets = sd_listen_fds_with_names(1, &names);
    if (n_sockets < 0)
        return error_set(error,
                         "cannot take the service manager's sockets: %s: LISTEN_FDS says how many "
                         "there are from descriptor 3 on, LISTEN_FDNAMES has as many names; to "
                         "start without any, unset LISTEN_FDS",
                         strerror(-n_sockets));
    int result = 0;
    for (int i = 0; i < n_sockets && result == 0; i++) {
        const char *name = names[i];
        int descriptor = SD_LISTEN_FDS_START + i;
        if (strcmp(name, "admin") == 0)
            result = take(&activation->admin, descriptor, name, error);
        else if (strcmp(name, "http") == 0 || n_sockets == 1)
            result = take(&activation->http, descriptor, name, error);
        else
            result = error_set(error,
                               "the service manager gives a socket named '%s': write "
                               "FileDescriptorName=http or FileDescriptorName=admin",
                               name);
    }
    for (int i = 0; i < n_sockets; i++)
        free(names[i]);
    free(names);
    if (result == 0 && is_same_socket(activation->http, activation->admin))
        return error_set(error, "the service manager gives one socket as 'http' and as 'admin': "
                                "write a ListenStream= of its own for each");
    return result;
}

/* What it has not been told yet; the main thread's. */
static struct {
    bool is_something;
    char state[STATE_SIZE]; /* a line with its end; empty: it knows */
    char status[STATUS_SIZE];
} untold;

void service_manager_follow(void)
{
    char message[STATE_SIZE + STATUS_SIZE + sizeof "STATUS="];
    if (!untold.is_something)
        return;
    snprintf(message, sizeof message, "%sSTATUS=%s", untold.state, untold.status);
    if (notify_socket_send(message) != 0)
        return;
    untold.is_something = false;
    untold.state[0] = '\0';
}

/* `state` is such a line; NULL: as it was. */
static void say(const char *state, const char *status)
{
    if (state != NULL)
        snprintf(untold.state, sizeof untold.state, "%s", state);
    snprintf(untold.status, sizeof untold.status, "%s", status);
    untold.is_something = true;
    service_manager_follow();
}

void service_manager_say_ready(const char *status)
{
    say("READY=1\n", status);
}

void service_manager_say_status(const char *status)
{
    say(NULL, status);
}

void service_manager_say_reloading(void)
{
    char state[STATE_SIZE];
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    snprintf(state, sizeof state, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64 "\n",
             (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000);
    say(state, "Reloading");
}

void service_manager_say_stopping(void)
{
    say("STOPPING=1\n", "Finishing what runs");
}

void watchdog_init(struct watchdog *watchdog)
{
    uint64_t microseconds = 0;
    *watchdog = (struct watchdog){0};
    if (sd_watchdog_enabled(0, &microseconds) > 0)
        watchdog->seconds = (double)microseconds / 1e6 / WATCHDOG_PART;
}

void watchdog_feed(struct watchdog *watchdog, bool is_working)
{
    double now;
    if (watchdog->seconds <= 0 || !is_working || (now = monotonic_seconds()) < watchdog->next)
        return;
    if (notify_socket_send("WATCHDOG=1") == 0) /* else at the next call */
        watchdog->next = now + watchdog->seconds;
}
