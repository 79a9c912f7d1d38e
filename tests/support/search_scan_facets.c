/* Values by SQL, crate by crate; those of crates that were found are counted in a list. */
#include "tests/support/search_scan_steps.h"

#include "tests/support/license_scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#define DEFAULT_VALUES(value)                                                                      \
    "SELECT c.rank, " value " FROM crates c JOIN versions v ON v.crate_id = c.id AND v.num ="      \
    " c.default_version WHERE " value " IS NOT NULL"

/* Rank and value; of licences, the expression. */
static const struct {
    const char *facet;
    const char *sql;
} facets[] = {
    {"category", "SELECT DISTINCT rank, above.slug FROM crates_categories JOIN categories s ON s.id"
                 " = category_id JOIN categories above ON instr(s.slug || '::', above.slug || '::')"
                 " = 1"},
    {"keyword", "SELECT rank, keyword FROM crates_keywords JOIN keywords ON id = keyword_id"},
    {"license", DEFAULT_VALUES("v.license")},
    {"edition", DEFAULT_VALUES("v.edition")},
    {"rust_version", DEFAULT_VALUES("v.rust_version")},
    {"has", DEFAULT_VALUES("iif(v.has_lib = 1, 'lib', NULL)") " UNION ALL " DEFAULT_VALUES(
                "iif(v.bin_names <> '[]', 'bin', NULL)")},
};
#define N_FACETS (sizeof facets / sizeof *facets)

/* Values while they are counted. */
struct counting {
    struct scan_facet_value *values;
    uint32_t *last_ranks; /* the crate that had each last: it counts once */
    size_t n;
    uint32_t rank;
    int (*compare)(const char *left, const char *right);
};

static void count(void *context, const char *value)
{
    struct counting *counting = context;
    size_t i = 0;
    while (i < counting->n && counting->compare(counting->values[i].text, value) != 0)
        i++;
    if (i == counting->n) {
        assert_true(i < SCAN_FACET_MAX_VALUES);
        counting->last_ranks[i] = 0;
        counting->values[i].n_crates = 0;
        snprintf(counting->values[i].text, sizeof counting->values[i].text, "%s", value);
        counting->n++;
    }
    if (counting->last_ranks[i] != counting->rank)
        counting->values[i].n_crates++;
    counting->last_ranks[i] = counting->rank;
}

static int compare(const void *left_value, const void *right_value)
{
    const struct scan_facet_value *left = left_value;
    const struct scan_facet_value *right = right_value;
    return left->n_crates != right->n_crates ? (left->n_crates < right->n_crates ? 1 : -1)
                                             : strcmp(left->text, right->text);
}

size_t search_scan_facet(struct search_scan *scan, const char *facet,
                         struct scan_facet_value values[SCAN_FACET_MAX_VALUES])
{
    static uint32_t last_ranks[SCAN_FACET_MAX_VALUES];
    bool is_license = strcmp(facet, "license") == 0;
    struct counting counting = {
        .values = values, .last_ranks = last_ranks, .compare = is_license ? strcasecmp : strcmp};
    size_t which = 0;
    while (strcmp(facets[which].facet, facet) != 0)
        assert_true(++which < N_FACETS);
    scan_clear_marks(scan);
    for (size_t i = 0; i < scan->n_hits; i++)
        scan->marks[scan->hits[i].rank] = true;
    sqlite3_stmt *select = scan_prepare(scan, facets[which].sql);
    while (sqlite3_step(select) == SQLITE_ROW) {
        const char *value = (const char *)sqlite3_column_text(select, 1);
        counting.rank = (uint32_t)sqlite3_column_int64(select, 0);
        if (!scan->marks[counting.rank])
            continue;
        if (is_license)
            license_scan_each(value, count, &counting);
        else
            count(&counting, value);
    }
    sqlite3_finalize(select);
    scan_clear_marks(scan);
    qsort(values, counting.n, sizeof *values, compare);
    return counting.n;
}
