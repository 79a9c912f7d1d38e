/* The main thread has the signals that mean something blocked from before any other thread exists,
   and takes them with sigtimedwait: no handler of a signal runs but the one for mapped files that
   are cut (mapped_fault.h). Waiting wakes up ten times a second for what comes with the clock.
   Nothing here waits for whoever reads what the server prints, or it would take no signal then.

   Before it waits, the main thread is busy with the start, which takes long where a large index has
   a signature; behind it with the stop, which waits for threads that may read from what does not
   answer. Meanwhile another thread waits for those that end the process: it ends a start at once,
   and leaves a stop a moment, in which logs and counted downloads are written as a rule.

   A terminal that hangs up sends HUP, and so does whoever wants a reload. The two are told apart by
   the terminal: a descriptor of it is kept, on which a hang-up shows. */
#include "server/signals.h"

#include "server/process.h"
#include "server/service/monotonic.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define GRACE_SECONDS 10
#define TURN_MILLISECONDS 100
#define DRAIN_MILLISECONDS 10 /* between two looks whether all are answered */

#define LAST_MOMENT_MILLISECONDS 500 /* for a stop that is urgent */

/* Ends the thread that waits during the start, or the stop; ignored in every other. */
#define IS_OVER SIGUSR2

static const int ending[] = {SIGTERM, SIGINT, SIGQUIT};

/* Those that would end the process, but for faults of its own and those of a shell's job control;
   and the two that would stop it for using its terminal. */
static const int ignored[] = {SIGUSR2,   SIGPIPE, SIGALRM, SIGVTALRM, SIGPROF, SIGIO,
                              SIGSTKFLT, SIGPWR,  SIGXCPU, SIGXFSZ,   SIGTTIN, SIGTTOU};

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])

static void fill_ending(sigset_t *set)
{
    sigemptyset(set);
    for (size_t i = 0; i < N_ELEMENTS(ending); i++)
        sigaddset(set, ending[i]);
}

/* The C library keeps the first real-time signals for its own use and cannot be asked to ignore
   them. It takes the second one from its first thread on; the first would end the process. */
static void ignore_reserved(int number)
{
    const struct {
        void (*handler)(int);
        unsigned long flags;
        void (*restorer)(void);
        unsigned long mask[2];
    } action = {.handler = SIG_IGN};
    syscall(SYS_rt_sigaction, number, &action, NULL, (size_t)_NSIG / 8);
}

static int ignore_others(void)
{
    for (size_t i = 0; i < N_ELEMENTS(ignored); i++)
        if (signal(ignored[i], SIG_IGN) == SIG_ERR)
            return -1;
    for (int number = __SIGRTMIN; number < SIGRTMIN; number++)
        ignore_reserved(number);
    for (int number = SIGRTMIN; number <= SIGRTMAX; number++)
        if (signal(number, SIG_IGN) == SIG_ERR)
            return -1;
    return 0;
}

/* Returns the signal that has come: one of those that end, or IS_OVER. */
static int await_end(void)
{
    int number;
    sigset_t set;
    fill_ending(&set);
    sigaddset(&set, IS_OVER);
    return sigwait(&set, &number) == 0 ? number : IS_OVER;
}

static void *end_within_start(void *context)
{
    (void)context;
    if (await_end() != IS_OVER)
        _exit(0);
    return NULL;
}

static void *end_within_stop(void *context)
{
    const struct signals *signals = context;
    const struct timespec moment = {.tv_nsec = LAST_MOMENT_MILLISECONDS * 1000000L};
    sigset_t set;
    if (!signals->is_urgent && await_end() == IS_OVER)
        return NULL;
    sigemptyset(&set);
    sigaddset(&set, IS_OVER);
    if (sigtimedwait(&set, NULL, &moment) != IS_OVER)
        _exit(0);
    return NULL;
}

/* The thread begins with IS_OVER blocked, or that would be lost before it waits. Returns 0, or why
   not. */
