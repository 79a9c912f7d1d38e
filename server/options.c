/* One table of names and setters serves the command line (getopt_long) and the file
   (settings_file), so that both know the same options and refuse the same values. The command line
   is read twice: first for
   --config, so that the file comes first and the command line overrides it. */
#define _GNU_SOURCE /* sched_getaffinity */

#include "server/options.h"

#include <cratedex/command_line.h>
#include <cratedex/settings_file.h>
#include <cratedex/utf8.h>
#include <errno.h>
#include <getopt.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_SLOW_QUERY_MS 100
#define DEFAULT_MAX_WAIT_MS 100
#define MAX_MILLISECONDS 3600000.0
#define DEFAULT_CACHE_BYTES ((size_t)256 << 20)

static int set_text(char *to, size_t capacity, const char *value, struct error *error)
{
    size_t length = strlen(value);
    if (length == 0)
        return error_set(error, "the value is empty");
    if (length >= capacity)
        return error_set(error, "the value is longer than %zu bytes", capacity - 1);
    memcpy(to, value, length + 1);
    return 0;
}

static int set_index(struct options *options, const char *value, struct error *error)
{
    return set_text(options->index_path, sizeof options->index_path, value, error);
}

static int set_verify_key(struct options *options, const char *value, struct error *error)
{
    return set_text(options->verify_key_path, sizeof options->verify_key_path, value, error);
}

static int set_ranking(struct options *options, const char *value, struct error *error)
{
    return set_text(options->ranking_path, sizeof options->ranking_path, value, error);
}

static int set_ranking_b(struct options *options, const char *value, struct error *error)
{
    return set_text(options->ranking_b_path, sizeof options->ranking_b_path, value, error);
}

static int set_experiment(struct options *options, const char *value, struct error *error)
{
    options->has_experiment = true;
    return experiment_parse(value, &options->experiment, error);
}

static int set_count_downloads(struct options *options, const char *value, struct error *error)
{
    return set_text(options->downloads_path, sizeof options->downloads_path, value, error);
}

static int set_listen(struct options *options, const char *value, struct error *error)
{
    return listen_address_parse(value, &options->listen, error);
}

/* An absolute http or https URL with a host, without query, fragment or user; a final slash is cut
   off. */
static int set_url(char *to, const char *value, struct error *error)
{
    static const char form[] = "write an absolute URL like https://crates.example.org";
    size_t scheme = 0;
    if (strncmp(value, "http://", 7) == 0)
        scheme = 7;
    else if (strncmp(value, "https://", 8) == 0)
        scheme = 8;
    if (scheme == 0 || value[scheme] == '\0' || value[scheme] == '/')
        return error_set(error, "bad URL '%s': %s", value, form);
    for (const char *c = value; *c != '\0'; c++)
        if (*c <= ' ' || *c > '~' || strchr("?#@\"<>\\^`{|}", *c) != NULL)
            return error_set(error, "bad URL '%s': %s", value, form);
    if (set_text(to, SERVICE_MAX_URL, value, error) != 0)
        return -1;
    size_t length = strlen(to);
    while (length > scheme && to[length - 1] == '/')
        to[--length] = '\0';
    return 0;
}

static int set_base_url(struct options *options, const char *value, struct error *error)
{
    return set_url(options->base_url, value, error);
}

static int set_cdn_url(struct options *options, const char *value, struct error *error)
{
    return set_url(options->cdn_url, value, error);
}

/* A line of text for people; empty takes back what the file says. */
static int set_banner(struct options *options, const char *value, struct error *error)
{
    size_t length = strlen(value);
    if (length == 0) {
        options->banner[0] = '\0';
        return 0;
    }
    if (!utf8_is_valid(value, length))
        return error_set(error, "the text is not valid UTF-8");
    for (const unsigned char *c = (const unsigned char *)value; *c != '\0'; c++)
        if (*c < 0x20 || *c == 0x7f || (*c == 0xc2 && c[1] < 0xa0))
            return error_set(error,
                             "the text has a control character: write one line without tabs");
    return set_text(options->banner, sizeof options->banner, value, error);
}

static int set_read_only(struct options *options, const char *value, struct error *error)
{
    bool says_yes = strcmp(value, "yes") == 0;
    if (!says_yes && strcmp(value, "no") != 0)
        return error_set(error, "bad value '%s': write yes or no", value);
    options->says_read_only = says_yes;
    return 0;
}

