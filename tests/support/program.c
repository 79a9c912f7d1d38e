/* One child process, its output read through pipes or a pseudo-terminal by poll until all ends are
   closed, so that no amount of output blocks it. Between fork and exec only system calls are made.
   A child that hangs is left to the time limit of the test runner. */
#define _GNU_SOURCE /* pipe2, execvpe */
#include "tests/support/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct capture {
    int descriptor; /* -1 at its end */
    char *text;
    size_t length;
    size_t capacity;
};

/* What the child gets, made before the fork. */
struct launch {
    char path[1024];
    char **environment;
    int input;
    int output; /* -1: the terminal */
    int error;
};

static char **extend_environment(const char *addition)
{
    size_t n_variables = 0;
    while (environ[n_variables] != NULL)
        n_variables++;
    char **extended = calloc(n_variables + 2, sizeof *extended);
    assert_non_null(extended);
    size_t name_length = addition != NULL ? strcspn(addition, "=") + 1 : 0;
    size_t n_kept = 0;
    for (size_t i = 0; i < n_variables; i++) {
        if (addition == NULL || strncmp(environ[i], addition, name_length) != 0)
            extended[n_kept++] = environ[i];
    }
    if (addition != NULL)
        extended[n_kept] = (char *)addition;
    return extended;
}

static _Noreturn void become(const struct launch *launch, const struct program_options *options)
{
    if (options->max_file_bytes > 0) {
        struct rlimit limit = {options->max_file_bytes, options->max_file_bytes};
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    dup2(launch->input, STDIN_FILENO);
    if (launch->output >= 0)
        dup2(launch->output, STDOUT_FILENO);
    if (launch->error >= 0)
        dup2(launch->error, STDERR_FILENO);
    execve(launch->path, (char *const *)options->arguments, launch->environment);
    _exit(127);
}

static void make_pipe(struct capture *capture, int *end_for_child)
{
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    capture->descriptor = ends[0];
    *end_for_child = ends[1];
}

static pid_t start(const struct program_options *options, struct capture captures[2])
{
    const char *build = getenv("CRATEDEX_BUILD");
    struct launch launch = {.output = -1, .error = -1};
    if (strchr(options->arguments[0], '/') != NULL)
        snprintf(launch.path, sizeof launch.path, "%s", options->arguments[0]);
    else
        snprintf(launch.path, sizeof launch.path, "%s/%s", build != NULL ? build : "build",
                 options->arguments[0]);
    launch.environment = extend_environment(options->environment);
    launch.input =
        open(options->input_path != NULL ? options->input_path : "/dev/null", O_RDONLY | O_CLOEXEC);
    assert_true(launch.input >= 0);
    pid_t child;
    if (options->terminal_columns > 0) {
        struct winsize size = {.ws_row = 24, .ws_col = (unsigned short)options->terminal_columns};
        child = forkpty(&captures[0].descriptor, NULL, NULL, &size);
    } else {
        if (options->output_path != NULL)
            launch.output = open(options->output_path, O_WRONLY | O_CLOEXEC);
        else
            make_pipe(&captures[0], &launch.output);
        assert_true(launch.output >= 0);
        make_pipe(&captures[1], &launch.error);
        child = fork();
    }
    assert_true(child >= 0);
    if (child == 0)
        become(&launch, options);
    close(launch.input);
    if (launch.output >= 0)
        close(launch.output);
    if (launch.error >= 0)
        close(launch.error);
    free(launch.environment);
    return child;
}

/* Reads what is there; at the end (of a terminal: EIO) closes. */
static void read_some(struct capture *capture)
{
    if (capture->capacity - capture->length < 4096) {
        capture->capacity = capture->capacity * 2 + 8192;
        capture->text = realloc(capture->text, capture->capacity);
        assert_non_null(capture->text);
    }
    ssize_t n_read = read(capture->descriptor, capture->text + capture->length,
                          capture->capacity - capture->length - 1);
    if (n_read > 0) {
        capture->length += (size_t)n_read;
    } else if (n_read == 0 || errno != EINTR) {
        close(capture->descriptor);
        capture->descriptor = -1;
    }
}

static char *finish(struct capture *capture)
{
    if (capture->text == NULL)
        return calloc(1, 1);
    capture->text[capture->length] = '\0';
    return capture->text;
}

void program_run(const struct program_options *options, struct program_run *run)
{
    struct capture captures[2] = {{.descriptor = -1}, {.descriptor = -1}};
    pid_t child = start(options, captures);
    bool is_signalled = options->signal_number == 0;
    const struct capture *watched = &captures[options->terminal_columns > 0 ? 0 : 1];
    while (captures[0].descriptor >= 0 || captures[1].descriptor >= 0) {
        struct pollfd polled[2] = {{.fd = captures[0].descriptor, .events = POLLIN},
                                   {.fd = captures[1].descriptor, .events = POLLIN}};
        if (poll(polled, 2, -1) < 0) {
            assert_int_equal(errno, EINTR);
            continue;
        }
        for (size_t i = 0; i < 2; i++) {
            if (polled[i].revents != 0)
                read_some(&captures[i]);
        }
        if (!is_signalled && watched->length > 0) {
            kill(child, options->signal_number);
            is_signalled = true;
        }
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    *run = (struct program_run){
        .was_killed = WIFSIGNALED(status),
        .status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status),
        .out = finish(&captures[0]),
        .out_length = captures[0].length,
        .error_out = finish(&captures[1]),
        .error_length = captures[1].length,
    };
    assert_non_null(run->out);
    assert_non_null(run->error_out);
    if (run->status == 127)
        fail_msg("cannot run %s", options->arguments[0]);
}

void program_run_free(struct program_run *run)
{
    free(run->out);
    free(run->error_out);
}
