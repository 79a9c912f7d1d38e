/* The main thread has the signals that mean something blocked from before any other thread exists,
   and takes them with sigtimedwait: no handler of a signal runs but the one for mapped files that
   are cut (mapped_fault.h). Waiting wakes up ten times a second for what comes with the clock.
   Nothing here waits for whoever reads what the server prints, or it would take no signal then.

   Before it waits, the main thread is busy with the start, which takes long where a large index has
   a signature. Meanwhile another thread waits for those that end the process.

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

/* Ends the thread that waits during the start; ignored in every other. */
#define START_IS_OVER SIGUSR2

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

static void *end_within_start(void *context)
{
    int number;
    sigset_t set;
    (void)context;
    fill_ending(&set);
    sigaddset(&set, START_IS_OVER);
    if (sigwait(&set, &number) == 0 && number != START_IS_OVER)
        _exit(0);
    return NULL;
}

/* The thread begins with START_IS_OVER blocked, or that would be lost before it waits. */
int signals_begin_start(struct signals *signals, struct error *error)
{
    sigset_t set;
    sigset_t before;
    sigemptyset(&set);
    sigaddset(&set, START_IS_OVER);
    pthread_sigmask(SIG_BLOCK, &set, &before);
    int reason = pthread_create(&signals->starter, NULL, end_within_start, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
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
    signals->ignores_hangup = hangup.sa_handler == SIG_IGN;
    signals->terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    return 0;
}

void signals_end_start(struct signals *signals)
{
    pthread_kill(signals->starter, START_IS_OVER);
    pthread_join(signals->starter, NULL);
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

void signals_wait(const struct signals *signals, struct process *process, double delay_seconds)
{
    attend(signals, process, SERVING, INFINITY);
    process_begin_end(process);
    if (delay_seconds > 0 && attend(signals, process, GIVING_NOTICE, delay_seconds))
        return;
    process_drain(process);
    attend(signals, process, DRAINING, GRACE_SECONDS);
}
