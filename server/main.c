/* Reads the options, starts the server, waits for a signal (signals.c), stops it. */
#include "server/confinement.h"
#include "server/options.h"
#include "server/process.h"
#include "server/signals.h"
#include "server/telemetry/error_log.h"

#include "index/base/mapped_fault.h"

#include <stdio.h>
#include <stdlib.h>

static int run(const struct options *options, struct signals *signals, struct log_sink *error_log,
               struct error *error)
{
    if (signals_begin_start(signals, error) != 0)
        return -1;
    struct process *process = process_start(options, error_log, error);
    signals_end_start(signals); /* who hears that it serves may end it as one that does */
    int status = process != NULL ? process_announce(process, error) : -1;
    if (status == 0)
        signals_wait(signals, process, options->drain_delay_seconds);
    signals_begin_stop(signals);
    process_stop(process);
    signals_end_stop(signals);
    return status;
}

int main(int argc, char **argv)
{
    struct options options;
    struct signals signals;
    struct error error;
    switch (options_parse(argc, argv, &options, &error)) {
    case OPTIONS_HELP:
        for (const char *const *text = options_help(); *text != NULL; text++)
            fputs(*text, stdout);
        return EXIT_SUCCESS;
    case OPTIONS_VERSION:
        puts("cratedex-server " CRATEDEX_VERSION);
        return EXIT_SUCCESS;
    case OPTIONS_BAD:
        fprintf(stderr, "cratedex-server: %s\n", error.message);
        return 2;
    case OPTIONS_RUN:
        break;
    }
    if (signals_begin(&signals, &error) != 0) {
        fprintf(stderr, "cratedex-server: %s\n", error.message);
        return EXIT_FAILURE;
    }
    if (options.is_sandboxed && confine(&options, &error) != 0) {
        fprintf(stderr, "cratedex-server: --sandbox: %s\n", error.message);
        return EXIT_FAILURE;
    }
    struct error_log *log = error_log_begin(&error);
    bool is_well = log != NULL && mapped_fault_survive(&error) == 0 &&
                   run(&options, &signals, error_log_sink(log), &error) == 0;
    if (!is_well)
        fprintf(stderr, "cratedex-server: %s\n", error.message);
    error_log_end(log);
    return is_well ? EXIT_SUCCESS : EXIT_FAILURE;
}
