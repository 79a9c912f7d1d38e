/* One setter an option, for the command line and the file alike. */
#include "server/option_values.h"

#include <cratedex/utf8.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MAX_MILLISECONDS 3600000.0
#define MAX_SECONDS 3600.0

int option_set_text(char *to, size_t capacity, const char *value, struct error *error)
{
    size_t length = strlen(value);
    if (length == 0)
        return error_set(error, "the value is empty");
    if (length >= capacity)
        return error_set(error, "the value is longer than %zu bytes", capacity - 1);
    memcpy(to, value, length);
    memset(to + length, 0, capacity - length);
    return 0;
}

static int set_index(struct options *options, const char *value, struct error *error)
{
    return option_set_text(options->index_path, sizeof options->index_path, value, error);
}

static int set_verify_key(struct options *options, const char *value, struct error *error)
{
    return option_set_text(options->verify_key_path, sizeof options->verify_key_path, value, error);
}

static int set_ranking(struct options *options, const char *value, struct error *error)
{
    return option_set_text(options->ranking_path, sizeof options->ranking_path, value, error);
}

static int set_ranking_b(struct options *options, const char *value, struct error *error)
{
    return option_set_text(options->ranking_b_path, sizeof options->ranking_b_path, value, error);
}

static int set_experiment(struct options *options, const char *value, struct error *error)
{
    options->has_experiment = true;
    return experiment_parse(value, &options->experiment, error);
}

static int set_count_downloads(struct options *options, const char *value, struct error *error)
{
    return option_set_text(options->downloads_path, sizeof options->downloads_path, value, error);
}

static int set_listen(struct options *options, const char *value, struct error *error)
{
    return listen_address_parse(value, &options->listen, error);
}

static int set_admin_listen(struct options *options, const char *value, struct error *error)
{
    options->has_admin = true;
    return listen_address_parse(value, &options->admin_listen, error);
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
    if (option_set_text(to, SETTINGS_MAX_URL, value, error) != 0)
        return -1;
    size_t length = strlen(to);
    while (length > scheme && to[length - 1] == '/')
        to[--length] = '\0';
    return 0;
}

static int set_base_url(struct options *options, const char *value, struct error *error)
{
    return set_url(options->settings.base_url, value, error);
}

static int set_cdn_url(struct options *options, const char *value, struct error *error)
{
    return set_url(options->settings.cdn_url, value, error);
}

/* A line of text for people; empty takes back what the file says. */
static int set_banner(struct options *options, const char *value, struct error *error)
{
    size_t length = strlen(value);
    if (length == 0) {
        memset(options->settings.banner, 0, sizeof options->settings.banner);
        return 0;
    }
    if (!utf8_is_valid(value, length))
        return error_set(error, "the text is not valid UTF-8");
    for (const unsigned char *c = (const unsigned char *)value; *c != '\0'; c++)
        if (*c < 0x20 || *c == 0x7f || (*c == 0xc2 && c[1] < 0xa0))
            return error_set(error,
                             "the text has a control character: write one line without tabs");
    return option_set_text(options->settings.banner, sizeof options->settings.banner, value, error);
}

static int parse_yes_or_no(const char *value, bool *is_yes, struct error *error)
{
    *is_yes = strcmp(value, "yes") == 0;
    if (!*is_yes && strcmp(value, "no") != 0)
        return error_set(error, "bad value '%s': write yes or no", value);
    return 0;
}

static int set_read_only(struct options *options, const char *value, struct error *error)
{
    return parse_yes_or_no(value, &options->settings.says_read_only, error);
}

static int set_ui(struct options *options, const char *value, struct error *error)
{
    return parse_yes_or_no(value, &options->has_pages, error);
}

static int set_status(struct options *options, const char *value, struct error *error)
{
    return parse_yes_or_no(value, &options->has_status, error);
}

static int set_sandbox(struct options *options, const char *value, struct error *error)
{
    return parse_yes_or_no(value, &options->is_sandboxed, error);
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
            options->names_access_log = true;
            return 0;
        }
    return error_set(error, "bad format '%s': write json, combined or off", value);
}

/* Digits, and a point among them. Returns 0, or -1 for anything else and what is above `most`. */
static int parse_decimal(const char *value, double most, double *number)
{
    size_t length = strspn(value, "0123456789.");
    char *end;
    *number = strtod(value, &end);
    return length > 0 && value[length] == '\0' && *end == '\0' && *number <= most ? 0 : -1;
}

