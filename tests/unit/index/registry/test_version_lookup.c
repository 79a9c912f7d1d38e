/* Versions by crate and number. */
#include "tests/support/built_index.h"

#include <cratedex/version_lookup.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define T "2020-01-01 00:00:00+00"

static const struct dump_file files[] = {
    BUILT_TIME("2026-11-01T02:00:00Z"),
    BUILT_TABLE("crates", CRATES_COLUMNS "\n1,one," T "," T ",,,,\n2,two," T "," T ",,,,\n"),
    BUILT_TABLE("versions",
                VERSIONS_COLUMNS "\n11,1,1.0.0," T ",f,0," T "\n12,1,1.0.0+a," T ",f,0," T
                                 "\n13,1,1.0.0-a," T ",t,0," T "\n21,2,1.0.0," T ",f,0," T "\n"),
    BUILT_END,
};

static int open_index(void **state)
{
    return built_index_set_up(state, files);
}

static void finds_a_version_of_its_crate_alone(void **state)
{
    static const struct {
        const char *crate;
        const char *num;
        int64_t id; /* 0: there is none */
    } cases[] = {
        {"one", "1.0.0", 11},  {"one", "1.0.0+a", 12}, {"one", "1.0.0-a", 13}, {"two", "1.0.0", 21},
        {"two", "1.0.0-a", 0}, {"one", "1.0.0+A", 0},  {"one", "1.0", 0},      {"one", "", 0},
        {"one", "1.0.0 ", 0},  {"one", "latest", 0},
    };
    const struct built_index *built = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t rank = index_find_crate(built->index, cases[i].crate, strlen(cases[i].crate));
        int64_t id = -1;
        struct error error;
        int found = index_find_version(built->reader, rank, cases[i].num, strlen(cases[i].num), &id,
                                       &error);
        if (found != (cases[i].id != 0) || id != (cases[i].id != 0 ? cases[i].id : -1))
            fail_msg("%s %s: %d, id %ld", cases[i].crate, cases[i].num, found, (long)id);
    }
}

/* Only `length` bytes of the text are read. */
static void reads_a_part_of_a_text(void **state)
{
    const struct built_index *built = *state;
    uint32_t rank = index_find_crate(built->index, "one", 3);
    int64_t id = 0;
    struct error error;
    assert_int_equal(index_find_version(built->reader, rank, "1.0.0/readme", 5, &id, &error), 1);
    assert_int_equal(id, 11);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_a_version_of_its_crate_alone),
        cmocka_unit_test(reads_a_part_of_a_text),
    };
    return cmocka_run_group_tests_name("version_lookup", tests, open_index, built_index_tear_down);
}
