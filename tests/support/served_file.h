/* A server of a file of its own, which a test may damage, in a folder of its own. What the server
   says on standard error lies there too. Every function fails the test where it cannot do its
   work. */
#ifndef CRATEDEX_TESTS_SUPPORT_SERVED_FILE_H
#define CRATEDEX_TESTS_SUPPORT_SERVED_FILE_H

#include "tests/support/folder.h"
#include "tests/support/http_fixture.h"

#include <stdbool.h>
#include <stddef.h>

struct served_file {
    char folder[FOLDER_PATH_SIZE];
    char path[FOLDER_PATH_SIZE]; /* of live.cdx, which is served */
    char said[FOLDER_PATH_SIZE]; /* of the server's standard error */
    struct http_fixture http;
};

/* Makes the folder, with a copy of the sample's index. */
void served_file_make(struct served_file *file);

/* Starts a server of the file with further arguments (as for test_server_start), whose standard
   error goes to `said`, which is emptied; http_fixture_close stops it. */
void served_file_start(struct served_file *file, const char *const *arguments);

/* Writes over the file in place, as cp does: it is emptied, and then grows piece by piece. */
void served_file_overwrite(const struct served_file *file, const char *bytes, size_t size);

/* Stops the server, which must end well, and removes the folder. */
void served_file_end(struct served_file *file);

/* Whether the server has said this, up to now. */
bool served_file_has_said(const struct served_file *file, const char *part);

/* Waits until it has said it so often; fails the test after a minute. */
void served_file_await_said(const struct served_file *file, const char *part, unsigned n_times);

#endif
