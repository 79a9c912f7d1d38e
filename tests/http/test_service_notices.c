/* What the server tells its service manager where that does not listen. */
#include "tests/support/service_manager_scene.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define TIMEOUT_MILLISECONDS 60000
#define SERVES " was reloaded: serving "

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_for_no_manager),
    };
    return cmocka_run_group_tests_name("service notices", tests, NULL, NULL);
}
