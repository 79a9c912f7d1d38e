/* Words are looked up by FTS5's MATCH, names by memmem, filters by joins over the file's tables;
   every crate gets its scores, and all are sorted. Nothing is clever and nothing is fast. */
#define _GNU_SOURCE /* qsort_r */
#include "tests/support/search_scan_steps.h"

#include "index/search/plan/query_characters.h"
#include "index/search/plan/query_reading.h"

#include <cratedex/index_file.h>
#include <cratedex/index_reader.h>
#include <cratedex/ranking.h>
#include <cratedex/search_filter_list.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *copy_column(sqlite3_stmt *row, int column)
{
    char *copy = strdup((const char *)sqlite3_column_text(row, column));
    assert_non_null(copy);
    return copy;
}

static void *allocate(size_t n, size_t size)
{
    void *array = calloc(n, size);
    assert_non_null(array);
    return array;
}

struct search_scan *search_scan_open(const char *path)
{
    struct search_scan *scan = allocate(1, sizeof *scan);
    struct error error = {.message = ""};
    scan->index = index_open(path, &error);
    scan->reader = scan->index == NULL ? NULL : index_reader_open(scan->index, &error);
    if (scan->reader == NULL)
        fail_msg("%s", error.message);
    assert_int_equal(sqlite3_open_v2(path, &scan->database, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    sqlite3_stmt *select = scan_prepare(scan, "SELECT count(*) FROM crates");
    assert_int_equal(sqlite3_step(select), SQLITE_ROW);
    scan->n_crates = (uint32_t)sqlite3_column_int64(select, 0);
    sqlite3_finalize(select);
    size_t n = (size_t)scan->n_crates + 1;
    scan->crates = allocate(n, sizeof *scan->crates);
    scan->passes = allocate(n, sizeof *scan->passes);
    scan->marks = allocate(n, sizeof *scan->marks);
    scan->in_name = allocate(n, sizeof *scan->in_name);
    scan->fields = allocate(n, sizeof *scan->fields);
    scan->written = allocate(n, sizeof *scan->written);
    scan->synonym = allocate(n, sizeof *scan->synonym);
    scan->any_fields = allocate(n, sizeof *scan->any_fields);
    scan->n_close = allocate(n, sizeof *scan->n_close);
    scan->completion = allocate(n, sizeof *scan->completion);
    scan->coverage = allocate(n, sizeof *scan->coverage);
    scan->hits = allocate(n, sizeof *scan->hits);
    scan->hit_of_rank = allocate(n, sizeof *scan->hit_of_rank);
    scan_execute(scan, "CREATE TEMP TABLE canonical_names AS"
                       " SELECT replace(lower(name), '-', '_') AS name FROM crates");
    scan_execute(scan, "CREATE INDEX temp.canonical_names_by_name ON canonical_names(name)");
    select =
        scan_prepare(scan, "SELECT rank, id, downloads, recent_downloads, name,"
                           " replace(lower(name), '-', '_'), rtrim(created_at, 'Z'),"
                           " rtrim(updated_at, 'Z'), popularity, yanked, dependents, num_versions,"
                           " length(CAST(coalesce(description, '') AS BLOB)),"
                           " (SELECT count(*) FROM temp.canonical_names AS longer"
                           " WHERE longer.name >= replace(lower(c.name), '-', '_') || '_'"
                           " AND longer.name < replace(lower(c.name), '-', '_') || char(96))"
                           " FROM crates AS c ORDER BY rank");
    for (uint32_t rank = 1; rank <= scan->n_crates; rank++) {
        assert_int_equal(sqlite3_step(select), SQLITE_ROW);
        assert_int_equal(sqlite3_column_int64(select, 0), rank);
        scan->crates[rank] =
            (struct crate){.id = sqlite3_column_int64(select, 1),
                           .downloads = sqlite3_column_int64(select, 2),
                           .has_recent_downloads = sqlite3_column_type(select, 3) != SQLITE_NULL,
                           .recent_downloads = sqlite3_column_int64(select, 3),
                           .name = copy_column(select, 4),
                           .canonical = copy_column(select, 5),
                           .created_at = copy_column(select, 6),
                           .updated_at = copy_column(select, 7),
                           .popularity = sqlite3_column_double(select, 8),
                           .is_yanked = sqlite3_column_int(select, 9) != 0,
                           .dependents = sqlite3_column_int64(select, 10),
                           .n_versions = sqlite3_column_int64(select, 11),
                           .description_length = (size_t)sqlite3_column_int64(select, 12),
                           .family = (unsigned)sqlite3_column_int64(select, 13)};
        const struct crate *crate = &scan->crates[rank];
        if (crate->dependents > scan->max_dependents)
            scan->max_dependents = crate->dependents;
        if (crate->downloads > scan->max_downloads)
            scan->max_downloads = crate->downloads;
    }
    sqlite3_finalize(select);
    scan_words_open(scan);
    scan_written_open(scan);
    return scan;
}

void search_scan_close(struct search_scan *scan)
{
    scan_written_close(scan);
    scan_words_close(scan);
    for (uint32_t rank = 1; rank <= scan->n_crates; rank++) {
        free(scan->crates[rank].name);
        free(scan->crates[rank].canonical);
        free(scan->crates[rank].created_at);
        free(scan->crates[rank].updated_at);
    }
    free(scan->crates);
    free(scan->passes);
    free(scan->marks);
    free(scan->in_name);
    free(scan->fields);
    free(scan->written);
    free(scan->synonym);
    free(scan->any_fields);
    free(scan->n_close);
    free(scan->completion);
    free(scan->coverage);
    free(scan->hits);
    free(scan->hit_of_rank);
    assert_int_equal(sqlite3_close(scan->database), SQLITE_OK);
    index_reader_close(scan->reader);
    index_close(scan->index);
    free(scan);
}

const char *search_scan_name(const struct search_scan *scan, uint32_t rank)
{
    return scan->crates[rank].name;
}

static int by_numbers(int64_t left, int64_t right)
{
    return left > right ? -1 : left < right;
}

/* The orders that are settled to the last crate. */
static int compare_listed(const void *left_hit, const void *right_hit, void *context)
{
    const struct search_scan *scan = context;
    const struct scan_hit *left = left_hit;
    const struct scan_hit *right = right_hit;
    const struct crate *left_crate = &scan->crates[left->rank];
    const struct crate *right_crate = &scan->crates[right->rank];
    int order = 0;
    switch (scan->sort) {
    case SEARCH_SORT_RELEVANCE:
    case SEARCH_SORT_ALPHABETICAL:
        if (left->exact != right->exact)
            return left->exact ? -1 : 1;
        order = strcmp(left_crate->canonical, right_crate->canonical);
        return order != 0 ? order : strcmp(left_crate->name, right_crate->name);
    case SEARCH_SORT_DOWNLOADS:
        order = by_numbers(left_crate->downloads, right_crate->downloads);
        break;
    case SEARCH_SORT_RECENT_DOWNLOADS:
        if (left_crate->has_recent_downloads != right_crate->has_recent_downloads)
            return left_crate->has_recent_downloads ? -1 : 1;
        order = by_numbers(left_crate->recent_downloads, right_crate->recent_downloads);
        break;
    case SEARCH_SORT_RECENT_UPDATES:
        order = strcmp(right_crate->updated_at, left_crate->updated_at);
        break;
    case SEARCH_SORT_NEW:
        order = strcmp(right_crate->created_at, left_crate->created_at);
        break;
    }
    return order != 0 ? order : by_numbers(left_crate->id, right_crate->id);
}

/* What the text is read as is data to the scan, as the trees are: tests of its own hold it. */
static struct search_string read_text(struct search_scan *scan, struct search_string typed)
{
    static struct query_reading reading;
    struct error error = {.message = ""};
    if (query_characters_are_blank(typed.data, typed.length))
        return (struct search_string){NULL, 0};
    if (query_reading_make(&reading, scan->index, scan->reader, typed, &error) != 0)
        fail_msg("%s", error.message);
    scan->reading = &reading;
    return reading.text;
}

static void make_canonical(struct search_string text, char *canonical)
{
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        canonical[i] = (char)(c == '-' ? '_' : c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
    canonical[text.length] = '\0';
}

size_t search_scan_run(struct search_scan *scan, const struct search_query *query)
{
    struct search_string text = read_text(scan, query->text);
    enum search_match match = query->match;
    scan->n_hits = 0;
    scan->n_front = 0;
    scan->n_near = 0;
    scan->n_front_names = 0;
    scan->n_by_words = 0;
    scan->is_relaxed = false;
    scan->is_meaning_known = true;
    scan->did_you_mean[0] = '\0';
    scan->n_second = 0;
    scan->is_unsure = false;
    scan->text_length = text.length;
    scan->sort = query->sort;
    if (query->ranking != NULL)
        scan->ranking = *query->ranking;
    else
        ranking_set_defaults(&scan->ranking);
    if (match == SEARCH_MATCH_DEFAULT)
        match = scan->sort == SEARCH_SORT_RELEVANCE ? SEARCH_MATCH_BEST : SEARCH_MATCH_ALL;
    scan_filter(scan, query);
    if (text.length > 0) {
        make_canonical(text, scan->canonical);
        scan_alike_names(scan, text);
        scan_mark_names(scan, text, scan->canonical);
        scan_words(scan, text);
        scan_match(scan, text, query->filters, match);
        scan->has_filter = query->category.data != NULL || query->n_keywords > 0 ||
                           query->letter.length > 0 || query->by_user || query->by_team ||
                           query->by_names || query->leave_out_yanked ||
                           (query->filters != NULL && query->filters->n > 0);
        scan_meaning(scan, text);
    } else if (query_characters_are_blank(query->text.data, query->text.length)) {
        scan_filter_by_words(scan, query->filters, false);
        for (uint32_t rank = 1; rank <= scan->n_crates; rank++) {
            if (scan->passes[rank])
                scan->hits[scan->n_hits++] =
                    (struct scan_hit){.rank = rank, .tier = SEARCH_TIER_NONE};
        }
        if (scan->sort == SEARCH_SORT_RELEVANCE)
            scan->sort = SEARCH_SORT_ALPHABETICAL;
    }
    if (scan->sort == SEARCH_SORT_RELEVANCE)
        scan_relevance(scan);
    else
        qsort_r(scan->hits, scan->n_hits, sizeof *scan->hits, compare_listed, scan);
    return scan->n_hits;
}

bool search_scan_is_unsure(const struct search_scan *scan)
{
    return scan->is_unsure;
}

bool search_scan_is_relaxed(const struct search_scan *scan)
{
    return scan->is_relaxed;
}

size_t search_scan_count(const struct search_scan *scan, enum search_tier tier)
{
    size_t n = 0;
    for (size_t i = 0; i < scan->n_hits; i++)
        n += scan->hits[i].tier == tier;
    return n;
}
