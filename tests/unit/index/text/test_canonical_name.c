/* The canonical form of names, as a table. */
#include <cratedex/canonical_name.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *name;
    const char *canonical;
} table[] = {
    {"", ""},
    {"serde", "serde"},
    {"serde-json", "serde_json"},
    {"Serde_JSON", "serde_json"},
    {"--__--", "______"},
    {"ABCXYZ", "abcxyz"},
    {"@[`{/:09", "@[`{/:09"}, /* the neighbours of the letters and digits in ASCII */
    {"Gr\303\234n-Z", "gr\303\234n_z"},
    {"\377\200\276", "\377\200\276"},
};

static void test_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        size_t length = strlen(table[i].name);
        char out[32];
        memset(out, '#', sizeof out);
        canonical_name(out, table[i].name, length);
        assert_memory_equal(out, table[i].canonical, length);
        assert_int_equal(out[length], '#');
    }
}

static void test_in_place(void **state)
{
    (void)state;
    char name[] = "Foo-Bar";
    canonical_name(name, name, strlen(name));
    assert_string_equal(name, "foo_bar");
}

static void test_every_byte(void **state)
{
    (void)state;
    for (int byte = 0; byte < 256; byte++) {
        char name = (char)byte;
        char canonical;
        canonical_name(&canonical, &name, 1);
        int expected = byte == '-' ? '_' : byte >= 'A' && byte <= 'Z' ? byte + 32 : byte;
        assert_int_equal((unsigned char)canonical, expected);
        char again;
        canonical_name(&again, &canonical, 1);
        assert_int_equal(again, canonical);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_in_place),
        cmocka_unit_test(test_every_byte),
    };
    return cmocka_run_group_tests_name("canonical_name", tests, NULL, NULL);
}