static int begin_ender(struct signals *signals, void *(*run)(void *))
{
    sigset_t set;
    sigset_t before;
    sigemptyset(&set);
    sigaddset(&set, IS_OVER);
    pthread_sigmask(SIG_BLOCK, &set, &before);
    int reason = pthread_create(&signals->ender, NULL, run, signals);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    signals->has_ender = reason == 0;
    return reason;
}

static void end_ender(struct signals *signals)
{
    if (!signals->has_ender)
        return;
    pthread_kill(signals->ender, IS_OVER);
    pthread_join(signals->ender, NULL);
    signals->has_ender = false;
}

int signals_begin_start(struct signals *signals, struct error *error)
{
    int reason = begin_ender(signals, end_within_start);
    return reason == 0 ? 0 : error_set(error, "cannot start a thread: %s", strerror(reason));
}

int signals_begin(struct signals *signals, struct error *error)
{
    struct sigaction hangup;
    fill_ending(&signals->awaited);
    sigaddset(&signals->awaited, SIGHUP);
    sigaddset(&signals->awaited, SIGUSR1);
    if (sigprocmask(SIG_BLOCK, &signals->awaited, NULL) != 0 ||
        sigaction(SIGHUP, NULL, &hangup) != 0 || ignore_others() != 0)
        return error_set(error, "cannot set up signals: %s", strerror(errno));
    signals->is_urgent = false;
    signals->ignores_hangup = hangup.sa_handler == SIG_IGN;
    signals->terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    return 0;
}

void signals_end_start(struct signals *signals)
{
    end_ender(signals);
}

/* Without a thread more the stop takes as long as it takes. */
void signals_begin_stop(struct signals *signals)
{
    (void)begin_ender(signals, end_within_stop);
}

void signals_end_stop(struct signals *signals)
{
    end_ender(signals);
}

/* Whether HUP is the terminal's last word. */
static bool has_hung_up(const struct signals *signals)
{
    struct pollfd polled = {.fd = signals->terminal};
    return !signals->ignores_hangup && signals->terminal >= 0 && poll(&polled, 1, 0) == 1 &&
           (polled.revents & (POLLHUP | POLLERR)) != 0;
}

enum phase {
    SERVING,
    GIVING_NOTICE, /* that the end comes */
    DRAINING
};

/* Looks after the server for so long, or until it is drained. Returns whether a signal that ends
   the phase has come. Where it ends already, a terminal's HUP is no second signal. */
static bool attend(const struct signals *signals, struct process *process, enum phase phase,
                   double seconds)
{
    const long milliseconds = phase == DRAINING ? DRAIN_MILLISECONDS : TURN_MILLISECONDS;
    const struct timespec moment = {.tv_nsec = milliseconds * 1000000};
    const double end = monotonic_seconds() + seconds;
    double next_turn = 0;
    for (;;) {
        int number = sigtimedwait(&signals->awaited, NULL, &moment);
        double now = monotonic_seconds();
        if (number == SIGUSR1)
            process_reopen_logs(process);
        else if (number == SIGHUP && phase != SERVING)
            continue;
        else if (number == SIGHUP && !has_hung_up(signals))
            process_reload(process);
        else if (number > 0)
            return true;
        if (now >= end || (phase == DRAINING && process_is_drained(process)))
            return false;
        if (now < next_turn)
            continue;
        process_turn(process);
        next_turn = now + TURN_MILLISECONDS / 1e3;
    }
}

void signals_wait(struct signals *signals, struct process *process, double delay_seconds)
{
    attend(signals, process, SERVING, INFINITY);
    process_begin_end(process);
    signals->is_urgent =
        delay_seconds > 0 && attend(signals, process, GIVING_NOTICE, delay_seconds);
    if (signals->is_urgent)
        return;
    process_drain(process);
    signals->is_urgent = attend(signals, process, DRAINING, GRACE_SECONDS);
}
