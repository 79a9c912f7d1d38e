/* How a request spells its links: in its own order, with a hole for page or seek. */
#include "server/link_spelling.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])

static void spell(struct link_spelling *spelling, const char *text)
{
    static struct query_string query;
    struct error error;
    assert_int_equal(query_string_parse(&query, text, strlen(text), &error), 0);
    link_spelling_write(spelling, &query);
}

static void writes_links(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        const char *value;
        const char *link;
    } cases[] = {
        {"", "s", "?seek=s"},
        {"q=a", "s", "?q=a&seek=s"},
        {"seek=x&q=a", "s", "?seek=s&q=a"},
        {"q=a&seek=x&sort=new", "s", "?q=a&seek=s&sort=new"},
        {"page=2&q=a", "3", "?page=3&q=a"},
        {"letter=p&per_page=1&page=1", "2", "?letter=p&per_page=1&page=2"},
        /* Repeated: once, where it came first. */
        {"page=1&q=a&page=2", "3", "?page=3&q=a"},
        {"ids[]=a&ids[]=b", "s", "?ids%5B%5D=a&ids%5B%5D=b&seek=s"},
        {"q=a%20b+c%2B&%C3%A9=%26&empty&=x", "s", "?q=a+b+c%2B&%C3%A9=%26&empty=&=x&seek=s"},
        {"q=%", "s", "?q=%25&seek=s"},
        {"q=a", "a b", "?q=a&seek=a+b"},
    };
    static struct link_spelling spelling;
    static char link[LINK_MAX_BYTES];
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        spell(&spelling, cases[i].query);
        size_t length = link_write(link, &spelling, cases[i].value, strlen(cases[i].value));
        if (length != strlen(cases[i].link) || memcmp(link, cases[i].link, length) != 0)
            fail_msg("'%s' gives '%.*s'", cases[i].query, (int)length, link);
    }
}

static void compares_spellings(void **state)
{
    (void)state;
    static struct link_spelling left;
    static struct link_spelling right;
    static const struct {
        const char *left;
        const char *right;
        bool are_equal;
    } cases[] = {
        {"q=a%20b", "q=a+b", true},  {"q=a&page=1", "q=a&page=2", true},
        {"q=a&seek=1", "q=a", true}, {"seek=1&q=a", "q=a", false},
        {"q=a", "q=A", false},       {"q=a&page=1", "q=a", false},
        {"q=a&x=", "q=a", false},
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        spell(&left, cases[i].left);
        spell(&right, cases[i].right);
        assert_int_equal(link_spelling_equals(&left, right.value_at, right.text, right.length),
                         cases[i].are_equal);
    }
}

/* The queries whose spellings grow most: bytes that triple, and many names without `=`. */
static void holds_the_longest_spelling(void **state)
{
    (void)state;
    static struct link_spelling spelling;
    static char link[LINK_MAX_BYTES];
    static char text[QUERY_STRING_MAX_BYTES + 1];
    static char value[512];
    memset(text, '[', QUERY_STRING_MAX_BYTES);
    memset(value, '[', sizeof value);
    spell(&spelling, text);
    assert_int_equal(spelling.length, 3 * QUERY_STRING_MAX_BYTES + strlen("=&seek="));
    assert_int_equal(spelling.value_at, spelling.length);
    size_t length = link_write(link, &spelling, value, sizeof value);
    assert_int_equal(length, 1 + spelling.length + 3 * sizeof value);
    for (size_t i = 1; i < 2 * QUERY_STRING_MAX_PARAMETERS - 2; i += 2)
        text[i] = '&';
    spell(&spelling, text);
    assert_int_equal(spelling.value_at, spelling.length);
    assert_memory_equal(spelling.text + spelling.length - 6, "&seek=", 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_links),
        cmocka_unit_test(compares_spellings),
        cmocka_unit_test(holds_the_longest_spelling),
    };
    return cmocka_run_group_tests_name("link_spelling", tests, NULL, NULL);
}
