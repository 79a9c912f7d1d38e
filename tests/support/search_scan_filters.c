/* The filters of the list by joins over the file's tables, and by reading what stands there crate
   by crate: licence expressions, versions by their numbers. */
#include "tests/support/license_scan.h"
#include "tests/support/search_scan_steps.h"

#include <cratedex/search_filter_list.h>
#include <cratedex/timestamp.h>
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DEFAULT_VERSION                                                                            \
    " FROM crates JOIN versions ON versions.crate_id = crates.id"                                  \
    " AND versions.num = crates.default_version "

/* Whether one text of a crate passes. */
typedef bool passes_text(const char *text, const struct search_filters *filters,
                         const struct search_filter *first, uint32_t n);

/* Three numbers; false for what is none. */
static bool read_version(const char *text, unsigned long numbers[3])
{
    char *end;
    for (int i = 0; i < 3; i++) {
        numbers[i] = strtoul(text, &end, 10);
        if (i == 0 && (end == text || !isdigit((unsigned char)text[0])))
            return false;
        text = *end == '.' ? end + 1 : "";
    }
    return true;
}

static bool is_rust_enough(const char *text, const struct search_filters *filters,
                           const struct search_filter *first, uint32_t n)
{
    char given_text[64];
    unsigned long needed[3];
    unsigned long given[3];
    struct search_string value = search_filter_text(filters, first);
    assert_int_equal(n, 1);
    snprintf(given_text, sizeof given_text, "%.*s", (int)value.length, value.data);
    assert_true(read_version(given_text, given));
    if (!read_version(text, needed))
        return true;
    for (int i = 0; i < 3; i++) {
        if (needed[i] != given[i])
            return needed[i] < given[i];
    }
    return true;
}

static bool is_license_met(const char *text, const struct search_filters *filters,
                           const struct search_filter *first, uint32_t n)
{
    struct search_string names[SEARCH_MAX_FILTERS];
    for (uint32_t i = 0; i < n; i++)
        names[i] = search_filter_text(filters, &first[i]);
    return license_scan_is_met(text, names, n);
}

/* A number of a version that is not yanked. */
static bool is_stable(const char *text, const struct search_filters *filters,
                      const struct search_filter *first, uint32_t n)
{
    (void)filters;
    (void)first;
    (void)n;
    size_t length = strcspn(text, "+");
    return strtoul(text, NULL, 10) > 0 && memchr(text, '-', length) == NULL;
}

/* Marks the crates with a text that passes. */
static void mark_passing(struct search_scan *scan, const char *sql, passes_text *passes,
                         const struct search_filters *filters, const struct search_filter *first,
                         uint32_t n)
{
    sqlite3_stmt *texts = scan_prepare(scan, sql);
    while (sqlite3_step(texts) == SQLITE_ROW) {
        const char *text = (const char *)sqlite3_column_text(texts, 1);
        if (passes(text != NULL ? text : "", filters, first, n))
            scan->marks[sqlite3_column_int(texts, 0)] = true;
    }
    sqlite3_finalize(texts);
}

static void mark_sql(struct search_scan *scan, const char *sql)
{
    scan_mark(scan, scan_prepare(scan, sql));
}

static void mark_least(struct search_scan *scan, const struct search_filter *filter)
{
    char since[TIMESTAMP_TEXT_SIZE];
    size_t length = timestamp_format(filter->number, since);
    since[length - 1] = '\0'; /* the Z */
    for (uint32_t rank = 1; rank <= scan->n_crates; rank++) {
        const struct crate *crate = &scan->crates[rank];
        if (filter->kind == SEARCH_FILTER_MIN_DOWNLOADS)
            scan->marks[rank] = crate->downloads >= filter->number;
        else if (filter->kind == SEARCH_FILTER_UPDATED_SINCE)
            scan->marks[rank] = strcmp(crate->updated_at, since) >= 0;
        else
            scan->marks[rank] = strcmp(crate->created_at, since) >= 0;
    }
}

static void mark_dependents(struct search_scan *scan, const struct search_filters *filters,
                            struct search_string crate)
{
    static const char *const kinds[] = {"normal", "build", "dev"};
    char sql[512];
    uint32_t n_kinds;
    const struct search_filter *asked = search_filters_of(filters, SEARCH_FILTER_KIND, &n_kinds);
    for (int kind = 0; kind < 3; kind++) {
        struct search_string name =
            n_kinds > 0 ? search_filter_text(filters, asked) : (struct search_string){NULL, 0};
        if (name.data != NULL && strncmp(kinds[kind], name.data, name.length) != 0)
            continue;
        snprintf(sql, sizeof sql,
                 "SELECT crates.rank" DEFAULT_VERSION
                 "JOIN dependencies ON version_id = versions.id AND kind = %d"
                 " JOIN crates AS needed ON needed.id = dependencies.crate_id"
                 " WHERE needed.name = ?1",
                 kind);
        scan_mark_text(scan, sql, crate);
    }
}

