/* Which version of a crate a requirement gets, and what was left out. */
#include "tests/support/built_index.h"
#include "tests/support/decode_both.h"
#include "tests/support/sql.h"

#include <cratedex/resolve.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define T "2020-01-01 00:00:00+00"
#define CRATE(id, name) id "," name "," T "," T ",,,,\n"
#define VERSION(id, crate_id, num, yanked, rust)                                                   \
    id "," crate_id "," num "," T "," yanked ",0," T "," rust ",f" id "\n"

static const struct dump_file files[] = {
    BUILT_TIME("2026-11-01T02:00:00Z"),
    BUILT_TABLE("crates", CRATES_COLUMNS "\n" CRATE("1", "Tool-Box") CRATE("2", "bare")
                              CRATE("3", "strange")),
    BUILT_TABLE(
        "versions", VERSIONS_COLUMNS ",rust_version,checksum\n"
        /* clang-format off */
                VERSION("101", "1", "1.0.0", "f", "")
                VERSION("102", "1", "1.2.0", "f", "1.56")
                VERSION("103", "1", "1.10.0", "f", "1.70.1")
                VERSION("104", "1", "1.11.0", "t", "")
                VERSION("105", "1", "1.12.0-beta.1", "f", "")
                VERSION("106", "1", "1.12.0-beta.2", "t", "")
                VERSION("107", "1", "2.0.0-rc.1", "f", "")
                VERSION("108", "1", "0.3.0", "f", "1.80")
                VERSION("109", "1", "1.2.0+b", "f", "1.50")
                VERSION("301", "3", "1.0", "f", "")
                VERSION("302", "3", "1.0.0", "f", "newest")
                VERSION("303", "3", "latest", "f", "")
        /* clang-format on */
        ),
    BUILT_END,
};

static int open_index(void **state)
{
    return built_index_set_up(state, files);
}

static struct resolve_query make_query(const struct built_index *built, const char *crate,
                                       const char *requirement, const char *rust, bool prereleases)
{
    struct resolve_query query = {.takes_prereleases = prereleases, .has_rust = rust != NULL};
    struct error error;
    query.rank = index_find_crate(built->index, crate, strlen(crate));
    assert_int_not_equal(query.rank, 0);
    assert_int_equal(
        version_requirement_parse(&query.requirement, requirement, strlen(requirement), &error), 0);
    if (rust != NULL)
        assert_int_equal(rust_version_parse(&query.rust, rust, strlen(rust)), 0);
    return query;
}

static void the_highest_version_is_chosen(void **state)
{
    static const struct {
        const char *crate;
        const char *requirement;
        const char *rust;
        bool prereleases;
        int64_t version_id;
        uint32_t counts[4]; /* matched, pre-releases, yanked, for a newer Rust */
    } cases[] = {
        {"tool_box", "*", NULL, false, 103, {5, 3, 1, 0}},
        {"tool_box", "^1", NULL, false, 103, {4, 2, 1, 0}},
        {"tool_box", "~1.2", NULL, false, 109, {2, 0, 0, 0}},
        {"tool_box", "=1.2.0", NULL, false, 109, {2, 0, 0, 0}},
        {"tool_box", "=1.11.0", NULL, false, 0, {0, 0, 1, 0}},
        {"tool_box", "^3", NULL, false, 0, {0, 0, 0, 0}},
        {"tool_box", "<1", NULL, false, 108, {1, 0, 0, 0}},
        /* Rust */
        {"tool_box", "*", "1.80", false, 103, {5, 3, 1, 0}},
        {"tool_box", "*", "1.70", false, 109, {3, 3, 1, 2}},
        {"tool_box", "*", "1.70.1", false, 103, {4, 3, 1, 1}},
        {"tool_box", "^1", "1.55", false, 109, {2, 2, 1, 2}},
        {"tool_box", "~1.10", "1.0", false, 0, {0, 0, 0, 1}},
        {"tool_box", "^1", "1", false, 101, {1, 2, 1, 3}},
        /* pre-releases: named, or by range */
        {"tool_box", "^1.12.0-alpha", NULL, false, 105, {1, 0, 1, 0}},
        {"tool_box", "^1.12", NULL, false, 0, {0, 0, 0, 0}},
        {"tool_box", "^1.11", NULL, false, 0, {0, 2, 1, 0}},
        {"tool_box", "^1.11", NULL, true, 105, {1, 0, 2, 0}},
        {"tool_box", "^1", NULL, true, 105, {5, 0, 2, 0}},
        {"tool_box", ">1", NULL, true, 107, {1, 0, 0, 0}},
        {"tool_box", "^2", NULL, true, 0, {0, 0, 0, 0}},
        {"tool_box", "*", NULL, true, 107, {7, 0, 2, 0}},
        {"tool_box",
         "^2, >=2.0.0-alpha",
         NULL,
         true,
         107,
         {1, 0, 0, 0}}, /* by cargo's rule alone */
        /* nothing to choose from */
        {"bare", "*", NULL, true, 0, {0, 0, 0, 0}},
        {"strange", "*", "1.0", true, 302, {1, 0, 0, 0}}, /* the other numbers are no SemVer */
    };
    struct built_index *built = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct resolve_query query = make_query(built, cases[i].crate, cases[i].requirement,
                                                cases[i].rust, cases[i].prereleases);
        struct resolution found;
        struct error error;
        assert_int_equal(resolve_run(built->reader, &query, &found, &error), 0);
        const uint32_t counts[] = {found.n_matched, found.n_prereleases, found.n_yanked,
                                   found.n_for_newer_rust};
        if (found.version_id != cases[i].version_id ||
            memcmp(counts, cases[i].counts, sizeof counts) != 0)
            fail_msg("case %zu, %s: version %ld, counts %u %u %u %u", i, cases[i].requirement,
                     (long)found.version_id, counts[0], counts[1], counts[2], counts[3]);
    }
}

