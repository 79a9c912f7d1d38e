/* The graph of downloads by day: which days, which versions, what is added. */
#include <cratedex/version_downloads.h>

#include "tests/support/built_index.h"
#include "tests/support/decode_both.h"
#include "tests/support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Crate 1 has seven versions, their ids not in the order of their numbers, and one that is no
   SemVer; crate 2 has one. Days reach from one before the 90 days of 1 November to one after. */
static const struct dump_file some_dump[] = {
    BUILT_TIME("2026-11-01T02:00:00Z"),
    BUILT_TABLE("crates", CRATES_COLUMNS "\n1,many,2026-01-01,2026-01-01,,,,\n"
                                         "2,single,2026-01-01,2026-01-01,,,,\n"),
    BUILT_TABLE("versions", VERSIONS_COLUMNS "\n10,1,1.10.0,2026-01-01,f,0,2026-01-01\n"
                                             "11,1,0.9.0,2026-01-01,f,0,2026-01-01\n"
                                             "12,1,1.9.0,2026-01-01,f,0,2026-01-01\n"
                                             "13,1,2.0.0-alpha,2026-01-01,t,0,2026-01-01\n"
                                             "14,1,1.2.0,2026-01-01,f,0,2026-01-01\n"
                                             "15,1,0.1.0,2026-01-01,f,0,2026-01-01\n"
                                             "16,1,1.2.1,2026-01-01,f,0,2026-01-01\n"
                                             "17,1,newest,2026-01-01,f,0,2026-01-01\n"
                                             "21,2,1.0.0,2026-01-01,f,0,2026-01-01\n"),
    BUILT_TABLE("version_downloads", "version_id,date,downloads\n"
                                     "10,2026-08-03,1\n10,2026-08-04,2\n10,2026-11-01,3\n"
                                     "13,2026-08-04,4\n12,2026-09-01,5\n"
                                     "11,2026-08-03,6\n11,2026-08-04,7\n15,2026-08-04,80\n"
                                     "17,2026-10-31,900\n15,2026-10-31,0\n11,2026-11-02,10\n"),
    BUILT_END,
};

struct call {
    struct built_index *built;
    int64_t version_id; /* 0: of crate `rank` */
    uint32_t rank;
    const char *last;
    const struct download_counts *counted;
    bool with_versions;
};

static int write_graph(void *context, struct encoder *encoder)
{
    const struct call *call = context;
    struct download_days days;
    struct error error;
    download_days_until(&days, call->last);
    int result = call->version_id != 0
                     ? version_downloads_encode(call->built->reader, call->version_id, &days,
                                                call->counted, encoder, &error)
                     : crate_downloads_encode(call->built->reader, call->rank, &days, call->counted,
                                              call->with_versions, encoder, &error);
    if (result != 0)
        fail_msg("%s", error.message);
    return result;
}

/* The graph in both encodings, as rows "version day downloads" and "rest day downloads". */
static void expect_graph(struct call *call, const char *expected)
{
    char text[4096] = "";
    size_t length = 0;
    json_t *graph = decode_both(write_graph, call);
    json_t *row;
    size_t i;
    json_array_foreach(json_object_get(graph, "version_downloads"), i, row)
    {
        assert_int_equal(json_object_size(row), 3);
        length += (size_t)snprintf(text + length, sizeof text - length, "%lld %s %lld\n",
                                   json_integer_value(json_object_get(row, "version")),
                                   json_string_value(json_object_get(row, "date")),
                                   json_integer_value(json_object_get(row, "downloads")));
    }
    json_t *rest = json_object_get(json_object_get(graph, "meta"), "extra_downloads");
    assert_int_equal(rest != NULL, call->version_id == 0);
    json_array_foreach(rest, i, row)
    {
        assert_int_equal(json_object_size(row), 2);
        length += (size_t)snprintf(text + length, sizeof text - length, "rest %s %lld\n",
                                   json_string_value(json_object_get(row, "date")),
                                   json_integer_value(json_object_get(row, "downloads")));
    }
    assert_string_equal(text, expected);
    json_decref(graph);
}

static int build(void **state)
{
    return built_index_set_up(state, some_dump);
}

static uint32_t rank_of(const struct built_index *built, const char *name)
{
    return index_find_crate(built->index, name, strlen(name));
}

static void counts_ninety_days(void **state)
{
    (void)state;
    static const char *const days_of[][2] = {
        {"2026-11-01", "2026-08-04"}, {"2026-01-01T00:00:00Z", "2025-10-04"},
        {"2024-03-01", "2023-12-03"}, {"1970-01-01", "1969-10-04"},
        {"0001-03-31", "0001-01-01"}, {"0001-01-02", "0001-01-01"},
        {"9999-12-31", "9999-10-03"},
    };
    for (size_t i = 0; i < sizeof days_of / sizeof *days_of; i++) {
        struct download_days days;
        download_days_until(&days, days_of[i][0]);
        assert_memory_equal(days.last, days_of[i][0], 10);
        assert_string_equal(days.first, days_of[i][1]);
    }
}

