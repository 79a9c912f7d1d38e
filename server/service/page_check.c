/* A thread that reads the file once, from its first page to its last. It stands back: it begins a
   second after the index was opened, so that the first answers from a cold disk have that to
   themselves (8 ms of 20 else), runs where the processor has nothing else to do (SCHED_IDLE), and
   after each MiB rests three times as long as that took. 760 MiB take some 2 s of a fast disk. It
   reads by the descriptor: what is not asked for stays out of the process' own pages.

   An index that is to take the place of another is checked before (page_check_all): there is
   something better to serve until then.

   A file that somebody writes to is index_watch.c's concern, and ends it. */
#define _GNU_SOURCE /* SCHED_IDLE */
#include "server/service/page_check.h"

#include "server/service/pacing.h"

#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PAGES_A_PIECE ((1 << 20) / INDEX_PAGE_BYTES)
#define RESTS_A_PIECE 3
/* Before a swap nobody waits for a disk, but those who answer may for this thread (pacing.h). */
#define PAGES_A_TURN ((1 << 18) / INDEX_PAGE_BYTES)
#define NANOSECONDS INT64_C(1000000000)
#define FIRST_REST NANOSECONDS

struct page_check {
    const struct index *index;
    const char *path;
    pthread_t thread;
    pthread_mutex_t mutex; /* guards the flag */
    pthread_cond_t over;
    bool is_over;
};

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * NANOSECONDS + time.tv_nsec;
}

/* Rests until then. Returns whether it is to go on. */
static bool rest(struct page_check *check, int64_t until)
{
    const struct timespec time = {.tv_sec = until / NANOSECONDS, .tv_nsec = until % NANOSECONDS};
    pthread_mutex_lock(&check->mutex);
    while (!check->is_over && now() < until)
        pthread_cond_timedwait(&check->over, &check->mutex, &time);
    bool goes_on = !check->is_over;
    pthread_mutex_unlock(&check->mutex);
    return goes_on;
}

static void say_damage(const struct page_check *check, const struct index_pages_state *pages)
{
    if (!index_is_unchanged(check->index))
        return;
    fprintf(stderr,
            "cratedex-server: %s is damaged: %" PRIu32 " of its pages so far, page %" PRIu32
            " is the first: answers that need them get 500; restore it or build it again\n",
            check->path, pages->n_damaged, pages->first_damaged);
}

static void *run(void *context)
{
    struct page_check *check = context;
    const struct sched_param idle = {.sched_priority = 0};
    struct error error;
    uint32_t n_said = 0;
    int64_t next = 1;
    (void)pthread_setschedparam(pthread_self(), SCHED_IDLE, &idle);
    for (bool goes_on = rest(check, now() + FIRST_REST); goes_on && next > 0;) {
        struct index_pages_state pages;
        int64_t begin = now();
        next = index_check_pages(check->index, (uint32_t)next, PAGES_A_PIECE, &error);
        int64_t end = now();
        index_pages_state(check->index, &pages);
        /* The first is said at once, the others together. */
        if (pages.n_damaged > n_said && (n_said == 0 || next <= 0)) {
            say_damage(check, &pages);
            n_said = pages.n_damaged;
        }
        goes_on =
            index_is_unchanged(check->index) && rest(check, end + RESTS_A_PIECE * (end - begin));
    }
    if (next < 0 && index_is_unchanged(check->index))
        fprintf(stderr, "cratedex-server: %s\n", error.message);
    return NULL;
}

int page_check_all(const struct index *index, const char *path, const atomic_bool *is_over,
                   struct error *error)
{
    struct index_pages_state pages = {.n_damaged = 0};
    struct pacing pacing;
    pacing_begin(&pacing);
    for (int64_t next = 1; next > 0 && pages.n_damaged == 0 && !atomic_load(is_over);) {
        next = index_check_pages(index, (uint32_t)next, PAGES_A_TURN, error);
        if (next < 0)
            return error_mark_transient(error);
        index_pages_state(index, &pages);
        pacing_rest(&pacing);
    }
    if (pages.n_damaged == 0)
        return 0;
    return error_set(error,
                     "%s is damaged: page %" PRIu32
                     " is not as it was written; restore it or build it again",
                     path, pages.first_damaged);
}

struct page_check *page_check_start(const struct index *index, const char *path,
                                    struct error *error)
{
    struct page_check *check = calloc(1, sizeof *check);
    if (check == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    check->index = index;
    check->path = path;
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&check->mutex, NULL);
    pthread_cond_init(&check->over, &attributes);
    pthread_condattr_destroy(&attributes);
    int result = pthread_create(&check->thread, NULL, run, check);
    if (result == 0)
        return check;
    error_set(error, "cannot start a thread: %s", strerror(result));
    pthread_cond_destroy(&check->over);
    pthread_mutex_destroy(&check->mutex);
    free(check);
    return NULL;
}

void page_check_stop(struct page_check *check)
{
    if (check == NULL)
        return;
    pthread_mutex_lock(&check->mutex);
    check->is_over = true;
    pthread_cond_signal(&check->over);
    pthread_mutex_unlock(&check->mutex);
    pthread_join(check->thread, NULL);
    pthread_cond_destroy(&check->over);
    pthread_mutex_destroy(&check->mutex);
    free(check);
}
