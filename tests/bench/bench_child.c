/* The child's output comes through one pipe, which is read to its end before the child is waited
   for, so that neither waits for the other. Why it cannot be run comes through another, which exec
   closes. The kernel ends the child when this program ends, by whatever, and rm(1) removes the
   folder where a signal ends it: SIGKILL alone leaves it. */
#define _GNU_SOURCE /* pipe2, _Fork */
#include "tests/bench/bench_child.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static int read_to_end(int descriptor, msgpack_sbuffer *output)
{
    char bytes[65536];
    for (;;) {
        ssize_t n_read = read(descriptor, bytes, sizeof bytes);
        if (n_read == 0)
            return 0;
        if (n_read < 0 && errno == EINTR)
            continue;
        if (n_read < 0 || msgpack_sbuffer_write(output, bytes, (size_t)n_read) != 0)
            return -1;
    }
}

static int wait_for(pid_t child, const char *program, struct error *error)
{
    int status;
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR)
            return error_set(error, "%s: %s", program, strerror(errno));
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    if (WIFEXITED(status))
        return error_set(error, "%s: exit status %d", program, WEXITSTATUS(status));
    return error_set(error, "%s: ended by a signal", program);
}

/* In the child: becomes the program, or says why not. */
static _Noreturn void become(char *const arguments[], int output, int faults, pid_t parent)
{
    char beside[256];
    if (prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 && getppid() == parent &&
        dup2(output, STDOUT_FILENO) >= 0) {
        (void)execvp(arguments[0], arguments);
        if (errno == ENOENT &&
            snprintf(beside, sizeof beside, "/usr/sbin/%s", arguments[0]) < (int)sizeof beside)
            (void)execv(beside, arguments);
    }
    int fault = errno;
    ssize_t written = write(faults, &fault, sizeof fault);
    _exit(written == sizeof fault ? 127 : 126);
}

pid_t bench_child_start(char *const arguments[], int output, struct error *error)
{
    int ends[2];
    int fault = 0;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return error_set(error, "cannot make a pipe: %s", strerror(errno));
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == 0)
        become(arguments, output, ends[1], parent);
    if (child < 0)
        fault = errno;
    close(ends[1]);
    while (child > 0 && read(ends[0], &fault, sizeof fault) < 0 && errno == EINTR)
        ;
    close(ends[0]);
    if (fault == 0)
        return child;
    while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
        ;
    return error_set(error, "cannot run %s: %s", arguments[0], strerror(fault));
}

int bench_child_run(char *const arguments[], msgpack_sbuffer *output, struct error *error)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return error_set(error, "cannot make a pipe: %s", strerror(errno));
    pid_t child = bench_child_start(arguments, ends[1], error);
    close(ends[1]);
    int status = child > 0 ? 0 : -1;
    if (child > 0 && read_to_end(ends[0], output) != 0)
        status = error_set(error, "%s: its output cannot be read", arguments[0]);
    close(ends[0]);
    struct error why;
    if (child > 0 && wait_for(child, arguments[0], &why) != 0 && status == 0)
        status = error_set(error, "%s", why.message);
    return status;
}

static const int ending_signals[] = {SIGHUP, SIGINT, SIGTERM};
#define N_ENDING_SIGNALS (sizeof ending_signals / sizeof *ending_signals)

static char open_folder[BENCH_FOLDER_MAX];

/* Only what signal-safety(7) allows, and _Fork, which glibc made for that. The signal was reset,
   and ends us. */
static void remove_folder_and_end(int signal_number)
{
    pid_t child = _Fork();
    if (child == 0) {
        (void)execl("/bin/rm", "rm", "-rf", "--", open_folder, (char *)NULL);
        _exit(127);
    }
    if (child > 0)
        (void)waitpid(child, NULL, 0);
    (void)raise(signal_number);
}

/* An ignored signal, as under nohup(1), stays ignored. */
static void set_ending(void (*from)(int), void (*to)(int))
{
    for (size_t i = 0; i < N_ENDING_SIGNALS; i++) {
        struct sigaction found;
        struct sigaction action = {.sa_handler = to, .sa_flags = (int)SA_RESETHAND};
        if (sigaction(ending_signals[i], NULL, &found) == 0 && found.sa_handler == from)
            (void)sigaction(ending_signals[i], &action, NULL);
    }
}

int bench_folder_create(char folder[BENCH_FOLDER_MAX], struct error *error)
{
    const char *parent = getenv("TMPDIR");
    int length = snprintf(folder, BENCH_FOLDER_MAX, "%s/cratedex-bench-XXXXXX",
                          parent != NULL ? parent : "/tmp");
    if (length < 0 || length >= BENCH_FOLDER_MAX) {
        folder[0] = '\0'; /* what was cut off may be somebody's folder */
        return error_set(error, "TMPDIR is too long");
    }
    if (mkdtemp(folder) == NULL) {
        error_set(error, "cannot make a folder %s: %s", folder, strerror(errno));
        folder[0] = '\0';
        return -1;
    }
    memcpy(open_folder, folder, BENCH_FOLDER_MAX);
    set_ending(SIG_DFL, remove_folder_and_end);
    return 0;
}

void bench_folder_remove(const char *folder)
{
    DIR *listing = opendir(folder);
    if (listing == NULL)
        return;
    const struct dirent *entry;
    while ((entry = readdir(listing)) != NULL)
        (void)unlinkat(dirfd(listing), entry->d_name, 0); /* `.` and `..` refuse */
    closedir(listing);
    (void)rmdir(folder);
    set_ending(remove_folder_and_end, SIG_DFL);
}

int bench_folder_write(const char *folder, const char *name, const void *bytes, size_t size,
                       struct error *error)
{
    char path[BENCH_FOLDER_MAX + 256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    if (file == NULL)
        return error_set(error, "%s: %s", path, strerror(errno));
    size_t written = fwrite(bytes, 1, size, file);
    if (fclose(file) != 0 || written != size)
        return error_set(error, "%s: cannot be written", path);
    return 0;
}
