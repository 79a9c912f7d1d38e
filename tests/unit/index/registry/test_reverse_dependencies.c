/* Reverse dependencies: who counts, in which order, page by page. On the small registry and,
   against plain SQL, on the sample. */
#include "tests/support/decode_both.h"
#include "tests/support/http_case.h"
#include "tests/support/sanitized.h"
#include "tests/support/sql.h"
#include "tests/support/versions_dump.h"

#include <cratedex/crate_fragment.h>
#include <cratedex/reverse_dependencies.h>

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct page_request {
    const struct built_index *built;
    struct dependents_query query;
};

static int write_page(void *context, struct encoder *encoder)
{
    const struct page_request *request = context;
    return index_reader_encode_reverse_dependencies(request->built->reader, &request->query,
                                                    encoder, NULL);
}

static json_t *page_by(const struct built_index *built, const struct dependents_query *query)
{
    struct page_request request = {built, *query};
    json_t *page = decode_both(write_page, &request);
    assert_int_equal(json_object_size(page), 3);
    return page;
}

static json_t *page_of(const struct built_index *built, uint32_t rank, uint32_t offset,
                       uint32_t limit)
{
    return page_by(built,
                   &(struct dependents_query){.rank = rank, .offset = offset, .limit = limit});
}

/* `user-d` has most downloads, but its default version no longer depends on the crate; `user-e` is
   yanked; `user-f` depends on another crate. Of those with as many downloads, names decide; of two
   dependencies of one version, the first counts. A crate that tests itself with itself counts. */
static void counts_crates_by_their_default_version(void **state)
{
    const struct built_index *built = *state;
    json_t *page = page_of(built, versions_dump_rank(built, "tracks-lib"), 0, 10);
    char *text = json_dumps(json_object_get(page, "dependencies"), JSON_COMPACT);
    assert_string_equal(
        text,
        "[{\"id\":9,\"version_id\":12,\"crate_id\":\"Tracks-Lib\",\"req\":\"*\",\"optional\":false,"
        "\"default_features\":true,\"features\":[],\"target\":null,\"kind\":\"dev\","
        "\"downloads\":900},"
        "{\"id\":2,\"version_id\":1201,\"crate_id\":\"Tracks-Lib\",\"req\":\"^0.1\","
        "\"optional\":true,\"default_features\":false,\"features\":[],\"target\":null,"
        "\"kind\":\"dev\",\"downloads\":70},"
        "{\"id\":4,\"version_id\":1301,\"crate_id\":\"Tracks-Lib\",\"req\":\"=1.0.0\","
        "\"optional\":false,\"default_features\":true,\"features\":[],\"target\":null,"
        "\"kind\":\"build\",\"downloads\":70},"
        "{\"id\":1,\"version_id\":1101,\"crate_id\":\"Tracks-Lib\",\"req\":\"^1\","
        "\"optional\":false,\"default_features\":true,\"features\":[\"std\",\"x y\"],"
        "\"target\":\"cfg(unix)\",\"kind\":\"normal\",\"downloads\":50}]");
    free(text);
    assert_int_equal(json_integer_at(page, "meta.total"), 4);
    assert_int_equal(json_integer_at(page, "meta.length"), 1);
    assert_int_equal(json_integer_at(page, "versions.length"), 4);
    assert_string_equal(json_text_at(page, "versions[0].crate"), "Tracks-Lib");
    assert_string_equal(json_text_at(page, "versions[1].crate"), "user-b");
    assert_string_equal(json_text_at(page, "versions[2].crate"), "user-c");
    assert_string_equal(json_text_at(page, "versions[3].crate"), "user-a");
    json_decref(page);
}