struct encoding_context {
    struct built_index *built;
    struct resolve_query query;
};

static int write_resolution(void *context, struct encoder *encoder)
{
    const struct encoding_context *wanted = context;
    struct resolution found;
    struct error error;
    if (resolve_run(wanted->built->reader, &wanted->query, &found, &error) != 0)
        return -1;
    return resolution_encode(wanted->built->reader, &wanted->query, &found, encoder, &error);
}

static void expect_json(struct built_index *built, struct resolve_query query, const char *expected)
{
    struct encoding_context context = {built, query};
    json_t *found = decode_both(write_resolution, &context);
    char *text = json_dumps(found, JSON_COMPACT);
    assert_string_equal(text, expected);
    free(text);
    json_decref(found);
}

static void the_answer_is_the_same_in_both_encodings(void **state)
{
    struct built_index *built = *state;
    expect_json(
        built, make_query(built, "tool_box", " <1.5 , 1 ", "1.60", true),
        "{\"version\":{\"id\":109,\"crate\":\"Tool-Box\",\"num\":\"1.2.0+b\",\"created_at\":"
        "\"2020-01-01T00:00:00Z\",\"checksum\":\"f109\",\"rust_version\":\"1.50\"},\"meta\":{"
        "\"requirement\":\"<1.5, ^1\",\"rust\":\"1.60.0\",\"prerelease\":true,\"matched\":3,"
        "\"left_out\":{\"prerelease\":0,\"yanked\":0,\"rust_version\":0}}}");
    expect_json(
        built, make_query(built, "tool_box", "9", NULL, false),
        "{\"version\":null,\"meta\":{\"requirement\":\"^9\",\"rust\":null,\"prerelease\":false,"
        "\"matched\":0,\"left_out\":{\"prerelease\":0,\"yanked\":0,\"rust_version\":0}}}");
}

/* The index over crate and number has all that is asked for. */
static void no_row_of_the_table_is_read(void **state)
{
    struct built_index *built = *state;
    sql_expect(built->path,
               "SELECT sum(name = 'crate_id') + sum(name = 'num') + sum(name = 'yanked')"
               " + sum(name = 'rust_version') FROM pragma_index_info('versions_by_crate')",
               "4");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_highest_version_is_chosen),
        cmocka_unit_test(the_answer_is_the_same_in_both_encodings),
        cmocka_unit_test(no_row_of_the_table_is_read),
    };
    return cmocka_run_group_tests_name("resolve", tests, open_index, built_index_tear_down);
}
