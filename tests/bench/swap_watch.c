/* All is done by the thread that asks, between two answers, so that what was asked before and after
   needs one clock and no lock:

       warm up ─▶ swapping ── first new answer ──▶ settling ── a second ──▶ quiet ─▶ swapping …

   The path leads to an index by a symbolic link, which a rename replaces: then the indexes stay
   where they are, and nothing is copied. */
#include "tests/bench/swap_watch.h"

#include "tests/bench/bench.h"
#include "tests/bench/bench_memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECOND UINT64_C(1000000000)
#define LONGEST_SWAP (60 * SECOND)
#define FIRST_CAPACITY 65536

enum { WARM_UP, SWAPPING, SETTLING, QUIET };

static int end(struct swap_watch *watch, const char *what)
{
    return error_set(&watch->error, "%s: %s", what, strerror(errno));
}

/* Puts index number `served` at the path. */
static int put(struct swap_watch *watch)
{
    char next[4096];
    snprintf(next, sizeof next, "%s.next", watch->path);
    (void)unlink(next);
    if (symlink(watch->index_paths[watch->served], next) != 0)
        return end(watch, next);
    return rename(next, watch->path) == 0 ? 0 : end(watch, watch->path);
}

int swap_watch_begin(struct swap_watch *watch, struct error *error)
{
    if (put(watch) == 0)
        return 0;
    *error = watch->error;
    return -1;
}

void swap_watch_free(struct swap_watch *watch)
{
    free(watch->outside.samples);
    free(watch->during.samples);
    free(watch->preparing.samples);
}

double swap_ratio_value(const struct swap_ratio *ratio)
{
    return ratio->n_answers > 0 ? (double)ratio->n_hits / (double)ratio->n_answers : 0;
}

static void count(struct swap_ratio *ratio, const struct load_answer *answer)
{
    ratio->n_answers++;
    ratio->n_hits += answer->is_hit;
}

static void add_time(struct swap_watch *watch, struct swap_times *times, uint64_t sample)
{
    if (times->n_samples == times->capacity) {
        size_t capacity = times->capacity > 0 ? 2 * times->capacity : FIRST_CAPACITY;
        uint64_t *samples = realloc(times->samples, capacity * sizeof *samples);
        if (samples == NULL) {
            error_out_of_memory(&watch->error);
            return;
        }
        times->samples = samples;
        times->capacity = capacity;
    }
    times->samples[times->n_samples++] = sample;
}

/* Of those since it was asked for the last time. At least 1, for ratios. */
static double take_p99(struct swap_times *times)
{
    struct statistics statistics;
    statistics_compute(times->samples + times->n_before, times->n_samples - times->n_before,
                       &statistics);
    times->n_before = times->n_samples;
    return statistics.p99 > 0 ? (double)statistics.p99 : 1;
}

/* Above 0, for ratios. */
static double take_ratio(struct swap_ratio *ratio)
{
    double value = swap_ratio_value(ratio);
    *ratio = (struct swap_ratio){0};
    return value > 0 ? value : 1e-9;
}

static void enter(struct swap_watch *watch, int phase, uint64_t now)
{
    watch->phase = phase;
    watch->since = now;
}

/* Before the first swap, and when the time after each is over. */
static void note_memory(struct swap_watch *watch)
{
    watch->memory[watch->n_done] = memory_use_of(watch->server);
}

static void begin_swap(struct swap_watch *watch)
{
    note_memory(watch);
    watch->outside_p99[watch->n_done] = take_p99(&watch->outside);
    watch->ratio_before[watch->n_done] = take_ratio(&watch->before);
    watch->served = 1 - watch->served;
    watch->renamed = bench_now();
    (void)put(watch);
    enter(watch, SWAPPING, watch->renamed);
}

static void end_swap(struct swap_watch *watch, uint64_t now)
{
    watch->during_p99[watch->n_done] = take_p99(&watch->during);
    watch->ratio_after[watch->n_done] = take_ratio(&watch->after);
    watch->n_done++;
    enter(watch, QUIET, now);
}

/* Whose index a body is, as it bears on the swap. */
static void judge_body(struct swap_watch *watch, const struct load_answer *answer)
{
    const enum swap_body own = watch->served == 0 ? SWAP_BODY_FIRST : SWAP_BODY_SECOND;
    const enum swap_body body = swap_load_body(watch->load, answer);
    if (body == SWAP_BODY_WRONG ||
        (watch->n_done == 0 && watch->phase == WARM_UP && (body & own) == 0)) {
        watch->n_wrong++;
    } else if (watch->phase == SWAPPING && body == own) {
        watch->first_new = answer->received;
        watch->noticed[watch->n_done] = answer->received - watch->renamed;
        enter(watch, SETTLING, answer->received);
    } else if ((watch->phase == SETTLING || watch->phase == QUIET) && (body & own) == 0) {
        uint64_t after = answer->received - watch->first_new;
        if (after > watch->last_old)
            watch->last_old = after;
        if (answer->sent > watch->first_new) {
            watch->n_late++;
            if (answer->sent - watch->first_new > watch->latest)
                watch->latest = answer->sent - watch->first_new;
        }
    }
}

static void count_hit(struct swap_watch *watch, const struct load_answer *answer)
{
    uint64_t now = answer->received;
    if (watch->phase == WARM_UP && now - watch->since >= watch->warm_up / 2)
        count(&watch->baseline, answer);
    if (watch->phase == SETTLING)
        count(&watch->after, answer);
    if (watch->phase == QUIET ||
        (watch->phase == WARM_UP && now - watch->since >= watch->warm_up / 2))
        count(&watch->before, answer);
    if (watch->phase == SETTLING || watch->phase == QUIET) {
        uint64_t part = (now - watch->first_new) * SWAP_PARTS / SECOND;
        if (part < SWAP_N_PARTS)
            count(&watch->parts[part], answer);
    }
}

static void go_on(struct swap_watch *watch, uint64_t now)
{
    uint64_t passed = now - watch->since;
    switch (watch->phase) {
    case WARM_UP:
        if (passed >= watch->warm_up)
            begin_swap(watch);
        return;
    case SWAPPING:
        if (passed >= LONGEST_SWAP)
            error_set(&watch->error, "after swap %u the server does not serve %s", watch->n_done,
                      watch->index_paths[watch->served]);
        return;
    case SETTLING:
        if (passed >= SECOND)
            end_swap(watch, now);
        return;
    default:
        if (passed >= watch->quiet && watch->n_done < watch->n_swaps)
            begin_swap(watch);
    }
}

bool swap_watch_answered(void *context, const struct load_answer *answer)
{
    struct swap_watch *watch = context;
    uint64_t now = answer->received;
    if (watch->since == 0)
        enter(watch, WARM_UP, now);
    watch->n_answers++;
    if (answer->status != 200)
        watch->n_failed++;
    else
        judge_body(watch, answer);
    count_hit(watch, answer);
    if (watch->phase == SWAPPING)
        add_time(watch, &watch->preparing, now - answer->sent);
    if (watch->phase == SWAPPING || watch->phase == SETTLING)
        add_time(watch, &watch->during, now - answer->sent);
    else if (watch->phase == QUIET || now - watch->since >= watch->warm_up / 2)
        add_time(watch, &watch->outside, now - answer->sent);
    go_on(watch, now);
    bool is_over = watch->phase == QUIET && watch->n_done == watch->n_swaps &&
                   now - watch->since >= watch->quiet;
    if (is_over)
        note_memory(watch);
    return !is_over && watch->error.message[0] == '\0';
}
