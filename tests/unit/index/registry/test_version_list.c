/* Lists of versions: order, filters, pages, release tracks. */
#include "tests/support/decode_both.h"
#include "tests/support/versions_dump.h"

#include <cratedex/version_list.h>

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SORTED_BY_SEMVER "9 7 8 12 6 5 4 3 2 1 10 11"
#define SORTED_BY_DATE "12 9 8 7 11 6 5 4 3 2 1 10"

static void open_list(const struct built_index *built, const struct version_query *query,
                      struct version_list *list)
{
    struct error error = {.message = ""};
    if (version_list_open(list, built->reader, query, &error) != VERSION_LIST_OK)
        fail_msg("%s", error.message);
}

static int write_list(void *context, struct encoder *encoder)
{
    const struct version_list *list = context;
    encoder_array(encoder, list->n);
    int result = version_list_encode(list, encoder, NULL);
    encoder_end_array(encoder);
    return result;
}

static int write_tracks(void *context, struct encoder *encoder)
{
    version_list_encode_tracks(context, encoder);
    return 0;
}

/* Appends the ids of the page to `ids`, with spaces between. */
static void append_ids(struct version_list *list, char ids[1024])
{
    json_t *versions = decode_both(write_list, list);
    size_t i;
    json_t *version;
    json_array_foreach(versions, i, version)
    {
        size_t length = strlen(ids);
        snprintf(ids + length, 1024 - length, "%s%lld", length == 0 ? "" : " ",
                 (long long)json_integer_value(json_object_get(version, "id")));
    }
    assert_int_equal(i, list->n);
    json_decref(versions);
}

static void expect_ids(const struct built_index *built, const struct version_query *query,
                       uint64_t total, const char *expected)
{
    struct version_list list;
    char ids[1024] = "";
    open_list(built, query, &list);
    append_ids(&list, ids);
    assert_string_equal(ids, expected);
    assert_int_equal(list.total, total);
    version_list_close(&list);
}

static void sorts(void **state)
{
    const struct built_index *built = *state;
    uint32_t rank = versions_dump_rank(built, "tracks-lib");
    expect_ids(built, &(struct version_query){.rank = rank}, 12, SORTED_BY_SEMVER);
    expect_ids(built, &(struct version_query){.rank = rank, .sort = VERSION_SORT_DATE}, 12,
               SORTED_BY_DATE);
    expect_ids(built, &(struct version_query){.rank = versions_dump_rank(built, "bare")}, 0, "");
    expect_ids(built, &(struct version_query){.rank = versions_dump_rank(built, "user-d")}, 2,
               "1402 1401");
}

static void filters_by_numbers(void **state)
{
    const struct built_index *built = *state;
    static const struct search_string nums[] = {
        {"1.9.0", 5}, {"2.0.0", 5}, {"9.9.9", 5}, {"1.0.0", 5}, {"latest", 6}};
    struct version_query query = {
        .rank = versions_dump_rank(built, "tracks-lib"), .nums = nums, .n_nums = 5};
    expect_ids(built, &query, 4, "9 8 5 11");
    query.sort = VERSION_SORT_DATE;
    expect_ids(built, &query, 4, "9 8 11 5");
    query.limit = 3;
    expect_ids(built, &query, 4, "9 8 11");
    query.n_nums = 1;
    expect_ids(built, &query, 1, "8");
    query.nums = nums + 2;
    expect_ids(built, &query, 0, "");
}

/* Follows the keys, page by page, and returns how many pages there were. */
static unsigned walk(const struct built_index *built, struct version_query query, char ids[1024])
{
    char key[VERSION_MAX_SEEK_KEY] = "";
    unsigned n_pages = 0;
    ids[0] = '\0';
    do {
        struct version_list list;
        query.after = (struct search_string){key[0] != '\0' ? key : NULL, strlen(key)};
        open_list(built, &query, &list);
        append_ids(&list, ids);
        assert_int_equal(list.seek_key[0] != '\0', list.n == query.limit);
        snprintf(key, sizeof key, "%s", list.seek_key);
        version_list_close(&list);
        n_pages++;
    } while (key[0] != '\0');
    return n_pages;
}

static void pages_have_every_version_once(void **state)
{
    const struct built_index *built = *state;
    struct version_query query = {.rank = versions_dump_rank(built, "tracks-lib")};
    for (query.limit = 1; query.limit <= 13; query.limit++) {
        char ids[1024];
        query.sort = VERSION_SORT_SEMVER;
        assert_int_equal(walk(built, query, ids), 12 / query.limit + 1);
        assert_string_equal(ids, SORTED_BY_SEMVER);
        query.sort = VERSION_SORT_DATE;
        assert_int_equal(walk(built, query, ids), 12 / query.limit + 1);
        assert_string_equal(ids, SORTED_BY_DATE);
    }
}

/* Forty versions come out of the file, not out of rows: in all orders the same. */
static void lists_of_many_are_read_from_their_set(void **state)
{
    const struct built_index *built = *state;
    struct version_query query = {.rank = versions_dump_rank(built, "many"), .limit = 7};
    char by_semver[1024];
    char by_date[1024];
    walk(built, query, by_semver);
    query.sort = VERSION_SORT_DATE;
    walk(built, query, by_date);
    assert_string_equal(by_semver, by_date);
    assert_memory_equal(by_semver, "140 139 138", 11);
    assert_string_equal(by_semver + strlen(by_semver) - 7, "102 101");
}

