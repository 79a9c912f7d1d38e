/* Code points are counted here by their first bytes, one after the other, so that a mistake in the
   library's counting shows. */
#include "tests/support/marked_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MAX_RANGES 256

static bool begins_code_point(char byte)
{
    return ((unsigned char)byte & 0xc0) != 0x80;
}

static void put(char *out, size_t capacity, size_t *at, char byte)
{
    assert_true(*at + 1 < capacity);
    out[(*at)++] = byte;
    out[*at] = '\0';
}

void marked_text_write(const char *text, size_t length, const struct marked_range *ranges, size_t n,
                       char *out, size_t capacity)
{
    size_t code_point = 0;
    size_t at = 0;
    size_t next = 0;
    bool is_open = false;
    out[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        assert_true(ranges[i].length > 0);
        assert_true(i == 0 || ranges[i].start > ranges[i - 1].start + ranges[i - 1].length);
    }
    for (size_t i = 0; i <= length; i++) {
        bool begins = i == length || begins_code_point(text[i]);
        if (begins && is_open && code_point == ranges[next].start + ranges[next].length) {
            put(out, capacity, &at, ']');
            is_open = false;
            next++;
        }
        if (begins && !is_open && next < n && i < length && code_point == ranges[next].start) {
            put(out, capacity, &at, '[');
            is_open = true;
        }
        if (i < length)
            put(out, capacity, &at, text[i]);
        code_point += begins;
    }
    if (is_open || next < n)
        fail_msg("a range is beyond \"%.*s\"", (int)length, text);
}

void marked_text_of(const char *text, size_t length, const struct search_highlights *highlights,
                    enum highlight_field field, const char *keyword, char *out, size_t capacity)
{
    struct marked_range ranges[MAX_RANGES];
    size_t n = 0;
    for (uint32_t i = 0; i < highlights->n; i++) {
        const struct highlight *highlight = &highlights->highlights[i];
        if (highlight->field != field)
            continue;
        if (keyword != NULL && (strlen(keyword) != highlight->keyword_length ||
                                memcmp(keyword, highlight->keyword, strlen(keyword)) != 0))
            continue;
        assert_true(n < MAX_RANGES);
        ranges[n++] = (struct marked_range){highlight->start, highlight->length};
    }
    marked_text_write(text, length, ranges, n, out, capacity);
}
