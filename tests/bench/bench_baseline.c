/* The baseline is what one would write first: every word quoted, all required, ORDER BY bm25() and
   a limit, one prepared statement, the file mapped into memory as ours is. The match expressions
   are composed beforehand, so that its time is SQLite's alone, while ours includes reading the
   query. */
#include "tests/bench/bench_baseline.h"

#include <ctype.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct baseline {
    sqlite3 *database;
    sqlite3_stmt *select;
    char **expressions; /* one a query; NULL where it has no word */
    size_t n_expressions;
};

static bool is_word_byte(char byte)
{
    return isalnum((unsigned char)byte) || (unsigned char)byte >= 0x80;
}

/* `foo bar-baz` as `"foo" "bar" "baz"`, which FTS5 joins by AND. NULL when memory runs out; an
   empty text where there is no word. */
static char *compose(const char *text)
{
    /* At worst every second byte is a word, which takes four bytes. */
    char *expression = malloc(4 * strlen(text) + 4);
    if (expression == NULL)
        return NULL;
    char *end = expression;
    for (const char *at = text; *at != '\0';) {
        if (!is_word_byte(*at)) {
            at++;
            continue;
        }
        *end++ = '"';
        while (is_word_byte(*at))
            *end++ = *at++;
        *end++ = '"';
        *end++ = ' ';
    }
    *end = '\0';
    return expression;
}

static int open_database(struct baseline *baseline, const char *path, struct error *error)
{
    static const char sql[] = "SELECT rowid FROM crates_fts WHERE crates_fts MATCH ?1 "
                              "ORDER BY bm25(crates_fts) LIMIT 10";
    if (sqlite3_open_v2(path, &baseline->database, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK ||
        sqlite3_exec(baseline->database, "PRAGMA mmap_size = 1099511627776", NULL, NULL, NULL) !=
            SQLITE_OK ||
        sqlite3_prepare_v2(baseline->database, sql, -1, &baseline->select, NULL) != SQLITE_OK)
        return error_set(error, "%s: the baseline cannot be run: %s", path,
                         sqlite3_errmsg(baseline->database));
    return 0;
}

static int compose_all(struct baseline *baseline, const struct bench_queries *queries,
                       struct error *error)
{
    baseline->expressions = calloc(queries->n_queries, sizeof *baseline->expressions);
    if (baseline->expressions == NULL)
        return error_out_of_memory(error);
    baseline->n_expressions = queries->n_queries;
    for (size_t i = 0; i < queries->n_queries; i++) {
        baseline->expressions[i] = compose(queries->queries[i].text);
        if (baseline->expressions[i] == NULL)
            return error_out_of_memory(error);
    }
    return 0;
}

struct baseline *baseline_open(const char *path, const struct bench_queries *queries,
                               struct error *error)
{
    struct baseline *baseline = calloc(1, sizeof *baseline);
    if (baseline == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    if (open_database(baseline, path, error) != 0 || compose_all(baseline, queries, error) != 0) {
        baseline_close(baseline);
        return NULL;
    }
    return baseline;
}

void baseline_close(struct baseline *baseline)
{
    if (baseline == NULL)
        return;
    for (size_t i = 0; i < baseline->n_expressions; i++)
        free(baseline->expressions[i]);
    free(baseline->expressions);
    sqlite3_finalize(baseline->select);
    sqlite3_close(baseline->database);
    free(baseline);
}

int baseline_run(struct baseline *baseline, size_t i, struct error *error)
{
    if (baseline->expressions[i][0] == '\0')
        return 0;
    sqlite3_bind_text(baseline->select, 1, baseline->expressions[i], -1, SQLITE_STATIC);
    int status;
    while ((status = sqlite3_step(baseline->select)) == SQLITE_ROW)
        ;
    if (status != SQLITE_DONE)
        error_set(error, "the baseline failed on %s: %s", baseline->expressions[i],
                  sqlite3_errmsg(baseline->database));
    sqlite3_reset(baseline->select);
    return status == SQLITE_DONE ? 1 : -1;
}
