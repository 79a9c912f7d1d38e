/* The page of a crate: what each component adds, and what is null without it. */
#include "tests/support/decode_both.h"
#include "tests/support/http_case.h"
#include "tests/support/versions_dump.h"

#include <cratedex/crate_fragment.h>
#include <cratedex/crate_page.h>

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct page_request {
    const struct built_index *built;
    uint32_t rank;
    unsigned components;
};

static int write_page(void *context, struct encoder *encoder)
{
    const struct page_request *request = context;
    return index_reader_encode_crate_page(request->built->reader, request->rank,
                                          request->components, encoder, NULL);
}

static json_t *page_of(const struct built_index *built, const char *name, unsigned components)
{
    struct page_request request = {built, versions_dump_rank(built, name), components};
    return decode_both(write_page, &request);
}

static void expect_at(const json_t *page, const char *at, const char *expected)
{
    json_t *value = json_at(page, at);
    char *text = value == NULL ? NULL : json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    if (text == NULL || strcmp(text, expected) != 0)
        fail_msg("%s is %s, not %s", at, text == NULL ? "absent" : text, expected);
    free(text);
    json_decref(value);
}

/* Pairs of a place and the value there. */
static void expect_all(const json_t *page, const char *const (*expected)[2], size_t n)
{
    for (size_t i = 0; i < n; i++)
        expect_at(page, expected[i][0], expected[i][1]);
}

static void a_full_page(void **state)
{
    json_t *page = page_of(*state, "tracks-lib", CRATE_FULL_PAGE);
    static const char *const expected[][2] = {
        {"length", "4"},
        {"crate.length", "23"},
        {"crate.id", "\"Tracks-Lib\""},
        {"crate.updated_at", "\"2021-02-03T04:05:06.789Z\""},
        {"crate.versions", "[12,11,10,9,8,7,6,5,4,3,2,1]"},
        {"crate.keywords", "[\"zeta\",\"alpha\"]"},
        {"crate.categories", "[\"tools\",\"tools::cli\"]"},
        {"crate.badges", "[]"},
        {"crate.downloads", "900"},
        {"crate.recent_downloads", "77"},
        {"crate.default_version", "\"1.2.3\""},
        {"crate.num_versions", "12"},
        {"crate.max_version", "\"1.10.0\""},
        {"crate.newest_version", "\"1.2.3\""},
        {"crate.max_stable_version", "\"1.10.0\""},
        {"crate.homepage", "\"https://home.example\""},
        {"crate.links.versions", "null"},
        {"crate.links.owners", "\"/api/v1/crates/Tracks-Lib/owners\""},
        {"crate.exact_match", "false"},
        {"crate.trustpub_only", "true"},
        {"versions.length", "12"},
        {"versions[0].id", "12"},
        {"versions[11].id", "1"},
        {"keywords",
         "[{\"id\":\"zeta\",\"keyword\":\"zeta\",\"created_at\":\"2020-01-01T00:00:00Z\","
         "\"crates_cnt\":1},{\"id\":\"alpha\",\"keyword\":\"alpha\",\"created_at\":"
         "\"2020-01-01T00:00:00Z\",\"crates_cnt\":3}]"},
        {"categories[0].category", "\"Tools\""},
        {"categories[1]",
         "{\"id\":\"tools::cli\",\"category\":\"Command line\",\"slug\":\"tools::cli\","
         "\"description\":\"For shells\",\"created_at\":\"2020-01-01T00:00:00Z\","
         "\"crates_cnt\":2}"},
    };
    expect_all(page, expected, sizeof expected / sizeof *expected);
    json_decref(page);
}

