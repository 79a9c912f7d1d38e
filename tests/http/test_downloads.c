/* The downloads of days, of a crate and of a version: parameters, and every crate of the sample
   against SQL. */
#include "tests/support/http_case.h"
#include "tests/support/http_fixture.h"
#include "tests/support/sql.h"

#include <cratedex/semver.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])
#define CRATES "/api/v1/crates/"

static void shows_the_days_of_a_version(void **state)
{
    static const struct http_case cases[] = {
        /* The sample's day is 1 November: 90 days with it. */
        {.request = {.target = CRATES "serde/1.0.228/downloads"},
         .status = 200,
         .headers = {"Cache-Control: public, max-age=60",
                     "CDN-Cache-Control: public, max-age=60, stale-while-revalidate=600",
                     "Surrogate-Key: crate/serde", "ETag"},
         .body = {{"length", "1"},
                  {"version_downloads[0]",
                   "{\"version\":2666,\"downloads\":714260,\"date\":\"2026-08-04\"}"}}},
        {.request = {.target = CRATES "Serde/1.0.228/downloads?before_date=2026-07-31"},
         .status = 200,
         .body = {{"version_downloads.length", "2"},
                  {"version_downloads[0].date", "\"2026-07-30\""},
                  {"version_downloads[1].date", "\"2026-07-31\""}}},
        {.request = {.target = CRATES "serde/1.0.228/downloads?before_date=2027-01-28"},
         .status = 200,
         .body = {{"version_downloads[0].date", "\"2026-10-31\""}}},
        {.request = {.target = CRATES "serde/1.0.228/downloads?before_date=2027-02-28"},
         .status = 200,
         .body = {{"version_downloads", "[]"}}},
        {.request = {.target = CRATES "serde/0.9.0/downloads"},
         .status = 200,
         .body = {{"version_downloads", "[]"}}},
        /* The days are the same, and so is the cache entry. */
        {.request = {.target = CRATES "serde/1.0.228/downloads?before_date=2026-11-01"},
         .status = 200,
         .headers = {"X-Cache: hit"}},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

static void refuses_what_is_no_day(void **state)
{
    static const struct {
        const char *text;
        const char *reason;
    } days[] = {
        {"", "premature end of input"},
        {"2026-11", "premature end of input"},
        {"2026-11-0", "premature end of input"},
        {"yesterday", "input contains invalid characters"},
        {"2026/11/01", "input contains invalid characters"},
        {"2026-11-01T00:00:00Z", "trailing input"},
        {"2026-02-30", "input is out of range"},
        {"2026-13-01", "input is out of range"},
        {"0000-01-01", "input is out of range"},
    };
    for (size_t i = 0; i < N_ELEMENTS(days); i++) {
        char target[128];
        char detail[128];
        snprintf(target, sizeof target, CRATES "serde/1.0.228/downloads?before_date=%s",
                 days[i].text);
        snprintf(detail, sizeof detail, "Failed to deserialize query string: before_date: %s",
                 days[i].reason);
        json_t *body = http_get_json(client_of(state), target, 400);
        assert_string_equal(json_text_at(body, "errors[0].detail"), detail);
        json_decref(body);
    }
}

static void includes_versions(void **state)
{
    static const char bad[] = "\"invalid component for ?include= (expected 'versions')\"";
    static const struct http_case cases[] = {
        {.request = {.target = CRATES "serde/downloads"},
         .status = 200,
         .headers = {"Cache-Control: public, max-age=60",
                     "CDN-Cache-Control: public, max-age=60, stale-while-revalidate=600",
                     "Surrogate-Key: crate/serde"},
         .body = {{"length", "2"}, {"versions", "absent"}, {"meta.length", "1"}}},
        {.request = {.target = CRATES "serde/downloads?include="},
         .status = 200,
         .body = {{"versions", "absent"}}},
        {.request = {.target = CRATES "SERDE/downloads?include=versions"},
         .status = 200,
         .body = {{"length", "3"},
                  {"versions.length", "5"},
                  {"versions[0].num", "\"1.0.228\""},
                  {"versions[0].crate", "\"serde\""},
                  {"versions[0].id", "2666"},
                  {"versions[4].num", "\"1.0.117\""}}},
        {.request = {.target = CRATES "serde/downloads?include=,versions,"},
         .status = 200,
         .headers = {"X-Cache: hit"}},
        {.request = {.target = CRATES "serde/downloads?include=version"},
         .status = 400,
         .body = {{"errors[0].detail", bad}}},
        {.request = {.target = CRATES "serde/downloads?include=versions,x"},
         .status = 400,
         .body = {{"errors[0].detail", bad}}},
        {.request = {.target = CRATES "no-such/downloads"},
         .status = 404,
         .body = {{"errors[0].detail", "\"crate `no-such` does not exist\""}}},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

struct version {
    long long id;
    char num[128];
};

static int compare_versions(const void *left, const void *right)
{
    struct semver a;
    struct semver b;
    const char *a_num = ((const struct version *)left)->num;
    const char *b_num = ((const struct version *)right)->num;
    assert_int_equal(semver_parse(&a, a_num, strlen(a_num)), 0);
    assert_int_equal(semver_parse(&b, b_num, strlen(b_num)), 0);
    return semver_order(&b, &a);
}

/* The ids of the highest five versions, as a list for SQL. */
static void list_highest(const char *name, char list[128])
{
    struct version versions[64] = {{0}};
    size_t n_versions = 0;
    char query[256];
    snprintf(query, sizeof query,
             "SELECT versions.id, num FROM versions JOIN crates ON crates.id = crate_id"
             " WHERE name = '%s'",
             name);
    char *rows = sql_text(test_index(), query);
    char *rest;
    for (char *row = strtok_r(rows, "\n", &rest); row != NULL; row = strtok_r(NULL, "\n", &rest)) {
        char *num;
        assert_true(n_versions < N_ELEMENTS(versions));
        versions[n_versions].id = strtoll(row, &num, 10);
        snprintf(versions[n_versions++].num, sizeof versions[0].num, "%s", num + 1);
    }
    free(rows);
    qsort(versions, n_versions, sizeof versions[0], compare_versions);
    size_t length = (size_t)snprintf(list, 128, "-1");
    for (size_t i = 0; i < n_versions && i < 5; i++)
        length += (size_t)snprintf(list + length, 128 - length, ", %lld", versions[i].id);
}

static json_t *sql_json(const char *query)
{
    char *text = sql_text(test_index(), query);
    json_t *json = json_loads(text, 0, NULL);
    assert_non_null(json);
    free(text);
    return json;
}

static void expect_page(struct http_client *client, const char *name)
{
    static const char days[] = "date BETWEEN '2026-08-04' AND '2026-11-01'";
    char target[320];
    char highest[128];
    char query[1024];
    list_highest(name, highest);
    snprintf(target, sizeof target, CRATES "%s/downloads", name);
    json_t *page = http_get_json(client, target, 200);
    snprintf(query, sizeof query,
             "SELECT json_group_array(json_object('version', version_id, 'downloads', downloads,"
             " 'date', date)) FROM (SELECT * FROM version_downloads WHERE version_id IN (%s) AND %s"
             " ORDER BY date, version_id DESC)",
             highest, days);
    json_t *expected = sql_json(query);
    if (!json_equal(json_object_get(page, "version_downloads"), expected))
        fail_msg("%s: the days of the highest versions differ from SQL", target);
    json_decref(expected);
    snprintf(query, sizeof query,
             "SELECT json_group_array(json_object('date', date, 'downloads', sum)) FROM (SELECT"
             " date, sum(version_downloads.downloads) AS sum FROM version_downloads JOIN versions"
             " ON versions.id = version_id JOIN crates ON crates.id = crate_id WHERE name = '%s'"
             " AND version_id NOT IN (%s) AND %s GROUP BY date ORDER BY date)",
             name, highest, days);
    expected = sql_json(query);
    json_t *extra = json_at(page, "meta.extra_downloads");
    if (!json_equal(extra, expected))
        fail_msg("%s: the days of the other versions differ from SQL", target);
    json_decref(extra);
    json_decref(expected);
    json_decref(page);
}

static void shows_every_crate_as_sql_has_it(void **state)
{
    char *names = sql_text(test_index(), "SELECT name FROM crates ORDER BY rank");
    unsigned n_crates = 0;
    char *rest;
    for (char *name = strtok_r(names, "\n", &rest); name != NULL;
         name = strtok_r(NULL, "\n", &rest)) {
        expect_page(client_of(state), name);
        n_crates++;
    }
    assert_int_equal(n_crates, 329);
    free(names);
    sql_expect(test_index(),
               "SELECT count(*) > 100 FROM (SELECT crate_id FROM versions GROUP BY crate_id HAVING"
               " count(*) > 5)",
               "1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shows_the_days_of_a_version),
        cmocka_unit_test(refuses_what_is_no_day),
        cmocka_unit_test(includes_versions),
        cmocka_unit_test(shows_every_crate_as_sql_has_it),
    };
    return cmocka_run_group_tests(tests, http_fixture_start, http_fixture_stop);
}
