/* One table of names and setters serves the command line (getopt_long) and the file (inih), so that
   both know the same options and refuse the same values. The command line is read twice: first for
   --config, so that the file comes first and the command line overrides it. */
#define _GNU_SOURCE /* sched_getaffinity */

#include "server/options.h"

#include <errno.h>
#include <getopt.h>
#include <ini.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_LISTEN "127.0.0.1:8888"
#define DEFAULT_CDN_URL "https://static.crates.io"
#define DEFAULT_SLOW_QUERY_MS 100
#define MAX_SLOW_QUERY_MS 3600000.0
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
    if (set_text(to, OPTIONS_MAX_URL, value, error) != 0)
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
    options->n_threads = (unsigned)number;
    return 0;
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

static int set_slow_query_ms(struct options *options, const char *value, struct error *error)
{
    size_t length = strspn(value, "0123456789.");
    char *end;
    double number = strtod(value, &end);
    if (length == 0 || value[length] != '\0' || *end != '\0' || number > MAX_SLOW_QUERY_MS)
        return error_set(error,
                         "bad time '%s': write milliseconds such as 100 or 0.5, at most an hour; "
                         "0 is off",
                         value);
    options->slow_query_ms = number;
    return 0;
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
    {"listen", set_listen},
    {"base-url", set_base_url},
    {"cdn-url", set_cdn_url},
    {"threads", set_threads},
    {"cache-bytes", set_cache_bytes},
    {"access-log", set_access_log},
    {"ranking", set_ranking},
    {"trust-proxy", add_proxy},
    {"count-downloads", set_count_downloads},
    {"slow-query-ms", set_slow_query_ms},
    {"ranking-b", set_ranking_b},
    {"ab", set_experiment},
};

#define N_SETTERS (sizeof setters / sizeof setters[0])

const char *options_help(void)
{
    return "Usage: cratedex-server --index FILE [options]\n"
           "Serves a Cratedex index over HTTP.\n"
           "\n"
           "  --index FILE         the index; cratedex-index build DUMP -o FILE makes one\n"
           "  --listen ADDR:PORT   where to listen, e.g. [::1]:0 (port 0: any that is free);\n"
           "                       default " DEFAULT_LISTEN "\n"
           "  --base-url URL       the server's own address, as clients see it, for cargo; default: what\n"
           "                       each request calls its host\n"
           "  --cdn-url URL        where crate files and READMEs lie, for downloads to be sent there;\n"
           "                       default " DEFAULT_CDN_URL "\n"
           "  --count-downloads FOLDER\n"
           "                       count downloads, a file a day; cratedex-index build --downloads\n"
           "                       adds them to the next index\n"
           "  --threads N          default: one a core\n"
           "  --cache-bytes N      memory for finished answers, with K, M or G; 0 is off;\n"
           "                       default 256M\n"
           "  --access-log FORMAT  json, combined or off (default), to standard output\n"
           "  --slow-query-ms N    answers that take as long are logged with their request id, the\n"
           "                       parts of their time and the search's plan: a line of JSON each, to\n"
           "                       standard error; 0 is off; default 100\n"
           "  --trust-proxy CIDR   a network of proxies, e.g. 10.0.0.0/8 or ::1; may be repeated. Of\n"
           "                       their requests, the log names the client in X-Forwarded-For (or\n"
           "                       Forwarded), and X-Forwarded-Proto is believed\n"
           "  --ranking FILE       weights of the order of relevance, a line each; see below\n"
           "  --ranking-b FILE     another such file, for an experiment\n"
           "  --ab KEY=PERCENT     the experiment: so many of the clients (client=20, by address) or of\n"
           "                       the requests (request=20, by X-Request-Id) get --ranking-b; which it\n"
           "                       was stands in X-Experiment, in the logs and in the metrics. Shared\n"
           "                       caches keep no search by relevance meanwhile\n"
           "  --config FILE        options from a file, a line each: threads = 4\n"
           "  --help, --version\n"
           "\n"
           "The command line overrides the file. SIGTERM and SIGINT end the server when the\n"
           "running requests are answered, after ten seconds in any case.\n"
           "\n"
           "Every answer repeats the request's X-Request-Id or has a new one, but for one kind: an\n"
           "answer out of the cache has none where the client sent none and there is no access log.\n"
           "\n"
           "A ranking file overrides the weights that it names; # begins a comment:\n"
           "  any, main, keywords  what the share of the query's words counts that occurs anywhere;\n"
           "                       in name, keywords or description; in keywords\n"
           "  popularity           what a crate's popularity counts, which is 0 to 1\n"
           "  substring            in place of the shares where only the name contains the query\n"
           "  prefix               what a word counts that is only the beginning of one; 0 to 1\n"
           "  min_share            the share of the query that a match must have; 0 to 1\n"
           "  typos                1: misspelt words and names are corrected; 0: they are not\n"
           "  second_stage         1: learned trees order the best matches; 0: they do not\n";
}

