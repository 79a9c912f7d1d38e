/* What of the options may change while the server runs. It belongs to a snapshot, so that a request
   sees one state of it and an answer that is kept is as old as its settings. */
#ifndef CRATEDEX_SERVER_SETTINGS_H
#define CRATEDEX_SERVER_SETTINGS_H

#include <cratedex/ranking.h>
#include <stdbool.h>

/* With their NUL. */
#define SETTINGS_MAX_URL 1024
#define SETTINGS_MAX_BANNER 1001

struct settings {
    struct ranking ranking;
    struct ranking ranking_b;         /* of arm B, where an experiment runs */
    char base_url[SETTINGS_MAX_URL];  /* ours, as clients see it, no final slash; "": not known */
    char cdn_url[SETTINGS_MAX_URL];   /* where crate files and READMEs lie; no final slash */
    char banner[SETTINGS_MAX_BANNER]; /* UTF-8 without control characters, for the web front end;
                                         "": none */
    bool says_read_only;       /* likewise: whether it says that nobody can write; nobody can */
    double slow_query_seconds; /* answers that take as long are logged; 0: none is */
    double freshness_seconds; /* how long answers of the index before may be given; 0: not at all */
};

#define SETTINGS_DEFAULT_CDN_URL "https://static.crates.io"

void settings_set_defaults(struct settings *settings);

/* Whether every answer with the one is an answer with the other. */
bool settings_equal(const struct settings *one, const struct settings *other);

#endif
