/* `varnishd -d` takes commands on its standard input and answers each, so that nothing has to be
   waited for: `start` is answered when the cache runs, and debug.listen_address tells the port that
   the kernel gave for port 0. An answer is a line of a status and a length, the text, a line's end
   (varnish-cli(7)). The end of the input ends varnishd. */
#define _GNU_SOURCE /* SOCK_CLOEXEC */

#include "tests/support/varnish.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define ANSWER_TIMEOUT_MILLISECONDS 60000
#define STATUS_LINE_BYTES 13
#define CLI_OK 200

static const char *find_program(void)
{
    static const char *const paths[] = {"/usr/sbin/varnishd", "/usr/local/sbin/varnishd"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        if (access(paths[i], X_OK) == 0)
            return paths[i];
    return NULL;
}

static void read_bytes(const struct varnish *varnish, char *bytes, size_t size)
{
    size_t length = 0;
    while (length < size) {
        struct pollfd polled = {.fd = varnish->cli, .events = POLLIN};
        if (poll(&polled, 1, ANSWER_TIMEOUT_MILLISECONDS) != 1)
            fail_msg("varnishd does not answer");
        ssize_t n_read = read(varnish->cli, bytes + length, size - length);
        if (n_read <= 0)
            fail_msg("varnishd has ended");
        length += (size_t)n_read;
    }
    bytes[size] = '\0';
}

/* Reads an answer's text, which the caller frees, and returns its status. */
static long read_answer(const struct varnish *varnish, char **text)
{
    char line[STATUS_LINE_BYTES + 1];
    char *end;
    read_bytes(varnish, line, STATUS_LINE_BYTES);
    long status = strtol(line, &end, 10);
    size_t length = strtoul(end, NULL, 10);
    *text = malloc(length + 2);
    assert_non_null(*text);
    read_bytes(varnish, *text, length + 1);
    return status;
}

static long command(const struct varnish *varnish, const char *line, char **text)
{
    size_t length = strlen(line);
    assert_int_equal(send(varnish->cli, line, length, MSG_NOSIGNAL), length);
    return read_answer(varnish, text);
}

/* A command that must succeed. */
static void order(const struct varnish *varnish, const char *line)
{
    char *text;
    if (command(varnish, line, &text) != CLI_OK)
        fail_msg("varnishd, %s: %s", line, text);
    free(text);
}

static void launch(struct varnish *varnish, const char *program)
{
    int ends[2];
    char workspace[FOLDER_PATH_SIZE];
    folder_make(varnish->folder);
    folder_join(workspace, varnish->folder, "varnish");
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    varnish->pid = fork();
    assert_true(varnish->pid >= 0);
    if (varnish->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
        dup2(ends[1], STDIN_FILENO);
        dup2(ends[1], STDOUT_FILENO);
        dup2(null, STDERR_FILENO);
        /* Its own gzip support would decode what is coded, and ask for nothing else. */
        execl(program, program, "-d", "-T", "none", "-j", "none", "-n", workspace, "-f", "", "-a",
              "127.0.0.1:0", "-s", "malloc,16m", "-p", "http_gzip_support=off", (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    varnish->cli = ends[0];
    char *banner;
    assert_int_equal(read_answer(varnish, &banner), CLI_OK);
    free(banner);
}

static bool load(const struct varnish *varnish, const char *vcl)
{
    char line[8192];
    char *text;
    int length =
        snprintf(line, sizeof line, "vcl.inline test << END_OF_VCL\n%s\nEND_OF_VCL\n", vcl);
    assert_true(length > 0 && (size_t)length < sizeof line);
    long status = command(varnish, line, &text);
    bool is_loaded = status == CLI_OK;
    if (!is_loaded && strstr(text, "Could not load") == NULL &&
        strstr(text, "Could not find") == NULL)
        fail_msg("VCL: %s", text);
    free(text);
    return is_loaded;
}

static void read_url(struct varnish *varnish)
{
    char *text;
    assert_int_equal(command(varnish, "debug.listen_address\n", &text), CLI_OK);
    const char *port = strstr(text, "127.0.0.1 ");
    assert_non_null(port);
    snprintf(varnish->url, sizeof varnish->url, "http://127.0.0.1:%ld",
             strtol(port + strlen("127.0.0.1 "), NULL, 10));
    free(text);
}

bool varnish_start(struct varnish *varnish, const char *vcl)
{
    const char *program = find_program();
    if (program == NULL)
        return false;
    launch(varnish, program);
    if (!load(varnish, vcl)) {
        varnish_stop(varnish);
        return false;
    }
    order(varnish, "vcl.use test\n");
    order(varnish, "start\n");
    read_url(varnish);
    return true;
}

void varnish_stop(struct varnish *varnish)
{
    int status;
    pid_t ended;
    close(varnish->cli);
    do
        ended = waitpid(varnish->pid, &status, 0);
    while (ended < 0 && errno == EINTR);
    assert_int_equal(ended, varnish->pid);
    folder_remove(varnish->folder);
}