static void cuts_pages(void **state)
{
    const struct built_index *built = *state;
    uint32_t rank = versions_dump_rank(built, "tracks-lib");
    json_t *page = page_of(built, rank, 1, 2);
    assert_int_equal(json_integer_at(page, "dependencies.length"), 2);
    assert_int_equal(json_integer_at(page, "dependencies[0].id"), 2);
    assert_int_equal(json_integer_at(page, "dependencies[1].id"), 4);
    assert_int_equal(json_integer_at(page, "meta.total"), 4);
    json_decref(page);
    page = page_of(built, rank, 3, 100);
    assert_int_equal(json_integer_at(page, "dependencies.length"), 1);
    json_decref(page);
    static const uint32_t offsets[] = {4, 5, 1990, UINT32_MAX};
    for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++) {
        page = page_of(built, rank, offsets[i], 10);
        assert_int_equal(json_integer_at(page, "dependencies.length"), 0);
        assert_int_equal(json_integer_at(page, "versions.length"), 0);
        assert_int_equal(json_integer_at(page, "meta.total"), 0);
        json_decref(page);
    }
    page = page_of(built, versions_dump_rank(built, "bare"), 0, 10);
    assert_int_equal(json_integer_at(page, "meta.total"), 0);
    json_decref(page);
}

/* The ids of all dependencies of a crate's pages, as SQL prints them. */
static char *walk(const struct built_index *built, struct dependents_query query)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    json_int_t total = -1;
    query.limit = 7;
    for (query.offset = 0;; query.offset += 7) {
        json_t *page = page_by(built, &query);
        json_t *dependencies = json_object_get(page, "dependencies");
        size_t n = json_array_size(dependencies);
        if (query.offset == 0)
            total = json_integer_at(page, "meta.total");
        assert_int_equal(json_integer_at(page, "meta.total"), n > 0 ? total : 0);
        for (size_t i = 0; i < n; i++) {
            const json_t *dependency = json_array_get(dependencies, i);
            fprintf(out, "%s%lld", query.offset + i == 0 ? "" : "\n",
                    (long long)json_integer_value(json_object_get(dependency, "id")));
            char at[64];
            snprintf(at, sizeof at, "versions[%zu].id", i);
            assert_int_equal(json_integer_at(page, at),
                             json_integer_value(json_object_get(dependency, "version_id")));
        }
        json_decref(page);
        if (n < 7) {
            assert_int_equal(total, query.offset + n);
            break;
        }
    }
    fclose(out);
    return text;
}

#define CANONICAL "replace(lower(c.name), '-', '_')"

/* What crates.io's own query says, written anew, with what we add: all pages. */
static void expect_sql(const struct built_index *built, const struct dependents_query *query)
{
    static const char *const orders[] = {
        [DEPENDENTS_SORT_DOWNLOADS] = "c.downloads DESC, c.name",
        [DEPENDENTS_SORT_RECENT_DOWNLOADS] =
            "c.recent_downloads IS NULL, c.recent_downloads DESC, c.id DESC",
        [DEPENDENTS_SORT_ALPHABETICAL] = CANONICAL ", c.name",
        [DEPENDENTS_SORT_NEW] = "rtrim(c.created_at, 'Z') DESC, c.id DESC",
    };
    static const char *const kinds[] = {
        [DEPENDENTS_KIND_ANY] = "1",
        [DEPENDENTS_KIND_NORMAL] = "d.kind = 0",
        [DEPENDENTS_KIND_BUILD] = "d.kind = 1",
        [DEPENDENTS_KIND_DEV] = "d.kind = 2",
    };
    char sql[1024];
    snprintf(sql, sizeof sql,
             "SELECT (SELECT min(d.id) FROM dependencies d WHERE d.version_id = v.id AND"
             " d.crate_id = target.id AND %s) AS first FROM crates target, crates c JOIN versions v"
             " ON v.crate_id = c.id AND v.num = c.default_version WHERE NOT v.yanked AND"
             " target.rank = %u AND first IS NOT NULL AND instr(" CANONICAL ", '%.*s') > 0"
             " ORDER BY %s",
             kinds[query->kind], query->rank, (int)query->name_length,
             query->name != NULL ? query->name : "", orders[query->sort]);
    char *ids = walk(built, *query);
    sql_expect(built->path, sql, ids);
    free(ids);
}

