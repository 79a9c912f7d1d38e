/* How far a build is, how long its phases took, and what it had to leave out or mend. */
#include "index/build/build_steps.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

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

void build_begin_phase(struct build *build, const char *phase)
{
    build_end_phase(build);
    struct build_report *report = build->report;
    snprintf(report->phases[report->n_phases].name, sizeof report->phases[0].name, "%s", phase);
    clock_gettime(CLOCK_MONOTONIC, &build->phase_start);
    if (build->options->on_progress != NULL) {
        struct build_progress progress = {phase, 0, 0, ""};
        build->options->on_progress(build->options->context, &progress);
    }
}

int build_progress(struct build *build, const char *phase, uint64_t done, uint64_t total,
                   const char *unit, struct error *error)
{
    const struct build_options *options = build->options;
    if (options->interrupted != NULL && *options->interrupted)
        return error_set(error, "interrupted; %s is as it was", options->out_path);
    if (options->on_progress != NULL) {
        struct build_progress progress = {phase, done, total, unit};
        options->on_progress(options->context, &progress);
    }
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
