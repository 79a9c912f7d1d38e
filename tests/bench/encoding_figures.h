/* What the comparison of the encodings measures, as figures that are printed in three forms. */
#ifndef CRATEDEX_TESTS_BENCH_ENCODING_FIGURES_H
#define CRATEDEX_TESTS_BENCH_ENCODING_FIGURES_H

#include "server/http/negotiation.h"
#include "tests/bench/encoding_clients.h"
#include "tests/bench/encoding_operations.h"

#include <jansson.h>
#include <stdbool.h>

#define ENCODING_SEED 20240607 /* of every bootstrap */

/* With fewer, an interval is too narrow for a verdict: that of one has no width at all. */
#define ENCODING_LEAST_ROUNDS 20

/* What samples are printed in. */
struct encoding_unit {
    const char *name; /* "microseconds" */
    double scale;     /* how many of the samples' unit are one of it */
    bool is_rate;     /* more is better */
};

extern const struct encoding_unit encoding_microseconds; /* of nanoseconds */

/* What is measured of all pages in both encodings: a table. */
struct encoding_measure {
    const char *key;                    /* "decode" */
    const char *name;                   /* "decode and read" */
    const char *libraries[N_ENCODINGS]; /* NULL: none to name */
    const struct encoding_unit *unit;
};

/* Exact counts an answer, from callgrind. */
struct encoding_counts {
    bool is_known;
    double instructions[N_ENCODINGS];
    double allocations[N_ENCODINGS]; /* calls of malloc, calloc and realloc */
};

struct encoding_page_figures {
    double bytes[N_CONTENT_CODINGS][N_ENCODINGS]; /* of a body as it is sent, mean of the answers */
    struct encoding_series operations[N_ENCODING_OPERATIONS];
    struct encoding_counts counts[N_ENCODING_OPERATIONS];
};

struct encoding_figures {
    struct encoding_page_figures pages[N_ENCODING_PAGES];
    struct encoding_client clients[N_ENCODING_CLIENTS]; /* the same rounds of their own */
    unsigned n_rounds;
};

/* Counts under callgrind: this program once more, as `encoding INDEX --once`. Returns 0, or -1 and
   why. */
int encoding_figures_count(struct encoding_figures *figures, const struct encoding_pages *pages,
                           const char *index_path, const char *queries_path, struct error *error);

/* In that run: encoding_operation_run under the name by which callgrind knows what to count. */
int encoding_operation_counted(const struct encoding_operation *operation, enum encoding encoding,
                               const struct encoding_pages *pages, const struct encoding_page *page,
                               struct error *error);

/* One table: its titles, and a line for a series, which says nothing for one without samples. */
void encoding_titles_print(const struct encoding_measure *measure);
void encoding_series_print(const char *name, const struct encoding_series *series,
                           const struct encoding_unit *unit);
/* {"key", "name", "unit", "better": "less" or "more", "libraries", "json", "msgpack", "ratio",
   "verdict"}, the last empty where the ratio may be 1 or the rounds are too few; and "counts" where
   they are known (NULL: not). NULL when memory runs out. */
json_t *encoding_series_to_json(const struct encoding_measure *measure,
                                const struct encoding_series *series,
                                const struct encoding_counts *counts);

/* The tables of what clients in other languages take, and who is missing; to standard output. */
void encoding_clients_print(const struct encoding_client clients[N_ENCODING_CLIENTS],
                            const struct encoding_pages *pages);
/* [{"language", "runtime", "missing"}], the last two empty where there is nothing to say. NULL when
   memory runs out. */
json_t *encoding_clients_to_json(const struct encoding_client clients[N_ENCODING_CLIENTS]);
/* Adds the page's figures, each as encoding_series_to_json has it and with "singles": {"json",
   "msgpack"}, the times of single decodings. */
void encoding_clients_add_json(json_t *operations,
                               const struct encoding_client clients[N_ENCODING_CLIENTS],
                               size_t page);

/* {"jansson": "2.14", …}: what C and C++ were measured with. NULL when memory runs out. */
json_t *encoding_libraries_to_json(void);

/* What the page's answers are asked for by. NULL when memory runs out. */
json_t *encoding_targets_to_json(const struct encoding_page *page);

/* What the line about the rounds ends with. */
const char *encoding_rounds_remark(unsigned n_rounds);

/* The table for people, to standard output. */
void encoding_figures_print(const struct encoding_figures *figures,
                            const struct encoding_pages *pages);
/* {"rounds", "seed", "pages": […], …}: tests/bench/encoding_report.py reads it. NULL when memory
   runs out. */
json_t *encoding_figures_to_json(const struct encoding_figures *figures,
                                 const struct encoding_pages *pages);

#endif
