/* What the server tells its service manager where that does not listen, and at the end. */
#include "tests/support/service_manager_scene.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define TIMEOUT_MILLISECONDS 60000
#define SERVES " was reloaded: serving "
#define WATCHDOG_MICROSECONDS "200000" /* fed at every turn */

/* Takes the next message but for those of another kind, which must begin so. */
static void expect_behind(const struct manager *manager, const char *others, const char *beginning)
{
    char message[MANAGER_MESSAGE_SIZE];
    do
        assert_true(manager_receive(manager, TIMEOUT_MILLISECONDS, message));
    while (strncmp(message, others, strlen(others)) == 0);
    if (strncmp(message, beginning, strlen(beginning)) != 0)
        fail_msg("told was: %s", message);
}

/* Its signals are taken, and what it is now is told when there is room again. */
static void waits_for_no_manager(void **state)
{
    (void)state;
    struct manager manager;
    manager_open(&manager, NULL, NULL);
    const pid_t pid = manager.file.http.server.pid;
    manager_expect(&manager, "READY=1", "");
    manager_fill(&manager);
    for (unsigned n = 1; n <= 2; n++) {
        assert_int_equal(kill(pid, SIGHUP), 0);
        served_file_await_said(&manager.file, SERVES, n);
    }
    manager_empty(&manager);
    expect_behind(&manager, "RELOADING=1", "READY=1\nSTATUS=http://");

    manager_fill(&manager);
    assert_int_equal(kill(pid, SIGTERM), 0);
    manager_await_end(&manager);
}

/* Writes a line and, once somebody has read it, no more: who opens the pipe later finds nothing. */
static void end_pipe(int writer)
{
    const struct timespec moment = {.tv_nsec = 2000000};
    int n_unread = 1;
    assert_int_equal(write(writer, "\n", 1), 1);
    while (n_unread > 0) {
        assert_int_equal(ioctl(writer, FIONREAD, &n_unread), 0);
        nanosleep(&moment, NULL);
    }
    close(writer);
}

/* Neither is the reload that runs told of, nor begins the one that waits for it. */
static void says_nothing_behind_its_end(void **state)
{
    (void)state;
    struct manager manager;
    char folder[FOLDER_PATH_SIZE];
    char config[FOLDER_PATH_SIZE];
    char fifo[FOLDER_PATH_SIZE];
    char text[FOLDER_PATH_SIZE + 16];
    const char *arguments[] = {"--config", config, "--drain-delay", "600", NULL};
    folder_make(folder);
    folder_join(config, folder, "server.conf");
    file_write(config, "", 0);
    assert_int_equal(mkfifo(folder_join(fifo, folder, "ranking"), 0600), 0);
    manager_open(&manager, WATCHDOG_MICROSECONDS, arguments);
    const pid_t pid = manager.file.http.server.pid;
    expect_behind(&manager, "WATCHDOG=1", "READY=1");

    int writer = open(fifo, O_RDWR | O_CLOEXEC); /* until it has written, the reload waits */
    assert_true(writer >= 0);
    int length = snprintf(text, sizeof text, "ranking = %s\n", fifo);
    file_write(config, text, (size_t)length);
    assert_int_equal(kill(pid, SIGHUP), 0);
    expect_behind(&manager, "WATCHDOG=1", "RELOADING=1");
    assert_int_equal(kill(pid, SIGHUP), 0); /* has the lower number: it is taken first */
    assert_int_equal(kill(pid, SIGTERM), 0);
    expect_behind(&manager, "WATCHDOG=1", "STOPPING=1\nSTATUS=");
    assert_int_equal(kill(pid, SIGHUP), 0);
    end_pipe(writer);
    served_file_await_said(&manager.file, SERVES, 1);
    for (int i = 0; i < 3; i++)
        manager_expect(&manager, "WATCHDOG=1", "");
    assert_int_equal(kill(pid, SIGTERM), 0);
    manager_await_end(&manager);
    folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_for_no_manager),
        cmocka_unit_test(says_nothing_behind_its_end),
    };
    return cmocka_run_group_tests_name("service notices", tests, NULL, NULL);
}
