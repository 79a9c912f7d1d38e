/* A service manager that a test plays: the datagram socket where its server says how it is
   (sd_notify(3)). Every function fails the test where it cannot do its work. */
#ifndef CRATEDEX_TESTS_SUPPORT_SERVICE_MANAGER_SCENE_H
#define CRATEDEX_TESTS_SUPPORT_SERVICE_MANAGER_SCENE_H

#include "tests/support/served_file.h"

#include <stdbool.h>

#define MANAGER_MESSAGE_SIZE 4096

struct manager {
    struct served_file file;
    int socket;
    char path[FOLDER_PATH_SIZE]; /* of the socket */
};

/* Makes the file, and starts its server with further arguments. `watchdog` is what WATCHDOG_USEC
   says; NULL: none wants to be fed. */
void manager_open(struct manager *manager, const char *watchdog, const char *const *arguments);

/* Whether a message comes in this time. */
bool manager_receive(const struct manager *manager, int milliseconds,
                     char message[MANAGER_MESSAGE_SIZE]);

/* Takes the next message, which must begin so and have `part`. */
void manager_expect(const struct manager *manager, const char *beginning, const char *part);

/* Puts messages of the test's own into the socket, "full" each, until there is no room for
   another; manager_empty takes all that are there. */
void manager_fill(const struct manager *manager);
void manager_empty(const struct manager *manager);

/* Ends the server, which must say so, and removes everything. */
void manager_close(struct manager *manager);

/* Waits for the end of a server that has its signal, which must be a good one, and removes
   everything. */
void manager_await_end(struct manager *manager);

#endif
