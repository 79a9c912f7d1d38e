/* The server's options, from the command line and a configuration file. */
#ifndef CRATEDEX_SERVER_OPTIONS_H
#define CRATEDEX_SERVER_OPTIONS_H

#include "server/daemon.h"
#include "server/http/trusted_proxies.h"
#include "server/listener.h"
#include "server/service/experiment.h"
#include "server/service/service.h"
#include "server/telemetry/access_log.h"

#include <cratedex/error.h>
#include <stdbool.h>
#include <stddef.h>

#define OPTIONS_DEFAULT_LISTEN "127.0.0.1:8888"
#define OPTIONS_DEFAULT_CDN_URL "https://static.crates.io"
#define OPTIONS_MAX_PATH 4096
#define OPTIONS_MAX_THREADS 256
#define OPTIONS_MAX_CONNECTIONS 1000000
#define OPTIONS_MAX_BANNER 1001 /* with its NUL */

struct options {
    char index_path[OPTIONS_MAX_PATH];
    char verify_key_path[OPTIONS_MAX_PATH]; /* empty: the index needs no signature */
    char config_path[OPTIONS_MAX_PATH];     /* empty: none */
    char ranking_path[OPTIONS_MAX_PATH];    /* likewise */
    char ranking_b_path[OPTIONS_MAX_PATH];  /* likewise; given where has_experiment */
    char downloads_path[OPTIONS_MAX_PATH];  /* likewise: downloads are not counted */
    struct listen_address listen;
    char base_url[SERVICE_MAX_URL]; /* without a final slash; empty: not given */
    char cdn_url[SERVICE_MAX_URL];
    char banner[OPTIONS_MAX_BANNER]; /* UTF-8 without control characters; empty: none */
    bool says_read_only;             /* in site_metadata: no write is taken in any case */
    struct daemon_limits limits;
    size_t cache_bytes; /* 0: off */
    enum access_log_format access_log;
    double slow_query_ms;                   /* 0: off */
    char slow_query_path[OPTIONS_MAX_PATH]; /* empty: standard error */
    bool has_experiment;
    struct experiment experiment;
    struct trusted_proxies proxies;
};

enum options_outcome {
    OPTIONS_RUN,
    OPTIONS_HELP,    /* --help was given */
    OPTIONS_VERSION, /* --version was given */
    OPTIONS_BAD      /* `error` says what is wrong and what to do */
};

/* Defaults, then the file named by --config, then the command line. What may be given several times
   (trust-proxy) adds up over both. */
enum options_outcome options_parse(int argc, char **argv, struct options *options,
                                   struct error *error);

/* The text for --help, in static parts, one behind the other; NULL behind the last. */
const char *const *options_help(void);

#endif
