/* One table of names and setters (option_values.c) serves the command line (getopt_long) and the
   file (settings_file), so that both know the same options and refuse the same values. The command
   line is read twice: first for --config, so that the file comes first and the command line
   overrides it. */
#define _GNU_SOURCE /* sched_getaffinity */

#include "server/options.h"

#include "server/option_paths.h"
#include "server/option_values.h"

#include <cratedex/command_line.h>
#include <cratedex/settings_file.h>
#include <getopt.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#define DEFAULT_MAX_WAIT_MS 100
#define DEFAULT_CACHE_BYTES ((size_t)256 << 20)

static int set_option(struct options *options, const struct option_setter *setter,
                      const char *value, struct error *error)
{
    options->is_named[setter - option_setters] = true;
    return setter->set(options, value, error) == 0 ? 0 : error_prefix(error, "%s: ", setter->name);
}

/* Takes a line of the file. */
static int take_setting(void *context, const char *name, const char *value, struct error *error)
{
    for (const struct option_setter *setter = option_setters; setter->name != NULL; setter++)
        if (strcmp(name, setter->name) == 0)
            return set_option(context, setter, value, error);
    struct nearest_name nearest;
    char hint[NEAREST_NAME_HINT_SIZE];
    nearest_name_begin(&nearest, name);
    for (const struct option_setter *setter = option_setters; setter->name != NULL; setter++)
        nearest_name_offer(&nearest, setter->name);
    return error_set(error, "there is no option '%s'%s (see: cratedex-server --help)", name,
                     nearest_name_hint(&nearest, "", hint));
}

static bool may_repeat(const char *name)
{
    return strcmp(name, "trust-proxy") == 0;
}

static int read_config(struct options *options, struct error *error)
{
    const struct settings_taker taker = {take_setting, may_repeat, options};
    return settings_file_read(options->config_path, &taker, error);
}

static unsigned n_cores(void)
{
    cpu_set_t cores;
    if (sched_getaffinity(0, sizeof cores, &cores) != 0)
        return 1;
    int count = CPU_COUNT(&cores);
    if (count < 1)
        return 1;
    return count < OPTIONS_MAX_THREADS ? (unsigned)count : OPTIONS_MAX_THREADS;
}

/* The numbers of the setters are behind OPTION_SETTER. */
enum { OPTION_HELP = 'h', OPTION_VERSION = 'V', OPTION_CONFIG = 1000, OPTION_SETTER };

/* One pass over the command line: with `only_config`, everything but --config is passed over. */
static enum options_outcome read_command_line(int argc, char **argv, bool only_config,
                                              struct options *options, struct error *error)
{
    struct option known[OPTIONS_MAX_SETTERS + 4] = {
        {"config", required_argument, NULL, OPTION_CONFIG},
        {"help", no_argument, NULL, OPTION_HELP},
        {"version", no_argument, NULL, OPTION_VERSION},
    };
    struct option *next = known + 3;
    for (const struct option_setter *setter = option_setters; setter->name != NULL; setter++)
        *next++ = (struct option){setter->name, required_argument, NULL,
                                  OPTION_SETTER + (int)(setter - option_setters)};
    optind = 0;
    opterr = 0;
    int option;
    while ((option = getopt_long(argc, argv, ":hV", known, NULL)) != -1) {
        if (option == OPTION_HELP)
            return OPTIONS_HELP;
        if (option == OPTION_VERSION)
            return OPTIONS_VERSION;
        if (option == ':' || option == '?') {
            struct error cause;
            command_line_bad_option(option, argv, known, &cause);
            error_set(error, "%s (see: cratedex-server --help)", cause.message);
            return OPTIONS_BAD;
        }
        if (option == OPTION_CONFIG) {
            if (option_set_text(options->config_path, sizeof options->config_path, optarg, error) !=
                0) {
                error_prefix(error, "--config: ");
                return OPTIONS_BAD;
            }
        } else if (!only_config && set_option(options, &option_setters[option - OPTION_SETTER],
                                              optarg, error) != 0) {
            error_prefix(error, "--");
            return OPTIONS_BAD;
        }
    }
    if (optind < argc) {
        error_set(error, "unexpected argument '%s' (see: cratedex-server --help)", argv[optind]);
        return OPTIONS_BAD;
    }
    return OPTIONS_RUN;
}

/* What two numeric addresses have in common the system tells when both are opened. */
static bool is_same(const struct options *options)
{
    return options->listen.port != 0 && options->listen.port == options->admin_listen.port &&
           strcmp(options->listen.host, options->admin_listen.host) == 0;
}

enum options_outcome options_parse(int argc, char **argv, struct options *options,
                                   struct error *error)
{
    memset(options, 0, sizeof *options); /* for options_differ, paddings as well */
    *options = (struct options){
        .argc = argc,
        .argv = argv,
        .limits = {.n_threads = n_cores(),
                   .n_per_address = DAEMON_DEFAULT_PER_ADDRESS,
                   .max_wait_seconds = DEFAULT_MAX_WAIT_MS / 1e3},
        .cache_bytes = DEFAULT_CACHE_BYTES,
        .access_log = ACCESS_LOG_OFF,
    };
    settings_set_defaults(&options->settings);
    options->has_pages = true;
    options->has_status = true;
    if (listen_address_parse(OPTIONS_DEFAULT_LISTEN, &options->listen, error) != 0)
        return OPTIONS_BAD;
    enum options_outcome outcome = read_command_line(argc, argv, true, options, error);
    if (outcome != OPTIONS_RUN)
        return outcome;
    if (options->config_path[0] != '\0' && read_config(options, error) != 0)
        return OPTIONS_BAD;
    outcome = read_command_line(argc, argv, false, options, error);
    if (outcome == OPTIONS_RUN && options->index_path[0] == '\0') {
        error_set(error,
                  "no index: add --index FILE (cratedex-index build DUMP -o FILE makes one)");
        return OPTIONS_BAD;
    }
    if (outcome == OPTIONS_RUN && options->has_admin && is_same(options)) {
        error_set(error, "--admin-listen is the address of --listen: choose another port");
        return OPTIONS_BAD;
    }
    if (outcome == OPTIONS_RUN && options->has_experiment != (options->ranking_b_path[0] != '\0')) {
        error_set(error, options->has_experiment
                             ? "--ab compares two rankings: add --ranking-b FILE"
                             : "nobody gets --ranking-b: add --ab client=20 or the like");
        return OPTIONS_BAD;
    }
    if (outcome == OPTIONS_RUN && options->access_log_path[0] != '\0' &&
        !options->names_access_log) {
        error_set(error,
                  "nothing is written to --access-log-file: add --access-log json or combined");
        return OPTIONS_BAD;
    }
    if (outcome == OPTIONS_RUN && option_paths_check(options, error) != 0)
        return OPTIONS_BAD;
    return outcome;
}

bool options_differ(const struct options *left, const struct options *right, unsigned n)
{
    const struct option_setter *setter = &option_setters[n];
    return (left->is_named[n] || right->is_named[n]) &&
           memcmp((const char *)left + setter->offset, (const char *)right + setter->offset,
                  setter->size) != 0;
}
