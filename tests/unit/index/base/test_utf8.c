/* UTF-8 validity: the edges of every range in RFC 3629, section 4, at every distance from the
   string's ends, and all code points. */
#include <cratedex/utf8.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct scene {
    const char *bytes;
    bool valid;
};

static const struct scene scenes[] = {
    {"", true},
    {"serde", true},
    {"\x7F", true},
    {"\x80", false},
    {"\xBF", false},
    {"\xC0\x80", false},
    {"\xC1\xBF", false},
    {"\xC2\x80", true},
    {"\xDF\xBF", true},
    {"\xC2", false},
    {"\xC2\x7F", false},
    {"\xC2\xC0", false},
    {"\xE0\x9F\xBF", false},
    {"\xE0\xA0\x80", true},
    {"\xE1\x80\x80", true},
    {"\xE1\x80", false},
    {"\xE1\x80\x7F", false},
    {"\xED\x9F\xBF", true},
    {"\xED\xA0\x80", false},
    {"\xED\xBF\xBF", false},
    {"\xEE\x80\x80", true},
    {"\xEF\xBF\xBF", true},
    {"\xF0\x8F\xBF\xBF", false},
    {"\xF0\x90\x80\x80", true},
    {"\xF0\x90\x80", false},
    {"\xF0\x90\x80\xC0", false},
    {"\xF4\x8F\xBF\xBF", true},
    {"\xF4\x90\x80\x80", false},
    {"\xF5\x80\x80\x80", false},
    {"\xFF", false},
};

/* The sequences in the middle of plain text of every length up to 20 on either side: what is read
   eight bytes at a time must not hide them. */
static void sequences_are_judged_wherever_they_stand(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof scenes / sizeof scenes[0]; i++) {
        size_t n_bytes = strlen(scenes[i].bytes);
        for (size_t before = 0; before <= 20; before++) {
            for (size_t after = 0; after <= 20; after++) {
                char text[64];
                memset(text, 'a', sizeof text);
                memcpy(text + before, scenes[i].bytes, n_bytes);
                bool valid = utf8_is_valid(text, before + n_bytes + after);
                if (valid != scenes[i].valid)
                    fail_msg("scene %zu with %zu bytes before and %zu behind", i, before, after);
            }
        }
    }
}

static void every_code_point_but_surrogates_is_valid(void **state)
{
    (void)state;
    for (uint32_t point = 0x80; point <= 0x10FFFF; point++) {
        char text[4];
        size_t length = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
        static const unsigned char leads[] = {0, 0, 0xC0, 0xE0, 0xF0};
        for (size_t i = length; i-- > 0;) {
            uint32_t bits = point >> (6 * (length - 1 - i));
            text[i] = (char)(i == 0 ? leads[length] | bits : 0x80 | (bits & 0x3F));
        }
        bool is_surrogate = point >= 0xD800 && point <= 0xDFFF;
        if (utf8_is_valid(text, length) == is_surrogate)
            fail_msg("U+%04X", point);
        if (!is_surrogate && utf8_first_character(text, length) != length)
            fail_msg("U+%04X is not one character", point);
        for (size_t cut = 1; cut < length; cut++)
            if (utf8_valid_length(text, cut) != 0)
                fail_msg("U+%04X cut to %zu", point, cut);
    }
}

static void characters_are_counted_whatever_their_length(void **state)
{
    (void)state;
    static const char text[] = "a\u00E9\u4E2D\U0001F496z";
    assert_int_equal(utf8_count_characters(text, sizeof text - 1), 5);
    assert_int_equal(utf8_count_characters(text, 0), 0);
    assert_int_equal(utf8_first_character(text, sizeof text - 1), 1);
    assert_int_equal(utf8_first_character(text + 1, sizeof text - 2), 2);
}

static void texts_are_cut_between_characters(void **state)
{
    (void)state;
    static const char text[] = "a\u00E9\u4E2D\U0001F496z"; /* 1, 2, 3, 4 and 1 bytes */
    static const size_t fitting[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11};
    for (size_t max = 0; max < sizeof fitting / sizeof *fitting; max++)
        assert_int_equal(utf8_fitting_length(text, sizeof text - 1, max), fitting[max]);
}

/* What stands in front is counted, and an ill-formed part has the length that one U+FFFD takes. */
static void the_first_ill_formed_part_is_found(void **state)
{
    (void)state;
    static const char text[] = "serialisations\u4E2D\xF0\x9F\x92z";
    size_t at = strlen("serialisations\u4E2D");
    size_t n_bytes;
    assert_int_equal(utf8_valid_length(text, sizeof text - 1), at);
    assert_false(utf8_read_sequence(text + at, sizeof text - 1 - at, &n_bytes));
    assert_int_equal(n_bytes, 3);
    assert_true(utf8_read_sequence(text + at + 3, 1, &n_bytes));
    assert_int_equal(n_bytes, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sequences_are_judged_wherever_they_stand),
        cmocka_unit_test(every_code_point_but_surrogates_is_valid),
        cmocka_unit_test(characters_are_counted_whatever_their_length),
        cmocka_unit_test(texts_are_cut_between_characters),
        cmocka_unit_test(the_first_ill_formed_part_is_found),
    };
    return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
