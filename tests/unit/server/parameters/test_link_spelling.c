/* How a request spells its links: in its own order, with page or seek behind what stays. */
#include "server/parameters/link_spelling.h"

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
        /* What is set is dropped, however often it was given and spelled, and appended. */
        {"seek=x&q=a", "s", "?q=a&seek=s"},
        {"q=a&seek=x&sort=new", "s", "?q=a&sort=new&seek=s"},
        {"page=2&q=a", "3", "?q=a&page=3"},
        {"letter=p&page=1&per_page=1", "2", "?letter=p&per_page=1&page=2"},
        {"letter=p&per_page=1&page=1", "2", "?letter=p&per_page=1&page=2"},
        {"page=1&q=a&page=2", "3", "?q=a&page=3"},
        {"seek=1&s%65ek=2&seek=3", "s", "?seek=s"},
        {"p%61ge=1", "2", "?page=2"},
        /* What only resembles it stays; so does what is repeated. */
        {"Seek=1&seek[]=2&per_page=3&xpage=4", "s",
         "?Seek=1&seek%5B%5D=2&per_page=3&xpage=4&seek=s"},
        {"ids[]=a&ids[]=b&ids[]=a", "s", "?ids%5B%5D=a&ids%5B%5D=b&ids%5B%5D=a&seek=s"},
        {"ids[]=a&page=1&ids%5B%5D=b", "2", "?ids%5B%5D=a&ids%5B%5D=b&page=2"},
        {"sort=new&sort=alpha&q=", "s", "?sort=new&sort=alpha&q=&seek=s"},
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
        {"q=a&seek=1", "q=a", true}, {"seek=1&q=a", "q=a", true},
        {"q=a", "q=A", false},       {"q=a&page=1", "q=a", false},
        {"q=a&x=", "q=a", false},    {"page=1&q=a", "q=a&page=1", true},
        {"q=a&q=b", "q=b", false},
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        spell(&left, cases[i].left);
        spell(&right, cases[i].right);
        assert_int_equal(link_spelling_equals(&left, right.text, right.length), cases[i].are_equal);
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
    size_t length = link_write(link, &spelling, value, sizeof value);
    assert_int_equal(length, 1 + spelling.length + 3 * sizeof value);
    for (size_t i = 1; i < 2 * QUERY_STRING_MAX_PARAMETERS - 2; i += 2)
        text[i] = '&';
    spell(&spelling, text);
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
