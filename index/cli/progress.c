/* The display remembers the phase it is in, because the library only says what it does now: a phase
   is over when the next one is reported. A bar is composed in memory and written in one piece, so
   that it does not flicker; it never touches the last column, where some terminals would wrap. One
   thread, the one that builds; the clock is read once a call. */
#include "index/cli/progress.h"

#include "index/cli/format.h"
#include "index/cli/terminal.h"

#include <string.h>
#include <time.h>

#define SECONDS_BETWEEN_DRAWINGS 0.1
#define PHASE_COLUMNS 26
#define RATE_COLUMNS 18
#define LEFT_COLUMNS 13
/* Before, the first blocks of the dump would decide how long all takes. */
#define MIN_SHARE 0.02
#define MAX_COLUMNS 200
#define MIN_BAR 5
#define ERASE_LINE "\r\033[K"

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void progress_begin(struct progress *progress, FILE *out)
{
    *progress =
        (struct progress){.out = out, .is_bar = terminal_is_capable(out), .started = seconds_now()};
}

static bool counts_bytes(const struct progress *progress)
{
    return strcmp(progress->unit, "bytes") == 0;
}

static uint64_t done_in_phase(const struct progress *progress)
{
    return progress->done > progress->done_before ? progress->done - progress->done_before : 0;
}

static void format_rate(const struct progress *progress, double elapsed, char *text, size_t size)
{
    char number[FORMAT_SIZE];
    text[0] = '\0';
    uint64_t done = done_in_phase(progress);
    if (elapsed < SECONDS_BETWEEN_DRAWINGS || done == 0)
        return;
    uint64_t rate = (uint64_t)((double)done / elapsed);
    if (counts_bytes(progress))
        snprintf(text, size, "%s/s", format_bytes(rate, number));
    else
        snprintf(text, size, "%s %s/s", format_count(rate, number), progress->unit);
}

/* The end is expected anew whenever more is done; in between the time that is left falls second by
   second. */
static void expect_end(struct progress *progress, double share, double now)
{
    if (share <= progress->share || share < MIN_SHARE)
        return;
    progress->share = share;
    progress->expected_end = progress->started + (now - progress->started) / share;
}

static void format_left(const struct progress *progress, double now, char text[FORMAT_SIZE])
{
    text[0] = '\0';
    if (progress->share == 0)
        return;
    double left = progress->expected_end - now;
    unsigned seconds = left > 0 ? (unsigned)(left + 0.5) : 0;
    if (seconds < 3600)
        snprintf(text, FORMAT_SIZE, "%u:%02u left", seconds / 60, seconds % 60);
    else
        snprintf(text, FORMAT_SIZE, "%u:%02u:%02u left", seconds / 3600, seconds / 60 % 60,
                 seconds % 60);
}

static void draw_bar(struct progress *progress, double now)
{
    char rate[FORMAT_SIZE + sizeof progress->unit + 4];
    char left[FORMAT_SIZE];
    format_rate(progress, now - progress->phase_started, rate, sizeof rate);
    format_left(progress, now, left);

    char line[MAX_COLUMNS + sizeof rate + 64];
    unsigned columns = terminal_columns(progress->out) - 1;
    if (columns > MAX_COLUMNS)
        columns = MAX_COLUMNS;
    int length =
        snprintf(line, sizeof line, "%-*.*s", PHASE_COLUMNS, PHASE_COLUMNS, progress->phase);
    if (progress->total > 0) {
        double share = (double)progress->done / (double)progress->total;
        if (share > 1)
            share = 1;
        /* " [", "] ", "100%  ", the time and the rate stand beside the bar. */
        int bar = (int)columns - length - 10 - LEFT_COLUMNS - RATE_COLUMNS;
        if (bar >= MIN_BAR) {
            int filled = (int)(share * bar);
            length += snprintf(line + length, sizeof line - (size_t)length, " [");
            for (int i = 0; i < bar; i++)
                line[length++] = i < filled ? '#' : '.';
            line[length++] = ']';
        }
        length +=
            snprintf(line + length, sizeof line - (size_t)length, " %3d%%", (int)(share * 100));
    }
    length += snprintf(line + length, sizeof line - (size_t)length, "  %-*s%s",
                       left[0] != '\0' ? LEFT_COLUMNS : 0, left, rate);
    if ((unsigned)length > columns)
        length = (int)columns;
    fprintf(progress->out, "%s%.*s", ERASE_LINE, length, line);
    fflush(progress->out);
    progress->is_drawn = true;
    progress->last_drawn = now;
}

static void print_phase(const struct progress *progress, double now)
{
    char number[FORMAT_SIZE];
    char seconds[FORMAT_SIZE];
    format_seconds(now - progress->phase_started, seconds);
    uint64_t done = done_in_phase(progress);
    if (done == 0)
        fprintf(progress->out, "%s: %s\n", progress->phase, seconds);
    else if (counts_bytes(progress))
        fprintf(progress->out, "%s: %s, %s\n", progress->phase, format_bytes(done, number),
                seconds);
    else
        fprintf(progress->out, "%s: %s %s, %s\n", progress->phase, format_count(done, number),
                progress->unit, seconds);
    fflush(progress->out);
}

void progress_update(void *context, const struct build_progress *state)
{
    struct progress *progress = context;
    double now = seconds_now();
    bool is_new = strncmp(progress->phase, state->phase, sizeof progress->phase - 1) != 0;
    if (is_new) {
        if (!progress->is_bar && progress->phase[0] != '\0')
            print_phase(progress, now);
        snprintf(progress->phase, sizeof progress->phase, "%s", state->phase);
        progress->phase_started = now;
        if (progress->total > 0) {
            progress->earlier_total = progress->total;
            progress->earlier_done = progress->done;
        }
        progress->done_before = 0;
        progress->total = 0;
    }
    /* The phases that read the dump's tables share one total, the bytes of the dump. */
    if (progress->total == 0 && state->total > 0 && state->total == progress->earlier_total)
        progress->done_before = progress->earlier_done;
    snprintf(progress->unit, sizeof progress->unit, "%s", state->unit != NULL ? state->unit : "");
    progress->done = state->done;
    progress->total = state->total;
    expect_end(progress, state->share, now);
    /* A new phase shows at once: it may be silent for a while. */
    if (progress->is_bar && (is_new || now - progress->last_drawn >= SECONDS_BETWEEN_DRAWINGS))
        draw_bar(progress, now);
}

void progress_end(struct progress *progress, bool succeeded)
{
    if (progress->is_drawn) {
        fputs(ERASE_LINE, progress->out);
        fflush(progress->out);
    } else if (!progress->is_bar && succeeded && progress->phase[0] != '\0') {
        print_phase(progress, seconds_now());
    }
}
