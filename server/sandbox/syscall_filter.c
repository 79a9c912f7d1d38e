/* A list of what is allowed; of some calls only a part, by their arguments. All else is one of
   two things. What nobody calls by mistake, and who has taken over a process calls first
   (another program, another process' memory, another namespace, the kernel's own doors), ends
   the process: it is no longer ours, and the kernel's log names the call. Everything else fails
   with ENOSYS, as in a kernel that lacks it, for which the C library and others have another
   way: clone3, whose flags lie in memory where no filter can see them, becomes clone, whose
   flags are looked at.

   A thread can be made, a process cannot. Memory can be had, but none that can be executed.
   Sockets can be made to listen (TCP) or to tell systemd of our state (datagrams to a Unix
   socket), and none can connect: sending with MSG_FASTOPEN would be another way to.

   The names are those of every architecture; libseccomp leaves out what one has not. The kernel
   (5.11 and later) decides by one bit for calls that are allowed whatever their arguments,
   without running the filter: those of a hit are among them, but for the one that sends. */
#include "server/sandbox/syscall_filter.h"

#include <errno.h>
#include <linux/sched.h>
#include <linux/sockios.h>
#include <seccomp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])
#define SOCKET_TYPE_MASK 0xf /* the rest of socket's second argument are flags */

static const char *const allowed[] = {
    /* connections */
    "accept4", "bind", "epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_wait", "getpeername",
    "getsockname", "getsockopt", "listen", "poll", "ppoll", "recvfrom", "recvmsg", "sendfile",
    "setsockopt", "shutdown", "writev",
    /* files */
    "access", "close", "eventfd2", "faccessat", "faccessat2", "fadvise64", "fallocate", "fchmod",
    "fcntl", "fdatasync", "flock", "fstat", "fsync", "ftruncate", "getcwd", "getdents64",
    "inotify_add_watch", "inotify_init1", "inotify_rm_watch", "link", "linkat", "lseek", "lstat",
    "newfstatat", "open", "openat", "pread64", "pwrite64", "read", "readlink", "readlinkat",
    "rename", "renameat", "renameat2", "stat", "statx", "unlink", "unlinkat", "write",
    /* memory */
    "brk", "madvise", "mremap", "msync", "munmap",
    /* threads */
    "exit", "exit_group", "futex", "get_robust_list", "getcpu", "gettid", "membarrier", "rseq",
    "sched_getaffinity", "sched_yield", "set_robust_list",
    /* signals */
    "restart_syscall", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigtimedwait",
    "sigaltstack",
    /* time, where the kernel's page for it is of no use */
    "clock_getres", "clock_gettime", "clock_nanosleep", "gettimeofday", "nanosleep", "time",
    /* facts about the process and its machine */
    "getegid", "geteuid", "getgid", "getpid", "getppid", "getrandom", "getrlimit", "getrusage",
    "getuid", "sysinfo", "uname"};

static const char *const deadly[] = {
    /* other programs and processes */
    "execve", "execveat", "fork", "kcmp", "pidfd_getfd", "pidfd_open", "process_madvise",
    "process_vm_readv", "process_vm_writev", "ptrace", "vfork",
    /* another view of the system */
    "chroot", "fsconfig", "fsmount", "fsopen", "fspick", "mount", "mount_setattr", "move_mount",
    "open_by_handle_at", "open_tree", "pivot_root", "setns", "umount", "umount2", "unshare",
    /* other rights */
    "capset", "setfsgid", "setfsuid", "setgid", "setgroups", "setregid", "setresgid", "setresuid",
    "setreuid", "setuid",
    /* the kernel's doors */
    "add_key", "bpf", "delete_module", "finit_module", "init_module", "io_uring_enter",
    "io_uring_register", "io_uring_setup", "ioperm", "iopl", "kexec_file_load", "kexec_load",
    "keyctl", "modify_ldt", "perf_event_open", "personality", "reboot", "request_key", "swapoff",
    "swapon", "userfaultfd"};

/* Allowed where all of up to two arguments are so. `mask` 0: the argument is `value`. */
struct argument {
    unsigned number;
    uint64_t mask;
    uint64_t value;
};
struct partly_allowed {
    const char *name;
    unsigned n_arguments;
    struct argument arguments[2];
};

