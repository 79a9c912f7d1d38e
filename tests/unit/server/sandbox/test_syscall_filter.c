/* What the filter lets through, tried by a process each that has entered it. */
#define _GNU_SOURCE /* SOCK_CLOEXEC, syscall, sched_setscheduler */

#include "server/sandbox/syscall_filter.h"

#include "tests/support/child_process.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])
#define NOT_ENTERED 99

static int (*tried)(void);

static int enter_and_try(void)
{
    struct error error;
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    return syscall_filter_enter(&error) == 0 ? tried() : NOT_ENTERED;
}

/* How a process ends that enters the filter and tries something: what that returned, or 128 and the
   signal. */
static int end_of(int (*attempt)(void))
{
    tried = attempt;
    return child_process_end(enter_and_try);
}

/* What nobody but an attacker calls. */
static int number_tried;

static int try_number(void)
{
    /* All that is wrong with these arguments a kernel that lets them through says by errno. */
    return syscall(number_tried, 0, 0, 0, 0, 0) == -1 ? errno : 0;
}

static void ends_who_calls_what_is_for_attackers(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int number;
    } cases[] = {
        {"execve", SYS_execve},
        {"execveat", SYS_execveat},
        {"ptrace", SYS_ptrace},
        {"process_vm_readv", SYS_process_vm_readv},
        {"process_vm_writev", SYS_process_vm_writev},
        {"unshare", SYS_unshare},
        {"setns", SYS_setns},
        {"mount", SYS_mount},
        {"umount2", SYS_umount2},
        {"pivot_root", SYS_pivot_root},
        {"chroot", SYS_chroot},
        {"bpf", SYS_bpf},
        {"perf_event_open", SYS_perf_event_open},
        {"userfaultfd", SYS_userfaultfd},
        {"io_uring_setup", SYS_io_uring_setup},
        {"keyctl", SYS_keyctl},
        {"init_module", SYS_init_module},
        {"kexec_load", SYS_kexec_load},
        {"setuid", SYS_setuid},
        {"setgroups", SYS_setgroups},
        {"capset", SYS_capset},
        {"personality", SYS_personality},
        {"pidfd_open", SYS_pidfd_open},
        {"fork, as clone does it", SYS_clone},
#ifdef SYS_fork
        {"fork", SYS_fork},
        {"vfork", SYS_vfork},
#endif
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        number_tried = cases[i].number;
        int end = end_of(try_number);
        if (end != 128 + SIGSYS)
            fail_msg("%s: %d", cases[i].name, end);
    }
}

/* 0 where a call fails with ENOSYS, as it is to. */
static int is_missing(long result)
{
    return result == -1 && errno == ENOSYS ? 0 : 1;
}

static int connect_somewhere(void)
{
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return 2;
    return is_missing(connect(descriptor, (const struct sockaddr *)&address, sizeof address)) +
           is_missing(sendto(descriptor, "x", 1, MSG_FASTOPEN | MSG_NOSIGNAL,
                             (const struct sockaddr *)&address, sizeof address));
}

static int send_message_to_somewhere(void)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const struct msghdr message = {.msg_name = &address, .msg_namelen = sizeof address};
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return is_missing(sendmsg(descriptor, &message, MSG_FASTOPEN | MSG_NOSIGNAL));
}

static int make_datagram_socket(void)
{
    return is_missing(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0)) +
           is_missing(socket(AF_INET6, SOCK_RAW, 0));
}

static int make_other_sockets(void)
{
    return is_missing(socket(AF_NETLINK, SOCK_RAW, 0)) +
           is_missing(socket(AF_PACKET, SOCK_RAW, 0)) + is_missing(socket(AF_UNIX, SOCK_STREAM, 0));
}

static int map_code(void)
{
    const size_t size = 4096;
    void *mapped = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED)
        return 2;
    return is_missing(mprotect(mapped, size, PROT_READ | PROT_EXEC)) +
           (mmap(NULL, size, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
            MAP_FAILED);
}

static int signal_others(void)
{
    return is_missing(kill(getppid(), 0)) +
           is_missing(syscall(SYS_tgkill, getppid(), getppid(), 0));
}

