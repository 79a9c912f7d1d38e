/* What the steps of the scan share; for the scan's own sources only. */
#ifndef CRATEDEX_TESTS_SUPPORT_SEARCH_SCAN_STEPS_H
#define CRATEDEX_TESTS_SUPPORT_SEARCH_SCAN_STEPS_H

#include "tests/support/search_scan.h"

#include <sqlite3.h>

struct crate {
    int64_t id;
    int64_t downloads;
    int64_t recent_downloads;
    char *name;
    char *canonical;
    char *created_at; /* without the Z: text that sorts by time */
    char *updated_at;
    float popularity;
    bool is_yanked;
};

struct search_scan {
    sqlite3 *database;
    struct crate *crates; /* by rank, from 1 */
    uint32_t n_crates;
    bool *passes;    /* the filters, by rank */
    bool *marks;     /* what one statement gave */
    unsigned *worst; /* the worst field in which a word was found; SCAN_NO_COLUMN: not found */
    unsigned *best;  /* the best field of one word */
    struct search_hit *hits;
};

#define SCAN_NO_COLUMN 4

/* Prepares a statement; fails the test where SQLite does not like it. */
sqlite3_stmt *scan_prepare(struct search_scan *scan, const char *sql);

/* Marks the ranks that a statement gives, beside those that are marked, and finalizes it. */
void scan_mark(struct search_scan *scan, sqlite3_stmt *statement);
/* The same for SQL with one parameter. */
void scan_mark_text(struct search_scan *scan, const char *sql, struct search_string text);
void scan_clear_marks(struct search_scan *scan);

/* Sets `passes` by the query's filters. */
void scan_filter(struct search_scan *scan, const struct search_query *query);

/* Writes a hit for every crate that matches the text and passes, without a score. Returns how many. */
size_t scan_match(struct search_scan *scan, struct search_string text);

#endif
