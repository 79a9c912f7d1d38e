/* A server that is to be sandboxed by a kernel that cannot. Such kernels are played by a filter of
   this process, which its servers inherit: it fails the calls that they lack. */
#include "tests/support/program.h"
#include "tests/support/served_file.h"

#include <errno.h>
#include <seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include <cmocka.h>

/* From now on the kernel has no such call; `first`: only with this first argument, or NULL. */
static void take_away(const char *name, int reason, const struct scmp_arg_cmp *first)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    assert_non_null(filter);
    assert_int_equal(seccomp_rule_add_array(filter, SCMP_ACT_ERRNO((uint16_t)reason),
                                            seccomp_syscall_resolve_name(name), first != NULL,
                                            first),
                     0);
    assert_int_equal(seccomp_load(filter), 0);
    seccomp_release(filter);
}

static void serves_without_landlock_and_says_so(void **state)
{
    struct served_file file;
    (void)state;
    take_away("landlock_create_ruleset", EOPNOTSUPP, NULL); /* there, but not turned on */
    served_file_make(&file);
    served_file_start(&file, (const char *const[]){"--sandbox", "yes", NULL});
    served_file_await_said(&file, "--sandbox: this kernel has no Landlock", 1);
    assert_int_equal(http_fixture_status(&file.http, "/api/v1/crates/serde"), 200);
    served_file_end(&file);
}

static void does_not_start_without_seccomp(void **state)
{
    const struct scmp_arg_cmp sets_filter = {0, SCMP_CMP_EQ, PR_SET_SECCOMP, 0};
    const char *const arguments[] = {"cratedex-server", "--index",   test_index(), "--listen",
                                     "127.0.0.1:0",     "--sandbox", "yes",        NULL};
    const struct program_options options = {.arguments = arguments};
    struct program_run run;
    (void)state;
    take_away("prctl", EINVAL, &sets_filter);
    take_away("seccomp", ENOSYS, NULL);
    program_run(&options, &run);
    assert_int_equal(run.status, 1);
    assert_string_equal(run.out, "");
    if (strstr(run.error_out, "--sandbox: cannot filter system calls (seccomp): ") == NULL)
        fail_msg("%s", run.error_out);
    program_run_free(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(serves_without_landlock_and_says_so),
        cmocka_unit_test(does_not_start_without_seccomp), /* there can be no filter after it */
    };
    /* At its end LeakSanitizer makes a process that traces the server: nothing may do that. */
    setenv("LSAN_OPTIONS", "detect_leaks=0", 1);
    return cmocka_run_group_tests_name("sandbox_missing", tests, NULL, NULL);
}
