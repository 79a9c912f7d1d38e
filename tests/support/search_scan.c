/* Words are looked up by FTS5's MATCH, one word and one column at a time; names by instr; filters by
   joins over the file's tables. Each crate has a mark for every question, and at the end the marks
   make its tier. Nothing is clever and nothing is fast. */
#define _GNU_SOURCE /* qsort_r */
#include "tests/support/search_scan_steps.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The weights that index/search_relevance.c states, restated. */
static const double weights[N_SEARCH_TIERS] = {
    [SEARCH_TIER_EXACT] = 100.0,     [SEARCH_TIER_NAME] = 1.2,   [SEARCH_TIER_KEYWORDS] = 1.4,
    [SEARCH_TIER_DESCRIPTION] = 1.0, [SEARCH_TIER_README] = 0.0, [SEARCH_TIER_SUBSTRING] = 0.0,
};
#define POPULARITY_WEIGHT 2.0

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
    assert_int_equal(sqlite3_open_v2(path, &scan->database, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    sqlite3_stmt *select = scan_prepare(scan, "SELECT count(*) FROM crates");
    assert_int_equal(sqlite3_step(select), SQLITE_ROW);
    scan->n_crates = (uint32_t)sqlite3_column_int64(select, 0);
    sqlite3_finalize(select);
    size_t n = (size_t)scan->n_crates + 1;
    scan->crates = allocate(n, sizeof *scan->crates);
    scan->passes = allocate(n, sizeof *scan->passes);
    scan->marks = allocate(n, sizeof *scan->marks);
    scan->worst = allocate(n, sizeof *scan->worst);
    scan->best = allocate(n, sizeof *scan->best);
    scan->hits = allocate(n, sizeof *scan->hits);
    select =
        scan_prepare(scan, "SELECT rank, id, downloads, recent_downloads, name,"
                           " replace(lower(name), '-', '_'), rtrim(created_at, 'Z'),"
                           " rtrim(updated_at, 'Z'), popularity, yanked FROM crates ORDER BY rank");
    for (uint32_t rank = 1; rank <= scan->n_crates; rank++) {
        assert_int_equal(sqlite3_step(select), SQLITE_ROW);
        assert_int_equal(sqlite3_column_int64(select, 0), rank);
        scan->crates[rank] = (struct crate){.id = sqlite3_column_int64(select, 1),
                                            .downloads = sqlite3_column_int64(select, 2),
                                            .recent_downloads = sqlite3_column_int64(select, 3),
                                            .name = copy_column(select, 4),
                                            .canonical = copy_column(select, 5),
                                            .created_at = copy_column(select, 6),
                                            .updated_at = copy_column(select, 7),
                                            .popularity = (float)sqlite3_column_double(select, 8),
                                            .is_yanked = sqlite3_column_int(select, 9) != 0};
    }
    sqlite3_finalize(select);
    return scan;
}

void search_scan_close(struct search_scan *scan)
{
    for (uint32_t rank = 1; rank <= scan->n_crates; rank++) {
        free(scan->crates[rank].name);
        free(scan->crates[rank].canonical);
        free(scan->crates[rank].created_at);
        free(scan->crates[rank].updated_at);
    }
    free(scan->crates);
    free(scan->passes);
    free(scan->marks);
    free(scan->worst);
    free(scan->best);
    free(scan->hits);
    assert_int_equal(sqlite3_close(scan->database), SQLITE_OK);
    free(scan);
}

const char *search_scan_name(const struct search_scan *scan, uint32_t rank)
{
    return scan->crates[rank].name;
}

struct ordering {
    const struct search_scan *scan;
    enum search_sort sort;
};

static int by_numbers(int64_t left, int64_t right)
{
    return left > right ? -1 : left < right;
}

static int compare_hits(const void *left_hit, const void *right_hit, void *context)
{
    const struct ordering *by = context;
    const struct search_hit *left = left_hit;
    const struct search_hit *right = right_hit;
    const struct crate *left_crate = &by->scan->crates[left->rank];
    const struct crate *right_crate = &by->scan->crates[right->rank];
    int order = 0;
    switch (by->sort) {
    case SEARCH_SORT_RELEVANCE:
        if (left->score != right->score)
            return left->score > right->score ? -1 : 1;
        return left->rank < right->rank ? -1 : 1;
    case SEARCH_SORT_ALPHABETICAL:
        if (left->exact != right->exact)
            return left->exact ? -1 : 1;
        order = strcmp(left_crate->canonical, right_crate->canonical);
        return order != 0 ? order : strcmp(left_crate->name, right_crate->name);
    case SEARCH_SORT_DOWNLOADS:
        order = by_numbers(left_crate->downloads, right_crate->downloads);
        break;
    case SEARCH_SORT_RECENT_DOWNLOADS:
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

size_t search_scan_run(struct search_scan *scan, const struct search_query *query,
                       const struct search_hit **hits)
{
    struct ordering by = {scan, query->sort};
    struct search_string text = query->text;
    size_t n_hits = 0;
    for (; text.length > 0 && text.data[0] == ' '; text.length--)
        text.data++;
    for (; text.length > 0 && text.data[text.length - 1] == ' ';)
        text.length--;
    scan_filter(scan, query);
    if (text.length > 0) {
        n_hits = scan_match(scan, text);
    } else {
        for (uint32_t rank = 1; rank <= scan->n_crates; rank++) {
            if (scan->passes[rank])
                scan->hits[n_hits++] = (struct search_hit){rank, SEARCH_TIER_NONE, false, 0};
        }
        if (by.sort == SEARCH_SORT_RELEVANCE)
            by.sort = SEARCH_SORT_ALPHABETICAL;
    }
    for (size_t i = 0; i < n_hits && by.sort == SEARCH_SORT_RELEVANCE; i++) {
        struct search_hit *hit = &scan->hits[i];
        hit->score =
            weights[hit->tier] + POPULARITY_WEIGHT * (double)scan->crates[hit->rank].popularity;
    }
    qsort_r(scan->hits, n_hits, sizeof *scan->hits, compare_hits, &by);
    *hits = scan->hits;
    return n_hits;
}

void search_scan_expect(const struct search_query *query, const struct search_hit *all,
                        size_t n_all, size_t n_skipped, const struct search_result *result)
{
    size_t n_left = n_skipped < n_all ? n_all - n_skipped : 0;
    size_t n_expected = n_left < query->limit ? n_left : query->limit;
    if (result->total != n_all || result->n_hits != n_expected)
        fail_msg("\"%.*s\", sort %d: %u hits of %llu, not %zu of %zu", (int)query->text.length,
                 query->text.data == NULL ? "" : query->text.data, (int)query->sort, result->n_hits,
                 (unsigned long long)result->total, n_expected, n_all);
    for (size_t i = 0; i < n_expected; i++) {
        const struct search_hit *hit = &result->hits[i];
        const struct search_hit *expected = &all[n_skipped + i];
        if (hit->rank != expected->rank || hit->tier != expected->tier ||
            hit->exact != expected->exact || hit->score != expected->score)
            fail_msg("\"%.*s\", sort %d, hit %zu: rank %u, %s, %.17g, not rank %u, %s, %.17g",
                     (int)query->text.length, query->text.data == NULL ? "" : query->text.data,
                     (int)query->sort, n_skipped + i, hit->rank, search_tier_name(hit->tier),
                     hit->score, expected->rank, search_tier_name(expected->tier), expected->score);
    }
}