static void mark_owned(struct search_scan *scan, struct search_string login)
{
    scan_mark_text(scan,
                   "SELECT rank FROM crate_owners JOIN users ON users.id = owner_id"
                   " WHERE owner_kind = 0 AND replace(lower(login), '_', '-') ="
                   " replace(lower(?1), '_', '-')",
                   login);
    scan_mark_text(scan,
                   "SELECT rank FROM crate_owners JOIN teams ON teams.id = owner_id"
                   " WHERE owner_kind = 1 AND replace(lower(login), '_', '-') ="
                   " replace(lower(?1), '_', '-')",
                   login);
}

/* Marks what passes the filters of one kind; where each of several must pass, the first. */
static void mark_kind(struct search_scan *scan, const struct search_filters *filters,
                      const struct search_filter *first, uint32_t n)
{
    struct search_string text = search_filter_text(filters, first);
    switch (first->kind) {
    case SEARCH_FILTER_LICENSE:
        mark_passing(scan, "SELECT rank, license" DEFAULT_VERSION "WHERE license IS NOT NULL",
                     is_license_met, filters, first, n);
        break;
    case SEARCH_FILTER_RUST_VERSION:
        mark_passing(scan,
                     "SELECT rank, (SELECT rust_version FROM versions WHERE versions.crate_id ="
                     " crates.id AND versions.num = crates.default_version) FROM crates",
                     is_rust_enough, filters, first, n);
        break;
    case SEARCH_FILTER_RUST_VERSION_KNOWN:
        mark_sql(scan, "SELECT rank" DEFAULT_VERSION "WHERE rust_version GLOB '[0-9]*'");
        break;
    case SEARCH_FILTER_EDITION:
        scan_mark_text(scan, "SELECT rank" DEFAULT_VERSION "WHERE edition = ?1", text);
        break;
    case SEARCH_FILTER_HAS:
        mark_sql(scan, text.data[0] == 'l' ? "SELECT rank" DEFAULT_VERSION "WHERE has_lib = 1"
                                           : "SELECT rank" DEFAULT_VERSION
                                             "WHERE bin_names NOT IN ('[]', 'null')");
        break;
    case SEARCH_FILTER_NO_STD:
        mark_sql(scan, "SELECT rank FROM crates_categories JOIN categories ON id = category_id"
                       " WHERE slug = 'no-std' OR slug LIKE 'no-std::%' UNION"
                       " SELECT rank FROM crates_keywords JOIN keywords ON id = keyword_id"
                       " WHERE keyword IN ('no-std', 'no_std')");
        break;
    case SEARCH_FILTER_STABLE:
        mark_passing(scan,
                     "SELECT rank, num FROM crates JOIN versions ON versions.crate_id = crates.id"
                     " WHERE versions.yanked = 0",
                     is_stable, filters, first, n);
        break;
    case SEARCH_FILTER_UPDATED_SINCE:
    case SEARCH_FILTER_CREATED_SINCE:
    case SEARCH_FILTER_MIN_DOWNLOADS:
        mark_least(scan, first);
        break;
    case SEARCH_FILTER_DEPENDS_ON:
        mark_dependents(scan, filters, text);
        break;
    case SEARCH_FILTER_OWNER:
        mark_owned(scan, text);
        break;
    case SEARCH_FILTER_KEYWORD:
        scan_mark_text(scan,
                       "SELECT rank FROM crates_keywords JOIN keywords ON id = keyword_id"
                       " WHERE keyword = ?1",
                       text);
        break;
    case SEARCH_FILTER_CATEGORY:
        scan_mark_text(scan,
                       "SELECT rank FROM crates_categories JOIN categories ON id = category_id"
                       " WHERE slug = ?1 OR instr(slug, ?1 || '::') = 1",
                       text);
        break;
    default:
        fail_msg("the scan has no filter %s", search_filter_name(first->kind));
    }
}

void scan_filter_by_list(struct search_scan *scan, const struct search_filters *filters)
{
    for (uint32_t i = 0; filters != NULL && i < filters->n; i++) {
        const struct search_filter *filter = &filters->filters[i];
        uint32_t n = 1;
        if (filter->kind == SEARCH_FILTER_KIND) /* of the dependencies */
            continue;
        if (filter->kind >= SEARCH_FILTER_WITHOUT) /* words: see scan_filter_by_words */
            break;
        if (filter->kind == SEARCH_FILTER_LICENSE) { /* together one */
            search_filters_of(filters, SEARCH_FILTER_LICENSE, &n);
            i += n - 1;
        }
        mark_kind(scan, filters, filter, n);
        scan_keep_marked(scan);
    }
}