static void shows_a_version(void **state)
{
    struct call call = {.built = *state, .version_id = 10, .last = "2026-11-01"};
    expect_graph(&call, "10 2026-08-04 2\n10 2026-11-01 3\n");
    call.last = "2026-10-31";
    expect_graph(&call, "10 2026-08-03 1\n10 2026-08-04 2\n");
    call.last = "2027-01-29";
    expect_graph(&call, "10 2026-11-01 3\n");
    call.last = "2027-01-30";
    expect_graph(&call, "");
    call.last = "0001-01-01";
    expect_graph(&call, "");
}

/* The five highest are 2.0.0-alpha, 1.10.0, 1.9.0, 1.2.1 and 1.2.0, yanked or not. */
static void shows_a_crate(void **state)
{
    struct built_index *built = *state;
    struct call call = {.built = built, .rank = rank_of(built, "many"), .last = "2026-11-01"};
    expect_graph(&call, "13 2026-08-04 4\n10 2026-08-04 2\n12 2026-09-01 5\n10 2026-11-01 3\n"
                        "rest 2026-08-04 87\nrest 2026-10-31 900\n");
    call.rank = rank_of(built, "single");
    expect_graph(&call, "");
}

static void shows_the_versions_too(void **state)
{
    struct built_index *built = *state;
    struct call call = {.built = built,
                        .rank = rank_of(built, "many"),
                        .last = "2026-11-01",
                        .with_versions = true};
    json_t *graph = decode_both(write_graph, &call);
    static const char *const nums[] = {"2.0.0-alpha", "1.10.0", "1.9.0", "1.2.1", "1.2.0"};
    json_t *versions = json_object_get(graph, "versions");
    assert_int_equal(json_array_size(versions), 5);
    for (size_t i = 0; i < 5; i++) {
        json_t *version = json_array_get(versions, i);
        assert_string_equal(json_string_value(json_object_get(version, "num")), nums[i]);
        assert_string_equal(json_string_value(json_object_get(version, "crate")), "many");
    }
    json_decref(graph);
    call.rank = rank_of(built, "single");
    graph = decode_both(write_graph, &call);
    assert_int_equal(json_array_size(json_object_get(graph, "versions")), 1);
    json_decref(graph);
    call.with_versions = false;
    graph = decode_both(write_graph, &call);
    assert_null(json_object_get(graph, "versions"));
    json_decref(graph);
}

/* Counts of a day that the index has are added to it, those of another day are a row of their
   own. */
static void adds_what_was_counted(void **state)
{
    static const int64_t ids[] = {10, 11, 15, 21, 99};
    static const char *const days[] = {"2026-11-01", "2026-11-03"};
    static const char *const of_crate[] = {
        "13 2026-08-04 4\n10 2026-08-04 2\n12 2026-09-01 5\n10 2026-11-01 5\n"
        "rest 2026-08-04 87\nrest 2026-10-31 900\nrest 2026-11-01 4\n",
        "12 2026-09-01 5\n10 2026-11-01 3\n10 2026-11-03 2\n"
        "rest 2026-10-31 900\nrest 2026-11-02 10\nrest 2026-11-03 4\n"};
    static const char *const of_version[] = {"21 2026-11-01 2\n", "21 2026-11-03 2\n"};
    struct built_index *built = *state;
    for (size_t i = 0; i < 2; i++) {
        char folder[FOLDER_PATH_SIZE];
        struct error error;
        struct download_counts_key key = {
            .fingerprint = "0000000000000000", .version_ids = ids, .n_versions = 5};
        memcpy(key.day, days[i], sizeof key.day);
        folder_make(folder);
        struct download_counts *counted = download_counts_open(folder, &key, &error);
        assert_non_null(counted);
        for (uint32_t slot = 0; slot < 5; slot++) {
            download_counts_add(counted, slot);
            download_counts_add(counted, slot);
        }
        struct call call = {
            .built = built, .rank = rank_of(built, "many"), .last = days[i], .counted = counted};
        expect_graph(&call, of_crate[i]);
        call.version_id = 21;
        expect_graph(&call, of_version[i]);
        /* A version that was not counted, and days that end before. */
        call.version_id = 12;
        expect_graph(&call, "12 2026-09-01 5\n");
        call.version_id = 21;
        call.last = "2026-10-31";
        expect_graph(&call, "");
        download_counts_close(counted);
        folder_remove(folder);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_ninety_days),    cmocka_unit_test(shows_a_version),
        cmocka_unit_test(shows_a_crate),         cmocka_unit_test(shows_the_versions_too),
        cmocka_unit_test(adds_what_was_counted),
    };
    return cmocka_run_group_tests(tests, build, built_index_tear_down);
}
