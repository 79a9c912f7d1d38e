/* What a build shows of itself while it runs. */
#ifndef CRATEDEX_INDEX_CLI_PROGRESS_H
#define CRATEDEX_INDEX_CLI_PROGRESS_H

#include <cratedex/index_builder.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Owned by the caller; no member is for callers to touch. */
struct progress {
    FILE *out;
    bool is_bar;
    bool is_drawn;
    char phase[48];
    char unit[16];
    uint64_t done;
    uint64_t total;
    uint64_t done_before; /* by earlier phases, where all of them count towards one total */
    uint64_t earlier_total;
    uint64_t earlier_done;
    double started; /* seconds of the monotonic clock, as the others */
    double share;   /* of the whole that is done; 0: not known yet */
    double expected_end;
    double phase_started;
    double last_drawn;
};

/* Begins a display on `out`: on a capable terminal one bar that is drawn anew at most ten times a
   second, with the time that is left by estimate, elsewhere one line for every phase once it is
   over. */
void progress_begin(struct progress *progress, FILE *out);

/* For build_options.on_progress; the context is the struct progress. */
void progress_update(void *context, const struct build_progress *state);

/* Ends the display: erases the bar, or prints the last phase's line where the build `succeeded`. */
void progress_end(struct progress *progress, bool succeeded);

#endif
