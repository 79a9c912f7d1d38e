/* Numbers that own their text: what is compared, and that a copy stands alone. */
#include "index/version/version_number.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct version_number *set(struct version_number *number, const char *text)
{
    version_number_set(number, text, strlen(text));
    return number;
}

/* Each is lower than the next; the first two are equal to each other. */
static void what_is_no_semver_is_below_all_that_is(void **state)
{
    (void)state;
    static const char *const texts[] = {"1.0", "2", "0.1.0-a", "0.1.0", "0.1.0+1", "1.0.0"};
    struct version_number left;
    struct version_number right;
    struct version_number none = {0};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        set(&left, texts[i]);
        for (size_t j = 0; j < sizeof texts / sizeof *texts; j++) {
            int order = version_number_order(&left, set(&right, texts[j]));
            int expected = i < 2 && j < 2 ? 0 : (i > j) - (i < j);
            if ((order > 0) - (order < 0) != expected)
                fail_msg("%s, %s: %d", texts[i], texts[j], order);
        }
        assert_int_equal(version_number_order(&left, &none) > 0, i >= 2);
        assert_int_equal(version_number_order(&none, &left) < 0, i >= 2);
    }
}

static void a_copy_stands_alone(void **state)
{
    (void)state;
    struct version_number from;
    struct version_number to;
    version_number_copy(&to, set(&from, "1.2.3-beta.4+build"));
    set(&from, "0.0.0-aaaaaa+aaaaa");
    assert_string_equal(to.text, "1.2.3-beta.4+build");
    assert_memory_equal(to.semver.prerelease, "beta.4", 6);
    assert_memory_equal(to.semver.build, "build", 5);
}

static void a_long_number_is_cut(void **state)
{
    (void)state;
    char text[VERSION_NUMBER_MAX_BYTES + 10] = "1.0.0-";
    memset(text + 6, 'a', sizeof text - 6);
    struct version_number number;
    version_number_set(&number, text, sizeof text);
    assert_int_equal(strlen(number.text), VERSION_NUMBER_MAX_BYTES);
    assert_true(number.is_semver);
    version_number_set(&number, text, 5); /* no NUL behind */
    assert_string_equal(number.text, "1.0.0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_semver_is_below_all_that_is),
        cmocka_unit_test(a_copy_stands_alone),
        cmocka_unit_test(a_long_number_is_cut),
    };
    return cmocka_run_group_tests_name("version_number", tests, NULL, NULL);
}