static void refuses_other_keys(void **state)
{
    const struct built_index *built = *state;
    /* Not base64url; nothing; an unknown sort; no id; `c:1:2`, a key of the other sort. */
    static const char *const keys[] = {"!",    "",        "eDoxOjI", "djo6MS4wLjA",
                                       "Yzox", "YzoxOjI", "djox"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        struct version_query query = {.rank = versions_dump_rank(built, "tracks-lib"), .limit = 2};
        struct version_list list;
        struct error error = {.message = ""};
        query.after = (struct search_string){keys[i], strlen(keys[i])};
        assert_int_equal(version_list_open(&list, built->reader, &query, &error),
                         VERSION_LIST_INVALID_SEEK);
        assert_string_equal(error.message, "invalid seek parameter");
    }
}

/* A key names a place in the order: it serves where the version itself is gone. */
static void continues_behind_what_is_gone(void **state)
{
    const struct built_index *built = *state;
    struct version_query query = {.rank = versions_dump_rank(built, "tracks-lib"), .limit = 2};
    query.after = (struct search_string){"djo5OToxLjUuMA", 14}; /* v:99:1.5.0 */
    expect_ids(built, &query, 12, "12 6");
    query.after =
        (struct search_string){"djo1OjEuMC4w", 12}; /* v:5:1.0.0, build metadata no matter */
    expect_ids(built, &query, 12, "4 3");
    query.after = (struct search_string){"djowOmxhdGVzdA", 14}; /* v:0:latest: behind everything */
    expect_ids(built, &query, 0, "");
    query.sort = VERSION_SORT_DATE;
    query.after = (struct search_string){"YzowOjA", 7}; /* c:0:0 */
    expect_ids(built, &query, 0, "");
}

/* It names the version, too: where that has another place than it had, the list goes on from
   there. */
static void continues_behind_what_has_moved(void **state)
{
    const struct built_index *built = *state;
    static const char by_semver[] = "djo4OjAuMC4x"; /* v:8:0.0.1 */
    static const char by_date[] = "Yzo5OjA";        /* c:9:0 */
    struct version_query query = {.rank = versions_dump_rank(built, "tracks-lib"), .limit = 2};
    query.after = (struct search_string){by_semver, strlen(by_semver)};
    expect_ids(built, &query, 12, "12 6");
    query.sort = VERSION_SORT_DATE;
    query.after = (struct search_string){by_date, strlen(by_date)};
    expect_ids(built, &query, 12, "8 7");
}

static void expect_tracks(const struct built_index *built, struct version_query query,
                          const char *expected)
{
    struct version_list list;
    query.has_release_tracks = true;
    open_list(built, &query, &list);
    json_t *tracks = decode_both(write_tracks, &list);
    char *text = json_dumps(tracks, JSON_COMPACT);
    assert_string_equal(text, expected);
    free(text);
    json_decref(tracks);
    version_list_close(&list);
}

static void finds_release_tracks(void **state)
{
    const struct built_index *built = *state;
    static const char all[] = "{\"1\":{\"highest\":\"1.10.0\"},\"0.1\":{\"highest\":\"0.1.1\"}}";
    static const struct search_string nums[] = {
        {"1.0.0", 5}, {"1.0.0+build.7", 13}, {"0.2.0", 5}, {"1.0.0-alpha.1", 13}};
    struct version_query query = {.rank = versions_dump_rank(built, "tracks-lib")};
    expect_tracks(built, query, all);
    query.sort = VERSION_SORT_DATE;
    expect_tracks(built, query, all);
    /* A list of some versions has their tracks; a page of some those of all. */
    query.nums = nums;
    query.n_nums = 4;
    expect_tracks(built, query, "{\"1\":{\"highest\":\"1.0.0+build.7\"}}");
    query.limit = 2;
    expect_tracks(built, query, all);
    query.sort = VERSION_SORT_SEMVER;
    expect_tracks(built, query, all);
    query = (struct version_query){.rank = versions_dump_rank(built, "bare")};
    expect_tracks(built, query, "{}");
}

/* The order of the list is not changed by looking for tracks. */
static void tracks_leave_the_order_alone(void **state)
{
    const struct built_index *built = *state;
    struct version_query query = {.rank = versions_dump_rank(built, "tracks-lib"),
                                  .has_release_tracks = true};
    expect_ids(built, &query, 12, SORTED_BY_SEMVER);
    query.sort = VERSION_SORT_DATE;
    expect_ids(built, &query, 12, SORTED_BY_DATE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorts),
        cmocka_unit_test(filters_by_numbers),
        cmocka_unit_test(pages_have_every_version_once),
        cmocka_unit_test(lists_of_many_are_read_from_their_set),
        cmocka_unit_test(refuses_other_keys),
        cmocka_unit_test(continues_behind_what_is_gone),
        cmocka_unit_test(continues_behind_what_has_moved),
        cmocka_unit_test(finds_release_tracks),
        cmocka_unit_test(tracks_leave_the_order_alone),
    };
    return cmocka_run_group_tests_name("version_list", tests, versions_dump_open,
                                       versions_dump_close);
}
