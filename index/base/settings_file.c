/* inih takes the lines apart; it gets them from a reader of ours, one whole line a call. So the
   number of calls is the number of the line, whatever is wrong with it: inih's own reader cuts
   what is longer than its buffer into several "lines", names of a section only what follows it,
   and takes an indented line for another value of the setting before.

   A file may be a pipe (a shell's <(…)), but one that nobody writes to any more is not waited for:
   who reads settings again and again would never return. Nor is a device read, which may have no
   end, but for the empty one. */
#include <cratedex/settings_file.h>

#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define BLANKS " \t\r\n\v\f"
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/* /dev/null, the same on every Linux (its Documentation/admin-guide/devices.txt). */
#define NULL_DEVICE makedev(1, 3)

struct seen_name {
    char *name;
    unsigned line;
};

struct settings {
    const struct settings_taker *taker;
    struct error *error;
    FILE *stream;
    bool is_pipe;
    char *line; /* getline's */
    size_t capacity;
    unsigned number; /* of the line; 0 before the first */
    struct seen_name *seen;
    size_t n_seen;
    bool has_failed; /* and `error` says why */
};

static void fail(struct settings *settings, const char *why)
{
    error_set(settings->error, "%s", why);
    settings->has_failed = true;
}

/* The next line without blanks at its beginning, and empty where it is a comment: as fgets has
   it. */
static char *next_line(char *to, int size, void *context)
{
    struct settings *settings = context;
    if (settings->has_failed)
        return NULL;
    errno = 0;
    ssize_t length = getline(&settings->line, &settings->capacity, settings->stream);
    if (length < 0) {
        if (!feof(settings->stream))
            fail(settings, errno != 0 ? strerror(errno) : "cannot be read");
        else if (settings->is_pipe && settings->number == 0)
            fail(settings, "it is a pipe that nobody writes to");
        return NULL;
    }
    settings->number++;
    const char *text = settings->line;
    size_t mark = strlen(BYTE_ORDER_MARK);
    if (settings->number == 1 && strncmp(text, BYTE_ORDER_MARK, mark) == 0)
        text += mark;
    text += strspn(text, BLANKS);
    if (*text == '#' || *text == ';')
        text = "";
    size_t text_length = strlen(text);
    if (memchr(settings->line, '\0', (size_t)length) != NULL)
        fail(settings, "a NUL byte is no text");
    else if (*text == '[')
        fail(settings, "there are no sections: remove this line");
    else if (text_length >= (size_t)size)
        fail(settings, "the line is too long");
    if (settings->has_failed)
        return NULL;
    return memcpy(to, text, text_length + 1);
}

/* Remembers a name. Returns the line where it stood before, 0 where it did not; out of memory is a
   failure, too. */
static unsigned remember(struct settings *settings, const char *name)
{
    for (size_t i = 0; i < settings->n_seen; i++)
        if (strcmp(settings->seen[i].name, name) == 0)
            return settings->seen[i].line;
    struct seen_name *seen = reallocarray(settings->seen, settings->n_seen + 1, sizeof *seen);
    char *copy = strdup(name);
    if (seen != NULL)
        settings->seen = seen;
    if (seen == NULL || copy == NULL) {
        free(copy);
        fail(settings, "out of memory");
        return 0;
    }
    seen[settings->n_seen++] = (struct seen_name){copy, settings->number};
    return 0;
}

/* inih's handler. Returns 0 for a fault. */
static int take_pair(void *context, const char *section, const char *name, const char *value)
{
    (void)section;
    struct settings *settings = context;
    const struct settings_taker *taker = settings->taker;
    if (taker->take(taker->context, name, value, settings->error) != 0) {
        settings->has_failed = true;
        return 0;
    }
    if (taker->may_repeat != NULL && taker->may_repeat(name))
        return 1;
    unsigned before = remember(settings, name);
    if (before != 0) {
        error_set(settings->error, "%s was set on line %u: keep one of the two", name, before);
        settings->has_failed = true;
    }
    return !settings->has_failed;
}

static void read_lines(struct settings *settings)
{
    ini_use_stack = false;
    ini_max_line = SETTINGS_MAX_LINE;
    ini_initial_alloc = SETTINGS_MAX_LINE;
    ini_allow_multiline = false;
    ini_stop_on_first_error = true;
    int fault = ini_parse_stream(next_line, settings, take_pair, settings);
    if (settings->has_failed || fault == 0)
        return;
    fail(settings, fault < 0 ? "out of memory" : "`name = value` is expected");
}

static bool has_an_end(const struct stat *status)
{
    return S_ISREG(status->st_mode) || S_ISFIFO(status->st_mode) ||
           (S_ISCHR(status->st_mode) && status->st_rdev == NULL_DEVICE);
}

/* Opens without waiting for a writer; reads wait for those that there are. */
static int open_stream(struct settings *settings, const char *path)
{
    struct stat status;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0)
        return error_set(settings->error, "%s", strerror(errno));
    bool is_known = fcntl(descriptor, F_SETFL, 0) == 0 && fstat(descriptor, &status) == 0;
    if (is_known && !has_an_end(&status))
        error_set(settings->error, "it is %s: name a file of settings",
                  S_ISDIR(status.st_mode) ? "a folder" : "no regular file");
    else if (!is_known || (settings->stream = fdopen(descriptor, "r")) == NULL)
        error_set(settings->error, "%s", strerror(errno));
    settings->is_pipe = settings->stream != NULL && S_ISFIFO(status.st_mode);
    if (settings->stream != NULL)
        return 0;
    close(descriptor);
    return -1;
}

int settings_file_read(const char *path, const struct settings_taker *taker, struct error *error)
{
    struct settings settings = {.taker = taker, .error = error};
    if (open_stream(&settings, path) != 0)
        return error_prefix(error, "cannot read %s: ", path);
    read_lines(&settings);
    fclose(settings.stream);
    free(settings.line);
    for (size_t i = 0; i < settings.n_seen; i++)
        free(settings.seen[i].name);
    free(settings.seen);
    if (!settings.has_failed)
        return 0;
    if (settings.number == 0)
        return error_prefix(error, "cannot read %s: ", path);
    return error_prefix(error, "%s: line %u: ", path, settings.number);
}