static int limit_others(void)
{
    struct rlimit limit;
    return is_missing(syscall(SYS_prlimit64, getppid(), RLIMIT_NOFILE, NULL, &limit)) +
           is_missing(setpriority(PRIO_PROCESS, (id_t)getppid(), 19));
}

static int become_urgent(void)
{
    const struct sched_param first = {.sched_priority = 1};
    return is_missing(sched_setscheduler(0, SCHED_FIFO, &first));
}

static int change_names(void)
{
    return is_missing(mkdirat(AT_FDCWD, "nowhere", 0700)) + is_missing(symlink("a", "nowhere")) +
           is_missing(chmod("/", 0755)) + is_missing(chown("/", 0, 0)) +
           is_missing(truncate("nowhere", 0));
}

static int change_itself(void)
{
    return is_missing(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)) +
           is_missing(prctl(PR_SET_SECCOMP, 2, NULL, 0, 0));
}

static void lacks_what_no_server_needs(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        int (*attempt)(void);
    } cases[] = {
        {"connecting", connect_somewhere},
        {"connecting by a message", send_message_to_somewhere},
        {"sockets of datagrams", make_datagram_socket},
        {"other sockets", make_other_sockets},
        {"code", map_code},
        {"signals to others", signal_others},
        {"limits of others", limit_others},
        {"urgency", become_urgent},
        {"names of other kinds", change_names},
        {"the process itself", change_itself},
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        int end = end_of(cases[i].attempt);
        if (end != 0)
            fail_msg("%s: %d", cases[i].what, end);
    }
}

static void *touch_memory(void *context)
{
    const struct sched_param idle = {.sched_priority = 0};
    size_t size = (size_t)8 << 20;
    char *bytes = malloc(size);
    if (bytes == NULL)
        return NULL;
    memset(bytes, 1, size);
    free(bytes);
    return setpriority(PRIO_PROCESS, 0, 5) == 0 &&
                   pthread_setschedparam(pthread_self(), SCHED_IDLE, &idle) == 0
               ? context
               : NULL;
}

static int run_threads(void)
{
    pthread_t threads[4];
    bool is_well = true;
    for (size_t i = 0; i < N_ELEMENTS(threads); i++)
        if (pthread_create(&threads[i], NULL, touch_memory, threads) != 0)
            return 1;
    for (size_t i = 0; i < N_ELEMENTS(threads); i++) {
        void *result = NULL;
        is_well &= pthread_join(threads[i], &result) == 0 && result == threads;
    }
    return is_well ? 0 : 2;
}

static int listen_for_clients(void)
{
    const int on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    return descriptor >= 0 &&
                   setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
                   bind(descriptor, (const struct sockaddr *)&address, sizeof address) == 0 &&
                   listen(descriptor, 8) == 0 && accept4(descriptor, NULL, NULL, 0) == -1 &&
                   errno == EAGAIN && socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) >= 0
               ? 0
               : 1;
}

/* As in a process whose vdso has been taken away. */
static int ask_the_kernel_for_the_time(void)
{
    struct timespec now;
    return syscall(SYS_clock_gettime, CLOCK_REALTIME, &now) == 0 ? 0 : 1;
}

static int wait_for_a_signal(void)
{
    const struct timespec none = {0};
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    return sigtimedwait(&signals, NULL, &none) == -1 && errno == EAGAIN ? 0 : 1;
}

static void lets_a_server_serve(void **state)
{
    (void)state;
    static int (*const attempts[])(void) = {run_threads, listen_for_clients,
                                            ask_the_kernel_for_the_time, wait_for_a_signal};
    for (size_t i = 0; i < N_ELEMENTS(attempts); i++)
        assert_int_equal(end_of(attempts[i]), 0);
}

static int end_by_abort(void)
{
    signal(SIGABRT, SIG_DFL);
    raise(SIGABRT);
    return 0;
}

static void lets_a_process_end_itself(void **state)
{
    (void)state;
    assert_int_equal(end_of(end_by_abort), 128 + SIGABRT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends_who_calls_what_is_for_attackers),
        cmocka_unit_test(lacks_what_no_server_needs),
        cmocka_unit_test(lets_a_server_serve),
        cmocka_unit_test(lets_a_process_end_itself),
    };
    return cmocka_run_group_tests_name("syscall_filter", tests, NULL, NULL);
}