int options_set(struct options *options, const char *name, const char *value, struct error *error)
{
    for (size_t i = 0; i < N_SETTERS; i++)
        if (strcmp(name, setters[i].name) == 0) {
            if (setters[i].set(options, value, error) == 0)
                return 0;
            return error_prefix(error, "%s: ", name);
        }
    return error_set(error, "there is no option '%s': see cratedex-server --help", name);
}

struct config_file {
    struct options *options;
    struct error *error;
    bool failed;
};

static int read_pair(void *context, const char *section, const char *name, const char *value)
{
    struct config_file *file = context;
    if (section[0] != '\0')
        error_set(file->error, "there are no sections: remove [%s]", section);
    else if (options_set(file->options, name, value, file->error) == 0)
        return 1;
    file->failed = true;
    return 0;
}

static int read_config(struct options *options, struct error *error)
{
    struct config_file file = {.options = options, .error = error};
    FILE *stream = fopen(options->config_path, "r");
    if (stream == NULL)
        return error_set(error, "cannot read %s: %s", options->config_path, strerror(errno));
    /* Paths are longer than inih's default line; the first fault is reported. */
    ini_use_stack = false;
    ini_max_line = OPTIONS_MAX_PATH + 64;
    ini_initial_alloc = OPTIONS_MAX_PATH + 64;
    ini_allow_multiline = false;
    ini_stop_on_first_error = true;
    int line = ini_parse_file(stream, read_pair, &file);
    fclose(stream);
    if (line == 0)
        return 0;
    if (line < 0)
        return error_out_of_memory(error);
    if (!file.failed)
        error_set(error, "not a line of the form name = value");
    return error_prefix(error, "%s, line %d: ", options->config_path, line);
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

enum { OPTION_SETTER, OPTION_CONFIG = 1000, OPTION_HELP, OPTION_VERSION };

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
    while ((option = getopt_long(argc, argv, ":", known, &which)) != -1) {
        const char *word = argv[optind - 1];
        if (option == OPTION_HELP)
            return OPTIONS_HELP;
        if (option == OPTION_VERSION)
            return OPTIONS_VERSION;
        if (option == ':' || option == '?') {
            error_set(error,
                      option == ':' ? "%s needs a value: see cratedex-server --help"
                                    : "unknown option '%s': see cratedex-server --help",
                      word);
            return OPTIONS_BAD;
        }
        if (option == OPTION_CONFIG) {
            if (set_text(options->config_path, sizeof options->config_path, optarg, error) != 0) {
                error_prefix(error, "--config: ");
                return OPTIONS_BAD;
            }
        } else if (!only_config && options_set(options, setters[which].name, optarg, error) != 0) {
            error_prefix(error, "--");
            return OPTIONS_BAD;
        }
    }
    if (optind < argc) {
        error_set(error, "unexpected argument '%s': see cratedex-server --help", argv[optind]);
        return OPTIONS_BAD;
    }
    return OPTIONS_RUN;
}

enum options_outcome options_parse(int argc, char **argv, struct options *options,
                                   struct error *error)
{
    *options = (struct options){
        .n_threads = n_cores(),
        .cache_bytes = DEFAULT_CACHE_BYTES,
        .access_log = ACCESS_LOG_OFF,
        .slow_query_ms = DEFAULT_SLOW_QUERY_MS,
        .cdn_url = DEFAULT_CDN_URL,
    };
    if (listen_address_parse(DEFAULT_LISTEN, &options->listen, error) != 0)
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