/* Digits; `*end` is what follows them. Returns -1 where there are none or too many. */
static int parse_digits(const char *text, unsigned long long *number, char **end)
{
    if (*text < '0' || *text > '9')
        return -1;
    errno = 0;
    *number = strtoull(text, end, 10);
    return errno == 0 ? 0 : -1;
}

static int set_threads(struct options *options, const char *value, struct error *error)
{
    unsigned long long number;
    char *end;
    if (parse_digits(value, &number, &end) != 0 || *end != '\0' || number < 1 ||
        number > OPTIONS_MAX_THREADS)
        return error_set(error, "bad number of threads '%s': write a number from 1 to %d", value,
                         OPTIONS_MAX_THREADS);
    options->limits.n_threads = (unsigned)number;
    return 0;
}

static int set_connections(const char *value, unsigned least, unsigned *number, struct error *error)
{
    unsigned long long parsed;
    char *end;
    if (parse_digits(value, &parsed, &end) != 0 || *end != '\0' || parsed < least ||
        parsed > OPTIONS_MAX_CONNECTIONS)
        return error_set(error, "bad number of connections '%s': write a number from %u to %d",
                         value, least, OPTIONS_MAX_CONNECTIONS);
    *number = (unsigned)parsed;
    return 0;
}

static int set_max_connections(struct options *options, const char *value, struct error *error)
{
    return set_connections(value, 1, &options->limits.n_connections, error);
}

static int set_max_connections_per_address(struct options *options, const char *value,
                                           struct error *error)
{
    return set_connections(value, 0, &options->limits.n_per_address, error);
}

static int set_cache_bytes(struct options *options, const char *value, struct error *error)
{
    static const char suffixes[] = "KMG";
    unsigned long long number;
    char *end;
    unsigned shift = 0;
    int status = parse_digits(value, &number, &end);
    if (status == 0 && *end != '\0') {
        const char *suffix = strchr(suffixes, *end);
        if (suffix == NULL || end[1] != '\0')
            status = -1;
        else
            shift = 10 * (unsigned)(suffix - suffixes + 1);
    }
    if (status != 0 || number > SIZE_MAX >> shift)
        return error_set(error,
                         "bad cache size '%s': write bytes, or a number with K, M or G behind it; "
                         "0 is off",
                         value);
    options->cache_bytes = (size_t)number << shift;
    return 0;
}

