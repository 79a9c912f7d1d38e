#include "tests/support/exposition_check.h"

#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static bool matches(const char *line, const char *pattern)
{
    regex_t expression;
    assert_int_equal(regcomp(&expression, pattern, REG_EXTENDED | REG_NOSUB), 0);
    bool does_match = regexec(&expression, line, 0, NULL, 0) == 0;
    regfree(&expression);
    return does_match;
}

/* Whether a sample is one of the family that was declared last. */
static bool belongs_to(const char *line, const char *family, const char *type, bool is_open)
{
    size_t length = strlen(family);
    if (strncmp(line, family, length) != 0)
        return false;
    const char *rest = line + length;
    if (strcmp(type, "histogram") == 0) {
        if (strncmp(rest, "_bucket{", 8) == 0)
            return strstr(rest, "le=\"") != NULL;
        return strncmp(rest, "_sum{", 5) == 0 || strncmp(rest, "_count{", 7) == 0;
    }
    if (is_open && strcmp(type, "counter") == 0) {
        if (strncmp(rest, "_total", 6) != 0)
            return false;
        rest += 6;
    }
    return *rest == '{' || *rest == ' ';
}

unsigned exposition_check(char *text, bool is_open)
{
    char family[128] = "";
    char type[32] = "";
    bool has_help = false;
    bool has_ended = false;
    unsigned n_samples = 0;
    char *saved = NULL;
    for (char *line = strtok_r(text, "\n", &saved); line != NULL;
         line = strtok_r(NULL, "\n", &saved)) {
        assert_false(has_ended);
        if (strncmp(line, "# HELP ", 7) == 0) {
            assert_true(matches(line, "^# HELP [a-z_]+ .+\\.$"));
            assert_int_equal(sscanf(line, "# HELP %127s", family), 1);
            has_help = true;
        } else if (strncmp(line, "# TYPE ", 7) == 0) {
            char name[128];
            assert_int_equal(sscanf(line, "# TYPE %127s %31s", name, type), 2);
            assert_true(matches(type, "^(counter|gauge|histogram)$"));
            assert_true(has_help && strcmp(name, family) == 0);
            assert_int_equal(strcmp(type, "counter") == 0 && !is_open, matches(name, "_total$"));
            has_help = false;
        } else if (strcmp(line, "# EOF") == 0) {
            has_ended = true;
        } else {
            if (!matches(line, "^[a-z_]+(\\{[a-z]+=\"([^\"\\]|\\\\[\\\"n])*\""
                               "(,[a-z]+=\"([^\"\\]|\\\\[\\\"n])*\")*\\})? [0-9]+(\\.[0-9]+)?$") ||
                !belongs_to(line, family, type, is_open))
                fail_msg("%s (in %s)", line, family);
            n_samples++;
        }
    }
    assert_int_equal(has_ended, is_open);
    return n_samples;
}