static void agrees_with_sql(void **state)
{
    (void)state;
    static const char *const names[] = {"", "e", "rs", "_s", "serde"};
    struct built_index built;
    built_index_open_sample(&built);
    for (uint32_t rank = 1; rank <= index_n_crates(built.index); rank++)
        expect_sql(&built, &(struct dependents_query){.rank = rank});
    /* Every sort with every kind and name, for some of them. */
    for (uint32_t i = 0; i < 4 * 4 * 5; i += USUAL_OR_SANITIZED(1, 7)) {
        const char *name = names[i / 16];
        expect_sql(&built, &(struct dependents_query){.rank = 1 + i % 3,
                                                      .sort = (enum dependents_sort)(i % 4),
                                                      .kind = (enum dependents_kind)(i / 4 % 4),
                                                      .name = name,
                                                      .name_length = strlen(name)});
    }
    built_index_remove(&built);
}

/* The names of the crates on a page, "user-b user-c", and the kind of the first dependency. */
static void expect_page(const struct built_index *built, struct dependents_query query,
                        const char *expected)
{
    char found[256] = "";
    query.rank = versions_dump_rank(built, "tracks-lib");
    query.limit = 10;
    json_t *page = page_by(built, &query);
    const json_t *versions = json_object_get(page, "versions");
    for (size_t i = 0; i < json_array_size(versions); i++) {
        const json_t *kind =
            json_object_get(json_array_get(json_object_get(page, "dependencies"), i), "kind");
        size_t at = strlen(found);
        snprintf(found + at, sizeof found - at, "%s%s (%s)", i > 0 ? ", " : "",
                 json_text_at(json_array_get(versions, i), "crate"), json_string_value(kind));
    }
    assert_string_equal(found, expected);
    json_decref(page);
}

static void orders_and_filters(void **state)
{
    const struct built_index *built = *state;
    expect_page(built, (struct dependents_query){.sort = DEPENDENTS_SORT_ALPHABETICAL},
                "Tracks-Lib (dev), user-a (normal), user-b (dev), user-c (build)");
    expect_page(built, (struct dependents_query){.kind = DEPENDENTS_KIND_BUILD}, "user-c (build)");
    expect_page(built, (struct dependents_query){.name = "user", .name_length = 4},
                "user-b (dev), user-c (build), user-a (normal)");
    /* Case, separators and spaces do not matter. */
    expect_page(built, (struct dependents_query){.name = "S_li", .name_length = 4},
                "Tracks-Lib (dev)");
    expect_page(built, (struct dependents_query){.name = "tracks lib", .name_length = 10},
                "Tracks-Lib (dev)");
    expect_page(built, (struct dependents_query){.name = "nowhere", .name_length = 7}, "");
}

static void knows_sorts_and_kinds(void **state)
{
    (void)state;
    enum dependents_sort sort;
    enum dependents_kind kind;
    assert_int_equal(dependents_sort_parse("recent-downloads", &sort), 0);
    assert_int_equal(sort, DEPENDENTS_SORT_RECENT_DOWNLOADS);
    assert_int_equal(dependents_sort_parse("alphabetical", &sort), 0);
    assert_int_equal(sort, DEPENDENTS_SORT_ALPHABETICAL);
    assert_int_equal(dependents_sort_parse("relevance", &sort), -1);
    assert_int_equal(dependents_sort_parse("", &sort), -1);
    assert_int_equal(dependents_kind_parse("dev", &kind), 0);
    assert_int_equal(kind, DEPENDENTS_KIND_DEV);
    assert_int_equal(dependents_kind_parse("Normal", &kind), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_crates_by_their_default_version),
        cmocka_unit_test(cuts_pages),
        cmocka_unit_test(agrees_with_sql),
        cmocka_unit_test(orders_and_filters),
        cmocka_unit_test(knows_sorts_and_kinds),
    };
    return cmocka_run_group_tests_name("reverse_dependencies", tests, versions_dump_open,
                                       versions_dump_close);
}