static int set_access_log(struct options *options, const char *value, struct error *error)
{
    static const char *const formats[] = {
        [ACCESS_LOG_OFF] = "off",
        [ACCESS_LOG_JSON] = "json",
        [ACCESS_LOG_COMBINED] = "combined",
    };
    for (unsigned i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (strcmp(value, formats[i]) == 0) {
            options->access_log = (enum access_log_format)i;
            return 0;
        }
    return error_set(error, "bad format '%s': write json, combined or off", value);
}

static int parse_milliseconds(const char *value, double *milliseconds, struct error *error)
{
    size_t length = strspn(value, "0123456789.");
    char *end;
    double number = strtod(value, &end);
    if (length == 0 || value[length] != '\0' || *end != '\0' || number > MAX_MILLISECONDS)
        return error_set(error,
                         "bad time '%s': write milliseconds such as 100 or 0.5, at most an hour; "
                         "0 is off",
                         value);
    *milliseconds = number;
    return 0;
}

static int set_slow_query_ms(struct options *options, const char *value, struct error *error)
{
    return parse_milliseconds(value, &options->slow_query_ms, error);
}

static int set_max_wait_ms(struct options *options, const char *value, struct error *error)
{
    double milliseconds = 0;
    if (parse_milliseconds(value, &milliseconds, error) != 0)
        return -1;
    options->limits.max_wait_seconds = milliseconds / 1e3;
    return 0;
}

static int set_slow_query_log(struct options *options, const char *value, struct error *error)
{
    return set_text(options->slow_query_path, sizeof options->slow_query_path, value, error);
}

static int add_proxy(struct options *options, const char *value, struct error *error)
{
    return trusted_proxies_add(&options->proxies, value, error);
}

static const struct {
    const char *name;
    int (*set)(struct options *options, const char *value, struct error *error);
} setters[] = {
    {"index", set_index},
    {"verify-key", set_verify_key},
    {"listen", set_listen},
    {"base-url", set_base_url},
    {"cdn-url", set_cdn_url},
    {"banner", set_banner},
    {"read-only", set_read_only},
    {"threads", set_threads},
    {"max-connections", set_max_connections},
    {"max-connections-per-address", set_max_connections_per_address},
    {"max-wait-ms", set_max_wait_ms},
    {"cache-bytes", set_cache_bytes},
    {"access-log", set_access_log},
    {"ranking", set_ranking},
    {"trust-proxy", add_proxy},
    {"count-downloads", set_count_downloads},
    {"slow-query-ms", set_slow_query_ms},
    {"slow-query-log", set_slow_query_log},
    {"ranking-b", set_ranking_b},
    {"ab", set_experiment},
};

#define N_SETTERS (sizeof setters / sizeof setters[0])

/* Sets an option from text, as the command line and the file do. `name` without dashes. Returns 0,
   or -1 and what is wrong with the value (or that there is no such option). */
static int set_option(struct options *options, const char *name, const char *value,
                      struct error *error)
{
    for (size_t i = 0; i < N_SETTERS; i++)
        if (strcmp(name, setters[i].name) == 0) {
            if (setters[i].set(options, value, error) == 0)
                return 0;
            return error_prefix(error, "%s: ", name);
        }
    struct nearest_name nearest;
    char hint[NEAREST_NAME_HINT_SIZE];
    nearest_name_begin(&nearest, name);
    for (size_t i = 0; i < N_SETTERS; i++)
        nearest_name_offer(&nearest, setters[i].name);
    return error_set(error, "there is no option '%s'%s (see: cratedex-server --help)", name,
                     nearest_name_hint(&nearest, "", hint));
}

static int take_setting(void *context, const char *name, const char *value, struct error *error)
{
    return set_option(context, name, value, error);
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

enum { OPTION_SETTER, OPTION_CONFIG = 1000, OPTION_HELP = 'h', OPTION_VERSION = 'V' };

/* One pass over the command line: with `only_config`, everything but --config is passed over. */
static enum options_outcome read_command_line(int argc, char **argv, bool only_config,
                                              struct options *options, struct error *error)
{
    struct option known[N_SETTERS + 4] = {
        [N_SETTERS] = {"config", required_argument, NULL, OPTION_CONFIG},
        [N_SETTERS + 1] = {"help", no_argument, NULL, OPTION_HELP},
        [N_SETTERS + 2] = {"version", no_argument, NULL, OPTION_VERSION},
    };
    for (size_t i = 0; i < N_SETTERS; i++)
        known[i] = (struct option){setters[i].name, required_argument, NULL, OPTION_SETTER};
    optind = 0;
    opterr = 0;
    int option;
    int which = 0;
    while ((option = getopt_long(argc, argv, ":hV", known, &which)) != -1) {
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
            if (set_text(options->config_path, sizeof options->config_path, optarg, error) != 0) {
                error_prefix(error, "--config: ");
                return OPTIONS_BAD;
            }
        } else if (!only_config && set_option(options, setters[which].name, optarg, error) != 0) {
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

enum options_outcome options_parse(int argc, char **argv, struct options *options,
                                   struct error *error)
{
    *options = (struct options){
        .limits = {.n_threads = n_cores(),
                   .n_per_address = DAEMON_DEFAULT_PER_ADDRESS,
                   .max_wait_seconds = DEFAULT_MAX_WAIT_MS / 1e3},
        .cache_bytes = DEFAULT_CACHE_BYTES,
        .access_log = ACCESS_LOG_OFF,
        .slow_query_ms = DEFAULT_SLOW_QUERY_MS,
        .says_read_only = true,
        .cdn_url = OPTIONS_DEFAULT_CDN_URL,
    };
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
    if (outcome == OPTIONS_RUN && options->has_experiment != (options->ranking_b_path[0] != '\0')) {
        error_set(error, options->has_experiment
                             ? "--ab compares two rankings: add --ranking-b FILE"
                             : "nobody gets --ranking-b: add --ab client=20 or the like");
        return OPTIONS_BAD;
    }
    return outcome;
}
