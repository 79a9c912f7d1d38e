/* Filters by joins over the file's tables: what one filter lets through is marked, and only what
   every filter marks passes. */
#include "tests/support/search_scan_steps.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void scan_execute(struct search_scan *scan, const char *sql)
{
    if (sqlite3_exec(scan->database, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(scan->database));
}

sqlite3_stmt *scan_prepare(struct search_scan *scan, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(scan->database, sql, -1, &statement, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(scan->database));
    return statement;
}

/* Sets the marks of the ranks that the statement gives, beside those that are set. */
void scan_mark(struct search_scan *scan, sqlite3_stmt *statement)
{
    int result;
    while ((result = sqlite3_step(statement)) == SQLITE_ROW) {
        int64_t rank = sqlite3_column_int64(statement, 0);
        assert_in_range(rank, 1, scan->n_crates);
        scan->marks[rank] = true;
    }
    if (result != SQLITE_DONE)
        fail_msg("%s", sqlite3_errmsg(scan->database));
    sqlite3_finalize(statement);
}

void scan_clear_marks(struct search_scan *scan)
{
    memset(scan->marks, 0, (scan->n_crates + (size_t)1) * sizeof *scan->marks);
}

void scan_mark_text(struct search_scan *scan, const char *sql, struct search_string text)
{
    sqlite3_stmt *statement = scan_prepare(scan, sql);
    sqlite3_bind_text(statement, 1, text.data, (int)text.length, SQLITE_TRANSIENT);
    scan_mark(scan, statement);
}

static void mark_owner(struct search_scan *scan, int kind, int64_t id)
{
    sqlite3_stmt *statement =
        scan_prepare(scan, "SELECT rank FROM crate_owners WHERE owner_kind = ?1 AND owner_id = ?2");
    sqlite3_bind_int(statement, 1, kind);
    sqlite3_bind_int64(statement, 2, id);
    scan_mark(scan, statement);
}

void scan_keep_marked(struct search_scan *scan)
{
    for (uint32_t rank = 1; rank <= scan->n_crates; rank++)
        scan->passes[rank] = scan->passes[rank] && scan->marks[rank];
    scan_clear_marks(scan);
}

void scan_filter(struct search_scan *scan, const struct search_query *query)
{
    scan_clear_marks(scan);
    for (uint32_t rank = 1; rank <= scan->n_crates; rank++)
        scan->passes[rank] = !query->leave_out_yanked || !scan->crates[rank].is_yanked;
    if (query->category.data != NULL) {
        scan_mark_text(scan,
                       "SELECT rank FROM crates_categories WHERE category_id IN (SELECT id FROM"
                       " categories WHERE slug = ?1 OR instr(slug, ?1 || '::') = 1)",
                       query->category);
        scan_keep_marked(scan);
    }
    for (size_t i = 0; i < query->n_keywords; i++) {
        scan_mark_text(
            scan,
            "SELECT rank FROM crates_keywords WHERE keyword_id = (SELECT id FROM keywords"
            " WHERE keyword = ?1)",
            query->keywords[i]);
        scan_keep_marked(scan);
    }
    if (query->letter.data != NULL) {
        scan_mark_text(scan,
                       "SELECT rank FROM crates WHERE substr(replace(lower(name), '-', '_'), 1, 1)"
                       " = replace(lower(substr(?1, 1, 1)), '-', '_')",
                       query->letter);
        scan_keep_marked(scan);
    }
    if (query->by_user || query->by_team) {
        if (query->by_user)
            mark_owner(scan, 0, query->user_id);
        else
            mark_owner(scan, 1, query->team_id);
        scan_keep_marked(scan);
    }
    if (query->by_names) {
        for (size_t i = 0; i < query->n_names; i++)
            scan_mark_text(scan, "SELECT rank FROM crates WHERE name = ?1", query->names[i]);
        scan_keep_marked(scan);
    }
    scan_filter_by_list(scan, query->filters);
}
