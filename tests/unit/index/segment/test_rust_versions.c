/* Which crates need a higher version of Rust, against the versions one by one. */
#include "index/segment/rust_versions.h"

#include "index/base/bitmap.h"
#include "index/segment/crate_values.h"
#include "index/segment/open_index.h"
#include "tests/support/built_index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Whether the crate needs a version for which `given` does not suffice; NULL: any. */
static bool needs_more(const struct index *index, uint32_t rank, const struct rust_version *given)
{
    const struct attribute_values *values = &index->values.attributes[CRATE_ATTRIBUTE_RUST_VERSION];
    struct rust_version needed;
    uint32_t length;
    if (crate_values_of(values, rank) == 0)
        return false;
    const char *text = crate_value_text(values, crate_values_number(values, rank, 0), &length);
    return rust_version_parse(&needed, text, length) == 0 &&
           (given == NULL || !rust_version_suffices(given, &needed));
}

static void expect(const struct index *index, const char *given_text)
{
    struct rust_version given;
    uint32_t n_crates = index->columns.n_crates;
    uint64_t *marked = calloc(bitmap_n_words(n_crates + 1), sizeof *marked);
    assert_non_null(marked);
    memset(marked, 0xee, bitmap_n_words(n_crates + 1) * sizeof *marked);
    if (given_text != NULL)
        assert_int_equal(rust_version_parse(&given, given_text, strlen(given_text)), 0);
    rust_versions_mark(&index->rust_versions, &index->memberships,
                       given_text != NULL ? &given : NULL, marked);
    assert_false(bitmap_test(marked, 0));
    for (uint32_t rank = 1; rank <= n_crates; rank++)
        if (bitmap_test(marked, rank) !=
            needs_more(index, rank, given_text != NULL ? &given : NULL))
            fail_msg("rank %u and %s", rank, given_text != NULL ? given_text : "any");
    free(marked);
}

static void test_every_version(void **state)
{
    const struct index *index = ((struct built_index *)*state)->index;
    const struct attribute_values *values = &index->values.attributes[CRATE_ATTRIBUTE_RUST_VERSION];
    assert_true(index->rust_versions.n > 20);
    assert_true(index->rust_versions.n_marks > 5); /* copies are made, and groups beside them */
    expect(index, NULL);
    expect(index, "0");
    expect(index, "1.0.0");
    expect(index, "2");
    for (uint32_t number = 1; number <= values->n_values; number++) {
        char text[64];
        uint32_t length;
        const char *value = crate_value_text(values, number, &length);
        if (length >= sizeof text)
            continue;
        memcpy(text, value, length);
        text[length] = '\0';
        expect(index, text);
    }
}

/* Of few crates with few versions there may be no bitmap at all. */
static void test_few(void **state)
{
    (void)state;
    struct built_index built;
    static const struct dump_file files[] = {
        BUILT_TIME("2026-11-01T02:00:00Z"),
        BUILT_TABLE("crates", CRATES_COLUMNS "\n1,a,2020-01-01,2020-01-01,,,,\n"
                                             "2,b,2020-01-01,2020-01-01,,,,\n"),
        BUILT_TABLE("versions", VERSIONS_COLUMNS ",rust_version\n"
                                                 "1,1,1.0.0,2020-01-01,f,0,2020-01-01,1.70\n"
                                                 "2,2,1.0.0,2020-01-01,f,0,2020-01-01,later\n"),
        BUILT_END,
    };
    built_index_from_files(&built, files);
    assert_int_equal(built.index->rust_versions.n, 1);
    expect(built.index, NULL);
    expect(built.index, "1.69.9");
    expect(built.index, "1.70");
    built_index_remove(&built);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_version),
        cmocka_unit_test(test_few),
    };
    return cmocka_run_group_tests(tests, built_index_set_up_sample, built_index_tear_down);
}
