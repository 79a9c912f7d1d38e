/* Paths as patterns. */
#include "server/http/path_pattern.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define MAX_VALUES REQUEST_MAX_PATH_VALUES

static void matches_whole_segments(void **state)
{
    (void)state;
    static const struct {
        const char *pattern;
        const char *path;
        const char *values[MAX_VALUES]; /* NULL first: does not match; "": no further value */
    } cases[] = {
        {"/a", "/a", {"", "", ""}},
        {"/a", "/a/", {NULL}},
        {"/a", "/ab", {NULL}},
        {"/ab", "/a", {NULL}},
        {"/a", "", {NULL}},
        {"/{x}", "/value", {"value", "", ""}},
        {"/{x}", "/", {NULL}},
        {"/{x}", "/one/two", {NULL}},
        {"/a/{x}/b", "/a/1.0.0+b/b", {"1.0.0+b", "", ""}},
        {"/a/{x}/b", "/a//b", {NULL}},
        {"/a/{x}/b", "/a/x", {NULL}},
        {"/a/{x}/b", "/a/x/bc", {NULL}},
        {"/{x}/{y}/{z}", "/1/22/333", {"1", "22", "333"}},
        {"/{x}/{y}/{z}", "/1/22/", {NULL}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct path_value values[MAX_VALUES] = {{NULL, 0}};
        bool matches = path_pattern_matches(cases[i].pattern, cases[i].path, values);
        if (matches != (cases[i].values[0] != NULL))
            fail_msg("%s and %s: %s", cases[i].pattern, cases[i].path,
                     matches ? "match" : "do not match");
        for (unsigned v = 0; v < MAX_VALUES && cases[i].values[v] != NULL; v++) {
            size_t length = strlen(cases[i].values[v]);
            assert_int_equal(values[v].length, length);
            if (length > 0)
                assert_memory_equal(values[v].text, cases[i].values[v], length);
        }
    }
}

static void has_no_more_values_than_there_is_room_for(void **state)
{
    (void)state;
    struct path_value values[MAX_VALUES];
    assert_int_equal(MAX_VALUES, 3);
    assert_false(path_pattern_matches("/{a}/{b}/{c}/{d}", "/1/2/3/4", values));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches_whole_segments),
        cmocka_unit_test(has_no_more_values_than_there_is_room_for),
    };
    return cmocka_run_group_tests_name("path_pattern", tests, NULL, NULL);
}
