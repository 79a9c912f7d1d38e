/* Refinements by SQL, one after the other; the default version is found by its number. Licences are
   read by recursive descent, whenever one is asked for. */
#include "tests/support/search_scan_steps.h"

#include "tests/support/license_scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DEFAULT_VERSIONS                                                                           \
    "SELECT c.rank FROM crates c JOIN versions v ON v.crate_id = c.id AND v.num ="                 \
    " c.default_version WHERE "
/* ?1, canonically. */
#define IS_ASKED " = replace(lower(?1), '-', '_')"
#define LOGIN_IS_ASKED "replace(lower(login), '-', '_')" IS_ASKED
/* A version of Rust as a number that compares. */
#define BEHIND_POINT(text) "substr(" text ", instr(" text " || '.', '.') + 1)"
#define RUST_VERSION(text)                                                                         \
    "(CAST(" text " AS INTEGER) * 1000000 + CAST(" BEHIND_POINT(                                   \
        text) " AS INTEGER) * 1000"                                                                \
              " + CAST(" BEHIND_POINT(BEHIND_POINT(text)) " AS INTEGER))"

/* By name; ?1 is the value. */
static const struct {
    const char *name;
    const char *sql;
} filters[] = {
    {"rust_version", DEFAULT_VERSIONS
     "v.rust_version IS NULL OR " RUST_VERSION("v.rust_version") " <= " RUST_VERSION("?1")},
    {"rust_version_known", DEFAULT_VERSIONS "v.rust_version IS NOT NULL AND ?1 = 'yes'"},
    {"edition", DEFAULT_VERSIONS "v.edition = ?1"},
    {"has", DEFAULT_VERSIONS "CASE ?1 WHEN 'lib' THEN v.has_lib = 1 ELSE v.bin_names <> '[]' END"},
    {"no_std", "SELECT rank FROM crates_keywords JOIN keywords ON id = keyword_id WHERE keyword IN"
               " ('no-std', 'no_std') AND ?1 = 'yes' UNION SELECT rank FROM crates_categories"
               " JOIN categories ON id = category_id WHERE slug || '::' LIKE 'no-std::%'"},
    {"stable", "SELECT c.rank FROM crates c JOIN versions v ON v.crate_id = c.id WHERE ?1 = 'yes'"
               " AND NOT v.yanked AND CAST(v.num AS INTEGER) >= 1 AND"
               " instr(substr(v.num, 1, instr(v.num || '+', '+') - 1), '-') = 0"},
    {"updated_since", "SELECT rank FROM crates WHERE rtrim(updated_at, 'Z') >= ?1 || 'T00:00:00'"},
    {"created_since", "SELECT rank FROM crates WHERE rtrim(created_at, 'Z') >= ?1 || 'T00:00:00'"},
    {"min_downloads", "SELECT rank FROM crates WHERE downloads >= CAST(?1 AS INTEGER)"},
    {"owner",
     "SELECT rank FROM crate_owners JOIN users ON id = owner_id WHERE owner_kind = 0"
     " AND " LOGIN_IS_ASKED
     " UNION SELECT rank FROM crate_owners JOIN teams ON id = owner_id WHERE owner_kind = 1"
     " AND " LOGIN_IS_ASKED},
    {"keyword", "SELECT rank FROM crates_keywords JOIN keywords ON id = keyword_id WHERE"
                " keyword = ?1"},
    {"category", "SELECT rank FROM crates_categories JOIN categories ON id = category_id WHERE"
                 " instr(slug || '::', ?1 || '::') = 1"},
};
#define N_FILTERS (sizeof filters / sizeof *filters)

static bool is(const struct refinement *refinement, const char *name)
{
    return strcmp(refinement->name, name) == 0;
}

static const char *value_of(const struct refinements *refinements, const char *name)
{
    for (unsigned i = 0; i < refinements->n; i++)
        if (is(&refinements->items[i], name))
            return refinements->items[i].value;
    return NULL;
}

static void keep_dependents(struct search_scan *scan, const char *crate, const char *kind)
{
    static const char *const sql = DEFAULT_VERSIONS
        "EXISTS (SELECT 1 FROM dependencies d JOIN crates target ON target.id ="
        " d.crate_id WHERE d.version_id = v.id"
        " AND replace(lower(target.name), '-', '_')" IS_ASKED " AND (?2 IS NULL OR d.kind ="
        " CASE ?2 WHEN 'build' THEN 1 WHEN 'dev' THEN 2 ELSE 0 END))";
    sqlite3_stmt *select = scan_prepare(scan, sql);
    sqlite3_bind_text(select, 1, crate, -1, SQLITE_TRANSIENT);
    sqlite3_bind_text(select, 2, kind, -1, SQLITE_TRANSIENT);
    scan_mark(scan, select);
    scan_keep_marked(scan);
}

/* Keeps what can be used under the named licences together. */
static void keep_licensed(struct search_scan *scan, const struct refinements *refinements)
{
    const char *names[REFINEMENT_MAX];
    size_t n = 0;
    for (unsigned i = 0; i < refinements->n; i++)
        if (is(&refinements->items[i], "license"))
            names[n++] = refinements->items[i].value;
    if (n == 0)
        return;
    sqlite3_stmt *select = scan_prepare(
        scan, "SELECT c.rank, v.license FROM crates c JOIN versions v ON v.crate_id = c.id AND"
              " v.num = c.default_version WHERE v.license IS NOT NULL");
    while (sqlite3_step(select) == SQLITE_ROW)
        scan->marks[sqlite3_column_int64(select, 0)] =
            license_scan_is_met((const char *)sqlite3_column_text(select, 1), names, n);
    sqlite3_finalize(select);
    scan_keep_marked(scan);
}

static void refine_by(struct search_scan *scan, const struct refinement *refinement)
{
    for (size_t i = 0; i < N_FILTERS; i++) {
        if (is(refinement, filters[i].name)) {
            scan_mark_text(scan, filters[i].sql,
                           (struct search_string){refinement->value, strlen(refinement->value)});
            scan_keep_marked(scan);
            return;
        }
    }
    if (is(refinement, "depends_on"))
        keep_dependents(scan, refinement->value, value_of(&scan->refinements, "kind"));
}

void scan_refine(struct search_scan *scan)
{
    for (unsigned i = 0; i < scan->refinements.n; i++)
        refine_by(scan, &scan->refinements.items[i]);
    keep_licensed(scan, &scan->refinements);
}

void search_scan_refine(struct search_scan *scan, const struct refinements *refinements)
{
    scan->refinements = *refinements;
}
