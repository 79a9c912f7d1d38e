/* What a build tells while it runs and when it is done: phases and their times, progress, rows that
   were skipped or mended.

   How far the whole build is can only be estimated, for how long a phase takes is not known
   before it is over. The estimate takes every phase's part of the time from two builds that were
   measured (crates-real and npm-227k, their mean); a dump of other proportions is off by a third
   or so in the middle. */
#include "index/build/build_report.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* Whatever phase is not named here reads a table of the dump; these have a common total, the dump's
   bytes. */
#define READING_SHARE 0.29

/* The others, in their order. */
static const struct {
    const char *phase;
    double share;
} parts[] = {
    {"checking references", 0.03},
    {"counted downloads", 0},
    {"ranking", 0.04},
    {"READMEs", 0},
    {"crates and words", 0.27},
    {"name substrings and orders", 0.05},
    {"postings", 0.04},
    {"name tries", 0.01},
    {"word lists", 0.03},
    {"versions and dependents", 0.04},
    {"sparse index", 0.17},
    {"pages", 0.02},
    {"writing to disk", 0.01},
};

static double seconds_since(const struct timespec *start)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

void build_end_phase(struct build *build)
{
    struct build_report *report = build->report;
    if (build->phase_start.tv_sec == 0 && build->phase_start.tv_nsec == 0)
        return;
    report->phases[report->n_phases].seconds = seconds_since(&build->phase_start);
    report->seconds += report->phases[report->n_phases].seconds;
    if (report->n_phases + 1 < BUILD_MAX_PHASES)
        report->n_phases++;
    build->phase_start = (struct timespec){0, 0};
}

static void expect_phase(struct build *build, const char *phase)
{
    double before = READING_SHARE;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (strcmp(parts[i].phase, phase) == 0) {
            build->share_before = before;
            build->share_of_phase = parts[i].share;
            return;
        }
        before += parts[i].share;
    }
    build->share_before = 0;
    build->share_of_phase = READING_SHARE;
}

static void report_progress(struct build *build, struct build_progress progress)
{
    if (build->options->on_progress == NULL)
        return;
    double share_done = 0;
    if (progress.total > 0)
        share_done = (double)progress.done / (double)progress.total;
    if (share_done > 1)
        share_done = 1;
    double share = build->share_before + build->share_of_phase * share_done;
    /* Between two tables it is not known how much of the dump is read. */
    if (share > build->share)
        build->share = share;
    progress.share = build->share;
    build->options->on_progress(build->options->context, &progress);
}

void build_begin_phase(struct build *build, const char *phase)
{
    build_end_phase(build);
    expect_phase(build, phase);
    struct build_report *report = build->report;
    snprintf(report->phases[report->n_phases].name, sizeof report->phases[0].name, "%s", phase);
    clock_gettime(CLOCK_MONOTONIC, &build->phase_start);
    report_progress(build, (struct build_progress){.phase = phase, .unit = ""});
}

int build_progress(struct build *build, const char *phase, uint64_t done, uint64_t total,
                   const char *unit, struct error *error)
{
    const struct build_options *options = build->options;
    if (options->interrupted != NULL && *options->interrupted)
        return error_set(error, "interrupted; %s is as it was", options->out_path);
    report_progress(build, (struct build_progress){phase, done, total, unit, 0});
    return 0;
}

void build_warn(struct build *build, const char *reason, uint64_t n_rows, const char *example, ...)
{
    struct build_report *report = build->report;
    for (unsigned i = 0; i < report->n_warnings; i++) {
        if (strcmp(report->warnings[i].reason, reason) == 0) {
            report->warnings[i].n_rows += n_rows;
            return;
        }
    }
    if (report->n_warnings == BUILD_MAX_WARNINGS)
        return;
    struct build_warning *warning = &report->warnings[report->n_warnings++];
    snprintf(warning->reason, sizeof warning->reason, "%s", reason);
    warning->n_rows = n_rows;
    va_list arguments;
    va_start(arguments, example);
    vsnprintf(warning->example, sizeof warning->example, example, arguments);
    va_end(arguments);
}
