/* The main thread has SIGTERM and SIGINT blocked from before any other thread exists and takes them
   with sigtimedwait: no handler of a signal runs but the one for mapped files that are cut
   (mapped_fault.h). Waiting wakes up some times a second to look at the memory, and once for all
   else that comes with the clock. Nothing here waits for whoever reads what the server prints, or
   it would take no signal then. */
#include "server/signals.h"

#include "server/process.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#define GRACE_SECONDS 10
#define POLL_MILLISECONDS 10
#define TICKS_A_SECOND 10

static void fill(sigset_t *signals)
{
    sigemptyset(signals);
    sigaddset(signals, SIGTERM);
    sigaddset(signals, SIGINT);
}

int signals_block(struct error *error)
{
    sigset_t signals;
    fill(&signals);
    if (sigprocmask(SIG_BLOCK, &signals, NULL) == 0 && signal(SIGPIPE, SIG_IGN) != SIG_ERR)
        return 0;
    return error_set(error, "cannot set up signals: %s", strerror(errno));
}

/* Returns after the first signal. */
static void wait_for_end(struct process *process, const sigset_t *signals)
{
    const struct timespec while_waiting = {.tv_nsec = 1000000000L / TICKS_A_SECOND};
    for (unsigned n = 1; sigtimedwait(signals, NULL, &while_waiting) < 0; n++) {
        process_look_at_memory(process);
        if (n % TICKS_A_SECOND == 0)
            process_tick(process);
    }
}

static void drain(struct process *process, const sigset_t *signals)
{
    const struct timespec moment = {.tv_nsec = POLL_MILLISECONDS * 1000000L};
    process_refuse_connections(process);
    for (int i = 0; i < GRACE_SECONDS * 1000 / POLL_MILLISECONDS; i++)
        if (sigtimedwait(signals, NULL, &moment) >= 0 || process_n_running(process) == 0)
            return;
}

void signals_wait(struct process *process)
{
    sigset_t signals;
    fill(&signals);
    wait_for_end(process, &signals);
    drain(process, &signals);
}