static int parse_milliseconds(const char *value, double *seconds, struct error *error)
{
    double number;
    if (parse_decimal(value, MAX_MILLISECONDS, &number) != 0)
        return error_set(error,
                         "bad time '%s': write milliseconds such as 100 or 0.5, at most an hour; "
                         "0 is off",
                         value);
    *seconds = number / 1e3;
    return 0;
}

static int set_slow_query_ms(struct options *options, const char *value, struct error *error)
{
    return parse_milliseconds(value, &options->settings.slow_query_seconds, error);
}

static int set_max_wait_ms(struct options *options, const char *value, struct error *error)
{
    return parse_milliseconds(value, &options->limits.max_wait_seconds, error);
}

static int set_slow_query_log(struct options *options, const char *value, struct error *error)
{
    return option_set_text(options->slow_query_path, sizeof options->slow_query_path, value, error);
}

static int set_access_log_file(struct options *options, const char *value, struct error *error)
{
    return option_set_text(options->access_log_path, sizeof options->access_log_path, value, error);
}

static int set_pid_file(struct options *options, const char *value, struct error *error)
{
    return option_set_text(options->pid_path, sizeof options->pid_path, value, error);
}

static int parse_seconds(const char *value, double *seconds, struct error *error)
{
    double number;
    if (parse_decimal(value, MAX_SECONDS, &number) != 0)
        return error_set(error,
                         "bad time '%s': write seconds such as 5 or 0.5, at most an hour; 0 is off",
                         value);
    *seconds = number;
    return 0;
}

static int set_drain_delay(struct options *options, const char *value, struct error *error)
{
    return parse_seconds(value, &options->drain_delay_seconds, error);
}

static int set_freshness(struct options *options, const char *value, struct error *error)
{
    return parse_seconds(value, &options->settings.freshness_seconds, error);
}

static int add_proxy(struct options *options, const char *value, struct error *error)
{
    return trusted_proxies_add(&options->proxies, value, error);
}

#define MEMBER(member) offsetof(struct options, member), sizeof(((struct options *)NULL)->member)
#define FIXED(member) MEMBER(member), false
#define RELOADED(member) MEMBER(member), true
#define ADDRESS(member)                                                                            \
    offsetof(struct options, member), offsetof(struct listen_address, number), false

const struct option_setter option_setters[] = {
    {"index", set_index, FIXED(index_path)},
    {"verify-key", set_verify_key, FIXED(verify_key_path)},
    {"listen", set_listen, ADDRESS(listen)},
    {"admin-listen", set_admin_listen, ADDRESS(admin_listen)},
    {"base-url", set_base_url, RELOADED(settings.base_url)},
    {"cdn-url", set_cdn_url, RELOADED(settings.cdn_url)},
    {"banner", set_banner, RELOADED(settings.banner)},
    {"read-only", set_read_only, RELOADED(settings.says_read_only)},
    {"ui", set_ui, FIXED(has_pages)},
    {"status", set_status, FIXED(has_status)},
    {"threads", set_threads, FIXED(limits.n_threads)},
    {"max-connections", set_max_connections, FIXED(limits.n_connections)},
    {"max-connections-per-address", set_max_connections_per_address, FIXED(limits.n_per_address)},
    {"max-wait-ms", set_max_wait_ms, FIXED(limits.max_wait_seconds)},
    {"cache-bytes", set_cache_bytes, FIXED(cache_bytes)},
    {"freshness", set_freshness, RELOADED(settings.freshness_seconds)},
    {"access-log", set_access_log, FIXED(access_log)},
    {"access-log-file", set_access_log_file, FIXED(access_log_path)},
    {"ranking", set_ranking, RELOADED(ranking_path)},
    {"trust-proxy", add_proxy, FIXED(proxies)},
    {"count-downloads", set_count_downloads, FIXED(downloads_path)},
    {"slow-query-ms", set_slow_query_ms, RELOADED(settings.slow_query_seconds)},
    {"slow-query-log", set_slow_query_log, FIXED(slow_query_path)},
    {"ranking-b", set_ranking_b, RELOADED(ranking_b_path)},
    {"ab", set_experiment, FIXED(experiment)},
    {"pid-file", set_pid_file, FIXED(pid_path)},
    {"drain-delay", set_drain_delay, FIXED(drain_delay_seconds)},
    {"sandbox", set_sandbox, FIXED(is_sandboxed)},
    {NULL, NULL, 0, 0, false},
};

_Static_assert(sizeof option_setters / sizeof *option_setters <= OPTIONS_MAX_SETTERS + 1,
               "there are more options than options.c has room for");
