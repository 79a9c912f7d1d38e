/* The server's options, and what each does with its text. */
#ifndef CRATEDEX_SERVER_OPTION_VALUES_H
#define CRATEDEX_SERVER_OPTION_VALUES_H

#include "server/daemon.h"
#include "server/http/trusted_proxies.h"
#include "server/listener.h"
#include "server/service/experiment.h"
#include "server/service/settings.h"
#include "server/telemetry/access_log.h"

#include <cratedex/error.h>
#include <stdbool.h>
#include <stddef.h>

#define OPTIONS_DEFAULT_LISTEN "127.0.0.1:8888"
#define OPTIONS_MAX_PATH 4096
#define OPTIONS_MAX_THREADS 256
#define OPTIONS_MAX_CONNECTIONS 1000000

struct options {
    char index_path[OPTIONS_MAX_PATH];
    char verify_key_path[OPTIONS_MAX_PATH]; /* empty: the index needs no signature */
    char config_path[OPTIONS_MAX_PATH];     /* empty: none */
    char ranking_path[OPTIONS_MAX_PATH];    /* likewise */
    char ranking_b_path[OPTIONS_MAX_PATH];  /* likewise; given where has_experiment */
    char downloads_path[OPTIONS_MAX_PATH];  /* likewise: downloads are not counted */
    struct listen_address listen;
    bool has_admin; /* an address for operators: the next */
    struct listen_address admin_listen;
    struct settings settings; /* but for their rankings, which are files */
    struct daemon_limits limits;
    size_t cache_bytes; /* 0: off */
    enum access_log_format access_log;
    char slow_query_path[OPTIONS_MAX_PATH]; /* empty: standard error */
    bool is_sandboxed;
    bool has_experiment;
    struct experiment experiment;
    struct trusted_proxies proxies;
};

#define OPTIONS_MAX_SETTERS 60

struct option_setter {
    const char *name; /* without dashes */
    /* Returns 0, or -1 and what is wrong with the value. */
    int (*set)(struct options *options, const char *value, struct error *error);
};

/* All that take a value and may stand in a file; one without a name ends them. */
extern const struct option_setter option_setters[];

/* Copies a value that is not empty. Returns 0, or -1 where there is no room for it. */
int option_set_text(char *to, size_t capacity, const char *value, struct error *error);

#endif