static void a_page_of_nothing_but_the_crate(void **state)
{
    json_t *page = page_of(*state, "tracks-lib", 0);
    static const char *const expected[][2] = {
        {"crate.versions", "null"},
        {"crate.keywords", "null"},
        {"crate.categories", "null"},
        {"crate.badges", "[]"},
        {"crate.downloads", "900"},
        {"crate.recent_downloads", "null"},
        {"crate.default_version", "\"1.2.3\""},
        {"crate.num_versions", "12"},
        {"crate.yanked", "false"},
        {"crate.max_version", "\"0.0.0\""},
        {"crate.newest_version", "\"0.0.0\""},
        {"crate.max_stable_version", "null"},
        {"crate.links.versions", "\"/api/v1/crates/Tracks-Lib/versions\""},
        {"versions", "null"},
        {"keywords", "null"},
        {"categories", "null"},
    };
    expect_all(page, expected, sizeof expected / sizeof *expected);
    json_decref(page);
}

/* Each component by itself, and all sums of them: what one adds does not depend on the others, but
   for the default version, for which there is no room beside all versions. */
static void every_sum_of_components(void **state)
{
    static const struct {
        unsigned component;
        const char *at;
    } parts[] = {
        {CRATE_VERSIONS, "crate.versions"},
        {CRATE_VERSIONS, "crate.max_stable_version"},
        {CRATE_VERSIONS | CRATE_DEFAULT_VERSION, "versions"},
        {CRATE_KEYWORDS, "crate.keywords"},
        {CRATE_KEYWORDS, "keywords"},
        {CRATE_CATEGORIES, "crate.categories"},
        {CRATE_CATEGORIES, "categories"},
        {CRATE_DOWNLOADS, "crate.recent_downloads"},
    };
    for (unsigned components = 0; components <= CRATE_FULL_PAGE; components++) {
        json_t *page = page_of(*state, "tracks-lib", components);
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
            json_t *value = json_at(page, parts[i].at);
            assert_non_null(value);
            if (json_is_null(value) != ((components & parts[i].component) == 0))
                fail_msg("%s with components %u", parts[i].at, components);
            json_decref(value);
        }
        if ((components & CRATE_VERSIONS) != 0)
            expect_at(page, "versions.length", "12");
        else if ((components & CRATE_DEFAULT_VERSION) != 0)
            expect_at(page, "versions[0].num", "\"1.2.3\"");
        json_decref(page);
    }
}

static void the_default_version_alone(void **state)
{
    json_t *page = page_of(*state, "tracks-lib", CRATE_DEFAULT_VERSION);
    expect_at(page, "versions.length", "1");
    expect_at(page, "versions[0].id", "12");
    expect_at(page, "crate.versions", "null");
    json_decref(page);
}

/* Without versions there is no default one; without recent downloads there is no number of them. */
static void a_crate_without_anything(void **state)
{
    json_t *page = page_of(*state, "bare", CRATE_FULL_PAGE);
    static const char *const expected[][2] = {
        {"crate.versions", "[]"},
        {"crate.keywords", "[]"},
        {"crate.default_version", "null"},
        {"crate.max_version", "\"0.0.0\""},
        {"crate.recent_downloads", "null"},
        {"versions", "[]"},
        {"keywords", "[]"},
        {"categories", "[]"},
    };
    expect_all(page, expected, sizeof expected / sizeof *expected);
    json_decref(page);
    page = page_of(*state, "bare", CRATE_DEFAULT_VERSION);
    expect_at(page, "versions", "null");
    json_decref(page);
}

/* A crate whose versions are kept in the file has them as every other. */
static void a_crate_with_many_versions(void **state)
{
    json_t *page = page_of(*state, "many", CRATE_FULL_PAGE);
    expect_at(page, "versions.length", "40");
    expect_at(page, "versions[0].num", "\"1.0.39\"");
    expect_at(page, "versions[39].num", "\"1.0.0\"");
    expect_at(page, "crate.versions[0]", "140");
    expect_at(page, "versions[3].features", "{\"f36\":[]}");
    json_decref(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_page),
        cmocka_unit_test(a_page_of_nothing_but_the_crate),
        cmocka_unit_test(every_sum_of_components),
        cmocka_unit_test(the_default_version_alone),
        cmocka_unit_test(a_crate_without_anything),
        cmocka_unit_test(a_crate_with_many_versions),
    };
    return cmocka_run_group_tests_name("crate_page", tests, versions_dump_open,
                                       versions_dump_close);
}
