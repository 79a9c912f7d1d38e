/* The server inherits standard error, so it is another file while the server starts. */
#include "tests/support/served_file.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define MAX_ARGUMENTS 16
#define AWAIT_SECONDS 60
#define PIECE_BYTES 65536

void served_file_make(struct served_file *file)
{
    size_t size;
    folder_make(file->folder);
    folder_join(file->said, file->folder, "stderr");
    char *bytes = file_read(test_index(), &size);
    file_write(folder_join(file->path, file->folder, "live.cdx"), bytes, size);
    free(bytes);
}

void served_file_start(struct served_file *file, const char *const *arguments)
{
    const char *all[MAX_ARGUMENTS] = {"--index", file->path};
    for (size_t i = 0; arguments != NULL && arguments[i] != NULL; i++) {
        assert_true(2 + i + 1 < MAX_ARGUMENTS);
        all[2 + i] = arguments[i];
    }
    int own = dup(STDERR_FILENO);
    int said = open(file->said, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(own >= 0 && said >= 0);
    dup2(said, STDERR_FILENO);
    http_fixture_open(&file->http, all);
    dup2(own, STDERR_FILENO);
    close(said);
    close(own);
}

void served_file_overwrite(const struct served_file *file, const char *bytes, size_t size)
{
    int descriptor = open(file->path, O_WRONLY | O_TRUNC);
    assert_true(descriptor >= 0);
    while (size > 0) {
        size_t piece = size < PIECE_BYTES ? size : PIECE_BYTES;
        assert_int_equal(write(descriptor, bytes, piece), piece);
        bytes += piece;
        size -= piece;
    }
    close(descriptor);
}

void served_file_end(struct served_file *file)
{
    http_fixture_close(&file->http);
    folder_remove(file->folder);
}

bool served_file_has_said(const struct served_file *file, const char *part)
{
    size_t size;
    char *text = file_read(file->said, &size);
    bool has = strstr(text, part) != NULL;
    free(text);
    return has;
}

static unsigned count_said(const struct served_file *file, const char *part)
{
    size_t size;
    unsigned n = 0;
    char *text = file_read(file->said, &size);
    for (const char *at = text; (at = strstr(at, part)) != NULL; at += strlen(part))
        n++;
    free(text);
    return n;
}

void served_file_await_said(const struct served_file *file, const char *part, unsigned n_times)
{
    const struct timespec moment = {.tv_nsec = 2000000};
    const time_t latest = time(NULL) + AWAIT_SECONDS;
    while (count_said(file, part) < n_times) {
        if (time(NULL) > latest)
            fail_msg("\"%s\" was not said %u times", part, n_times);
        nanosleep(&moment, NULL);
    }
}
