/* The server's options, and what each does with its text. */
#ifndef CRATEDEX_SERVER_OPTION_VALUES_H
#define CRATEDEX_SERVER_OPTION_VALUES_H

#include "server/connections/daemon.h"
#include "server/connections/listener.h"
#include "server/http/trusted_proxies.h"
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

#define OPTIONS_MAX_SETTERS 60

struct options {
    int argc; /* of the command line, which is read again at a reload */
    char **argv;
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
    bool names_access_log;                  /* --access-log is given; it may be off even so */
    char access_log_path[OPTIONS_MAX_PATH]; /* empty: standard output */
    char slow_query_path[OPTIONS_MAX_PATH]; /* empty: standard error */
    char pid_path[OPTIONS_MAX_PATH];        /* empty: no PID file */
    double drain_delay_seconds; /* from the signal to the end until no connection is taken */
    bool has_pages;             /* for people */
    bool has_status;            /* a page among them for operators */
    bool is_sandboxed;
    bool has_experiment;
    struct experiment experiment;
    struct trusted_proxies proxies;
    bool is_named[OPTIONS_MAX_SETTERS]; /* of option_setters, which the file or the line names */
};

struct option_setter {
    const char *name; /* without dashes */
    /* Returns 0, or -1 and what is wrong with the value. */
    int (*set)(struct options *options, const char *value, struct error *error);
    /* The bytes of struct options that it sets, all of them: equal values have equal bytes. */
    size_t offset;
    size_t size;
    bool is_reloaded; /* a new value is taken while the server runs; else by a restart */
};

/* All that take a value and may stand in a file; one without a name ends them. */
extern const struct option_setter option_setters[];

/* Copies a value that is not empty, and fills the rest with NUL. Returns 0, or -1 where there is no
   room for it. */
int option_set_text(char *to, size_t capacity, const char *value, struct error *error);

#endif
