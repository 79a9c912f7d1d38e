/* The head comes first; Content-Length says where the answer ends. */
#include "tests/support/raw_connection.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <cmocka.h>

#define TIMEOUT_MILLISECONDS 15000
#define VERSION "HTTP/1.1 "

void raw_send(int connection, const char *text)
{
    assert_int_equal(send(connection, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

void raw_ask(int connection, const char *target)
{
    char request[512];
    int size = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", target);
    assert_true(size < (int)sizeof request);
    /* Where the server has closed the connection, raw_receive finds that. */
    (void)!send(connection, request, (size_t)size, MSG_NOSIGNAL);
}

long raw_receive(int connection, char text[RAW_MAX_ANSWER])
{
    size_t size = 0;
    size_t wanted = 0;
    while (wanted == 0 || size < wanted) {
        struct pollfd polled = {.fd = connection, .events = POLLIN};
        if (poll(&polled, 1, TIMEOUT_MILLISECONDS) != 1)
            fail_msg("no answer in %d ms", TIMEOUT_MILLISECONDS);
        ssize_t received = recv(connection, text + size, RAW_MAX_ANSWER - 1 - size, 0);
        if (received <= 0)
            return 0;
        size += (size_t)received;
        text[size] = '\0';
        const char *end = strstr(text, "\r\n\r\n");
        const char *length = strstr(text, "Content-Length: ");
        if (wanted == 0 && end != NULL && length != NULL && length < end)
            wanted = (size_t)(end + 4 - text) + strtoul(length + 16, NULL, 10);
    }
    assert_memory_equal(text, VERSION, strlen(VERSION));
    return strtol(text + strlen(VERSION), NULL, 10);
}

void raw_stop_process(pid_t pid)
{
    int status;
    assert_int_equal(kill(pid, SIGSTOP), 0);
    assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
    assert_true(WIFSTOPPED(status));
}

void raw_continue_process(pid_t pid)
{
    assert_int_equal(kill(pid, SIGCONT), 0);
}