static const struct partly_allowed partly_allowed[] = {
    {"clone", 1, {{0, CLONE_THREAD, CLONE_THREAD}}},
    {"ioctl", 1, {{1, 0, FIONBIO}}},
    {"ioctl", 1, {{1, 0, TCGETS}}},
    {"mmap", 1, {{2, PROT_EXEC, 0}}},
    {"mprotect", 1, {{2, PROT_EXEC, 0}}},
    {"prctl", 1, {{0, 0, PR_SET_NAME}}},
    {"prlimit64", 1, {{0, 0, 0}}},
    {"sched_setscheduler", 1, {{1, 0, SCHED_IDLE}}},
    {"sendmsg", 1, {{2, MSG_FASTOPEN, 0}}},
    {"sendto", 1, {{3, MSG_FASTOPEN, 0}}},
    {"setpriority", 2, {{0, 0, PRIO_PROCESS}, {1, 0, 0}}},
    {"socket", 2, {{0, 0, AF_INET}, {1, SOCKET_TYPE_MASK, SOCK_STREAM}}},
    {"socket", 2, {{0, 0, AF_INET6}, {1, SOCKET_TYPE_MASK, SOCK_STREAM}}},
    {"socket", 2, {{0, 0, AF_UNIX}, {1, SOCKET_TYPE_MASK, SOCK_DGRAM}}},
};

/* Returns 0 or a negative errno. A name that this version of libseccomp does not know is of no
   kernel that it could filter for. */
static int add(scmp_filter_ctx filter, uint32_t action, const char *name, unsigned n_arguments,
               const struct scmp_arg_cmp *arguments)
{
    int number = seccomp_syscall_resolve_name(name);
    return number == __NR_SCMP_ERROR
               ? 0
               : seccomp_rule_add_array(filter, action, number, n_arguments, arguments);
}

/* The kernel takes 32 bits of an int, whatever stands in the rest of the register. */
static struct scmp_arg_cmp comparison(const struct argument *argument)
{
    const uint64_t mask = argument->mask != 0 ? argument->mask : UINT32_MAX;
    return (struct scmp_arg_cmp){argument->number, SCMP_CMP_MASKED_EQ, mask, argument->value};
}

static int add_partly(scmp_filter_ctx filter, const struct partly_allowed *call)
{
    struct scmp_arg_cmp arguments[N_ELEMENTS(call->arguments)];
    for (unsigned i = 0; i < call->n_arguments; i++)
        arguments[i] = comparison(&call->arguments[i]);
    return add(filter, SCMP_ACT_ALLOW, call->name, call->n_arguments, arguments);
}

/* Returns 0 or a negative errno. */
static int fill(scmp_filter_ctx filter)
{
    const struct argument no_thread = {0, CLONE_THREAD, 0};
    const struct argument ourselves = {0, 0, (uint64_t)getpid()};
    const struct scmp_arg_cmp is_process = comparison(&no_thread);
    const struct scmp_arg_cmp is_ours = comparison(&ourselves);
    int result = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    if (result == 0) /* a tree in place of a list: 36 ns instead of 60 where the filter is run */
        result = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    for (size_t i = 0; result == 0 && i < N_ELEMENTS(allowed); i++)
        result = add(filter, SCMP_ACT_ALLOW, allowed[i], 0, NULL);
    for (size_t i = 0; result == 0 && i < N_ELEMENTS(partly_allowed); i++)
        result = add_partly(filter, &partly_allowed[i]);
    for (size_t i = 0; result == 0 && i < N_ELEMENTS(deadly); i++)
        result = add(filter, SCMP_ACT_KILL_PROCESS, deadly[i], 0, NULL);
    if (result == 0)
        result = add(filter, SCMP_ACT_KILL_PROCESS, "clone", 1, &is_process);
    if (result == 0) /* how abort() ends a process */
        result = add(filter, SCMP_ACT_ALLOW, "tgkill", 1, &is_ours);
    return result;
}

int syscall_filter_enter(struct error *error)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
    if (filter == NULL)
        return error_out_of_memory(error);
    int result = fill(filter);
    if (result == 0)
        result = seccomp_load(filter);
    seccomp_release(filter);
    if (result == 0)
        return 0;
    return error_set(error,
                     "cannot filter system calls (seccomp): %s; the kernel has to be built with "
                     "CONFIG_SECCOMP_FILTER",
                     strerror(-result));
}
