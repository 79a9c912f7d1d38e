/* What the Mustache manual shows of its tags, the filter that is ours, and what is refused. */
#include "server/html/template.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <cratedex/encoder.h>
#include <msgpack/unpack.h>
#include <string.h>

/* Renders the first of the sources with a model that was written as JSON would be. */
static void check(const struct template_source *sources, size_t n_sources,
                  void (*write_model)(struct encoder *), const char *expected)
{
    struct error error;
    struct encoder encoder;
    msgpack_sbuffer bytes;
    msgpack_sbuffer out;
    msgpack_unpacked model;
    size_t offset = 0;
    msgpack_sbuffer_init(&bytes);
    msgpack_sbuffer_init(&out);
    encoder_init(&encoder, ENCODING_MESSAGEPACK, &bytes);
    write_model(&encoder);
    assert_int_equal(encoder_finish(&encoder, &error), 0);
    msgpack_unpacked_init(&model);
    assert_int_equal(msgpack_unpack_next(&model, bytes.data, bytes.size, &offset),
                     MSGPACK_UNPACK_SUCCESS);
    struct templates *templates = templates_parse(sources, n_sources, &error);
    assert_non_null(templates);
    assert_int_equal(templates_render(templates, sources[0].name, &model.data, &out, &error), 0);
    msgpack_sbuffer_write(&out, "", 1);
    assert_string_equal(out.data, expected);
    templates_free(templates);
    msgpack_unpacked_destroy(&model);
    msgpack_sbuffer_destroy(&out);
    msgpack_sbuffer_destroy(&bytes);
}

static void write_crate(struct encoder *encoder)
{
    encoder_object(encoder, 7);
    encoder_member_text(encoder, "name", "<b>\"a\" & 'b'</b>\x01\xE2\x80\xAEx\xE2\x80\xAC");
    encoder_member_integer(encoder, "downloads", 1234567);
    encoder_member_text(encoder, "updated", "2026-11-30T01:02:03Z");
    encoder_member_boolean(encoder, "is_yanked", false);
    encoder_member_text(encoder, "empty", "");
    encoder_key(encoder, "keywords");
    encoder_array(encoder, 2);
    encoder_text(encoder, "a b");
    encoder_text(encoder, "c");
    encoder_end_array(encoder);
    encoder_key(encoder, "owner");
    encoder_object(encoder, 1);
    encoder_member_text(encoder, "login", "me");
    encoder_end_object(encoder);
    encoder_end_object(encoder);
}

static void check_one(const char *text, const char *expected)
{
    const struct template_source source = {"one", text, strlen(text)};
    check(&source, 1, write_crate, expected);
}

static void writes_values(void **state)
{
    (void)state;
    check_one(
        "{{name}}",
        "&lt;b&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/b&gt;\xEF\xBF\xBD\xEF\xBF\xBDx\xEF\xBF\xBD");
    check_one("{{{name}}}{{&name}}", "<b>\"a\" & 'b'</b>\x01\xE2\x80\xAEx\xE2\x80\xAC"
                                     "<b>\"a\" & 'b'</b>\x01\xE2\x80\xAEx\xE2\x80\xAC");
    check_one("{{ owner.login }}{{missing}}{{owner.missing}}{{name.login}}|", "me|");
    check_one("{{! a comment }}x", "x");
}

static void writes_sections(void **state)
{
    (void)state;
    check_one("{{#keywords}}[{{.}}]{{/keywords}}", "[a b][c]");
    check_one("{{#keywords}}{{downloads}} {{/keywords}}", "1234567 1234567 ");
    check_one("{{#owner}}{{login}}{{/owner}}{{^owner}}no{{/owner}}", "me");
    check_one("{{#is_yanked}}x{{/is_yanked}}{{^is_yanked}}y{{/is_yanked}}", "y");
    check_one("{{#keywords.0}}<{{#keywords}}{{.}}{{/keywords}}>{{/keywords.0}}", "<a bc>");
    check_one("{{#missing.0}}x{{/missing.0}}{{#name.0}}x{{/name.0}}{{^keywords.1}}y{{/keywords.1}}",
              "y");
    check_one("{{#empty}}x{{/empty}}{{^missing}}{{^empty}}y{{/empty}}{{/missing}}", "y");
}

static void writes_by_filters(void **state)
{
    (void)state;
    check_one("{{downloads|count}} {{ downloads | compact }} {{downloads|bytes}}",
              "1,234,567 1.2M 1.2 MB");
    check_one("{{updated|date}} {{#keywords}}{{.|path}} {{/keywords}}{{missing|count}}",
              "2026-11-30 a%20b c ");
}

static void write_times(struct encoder *encoder)
{
    encoder_object(encoder, 6);
    encoder_member_integer(encoder, "years", 2194 * 86400LL + 75000);
    encoder_member_number(encoder, "small", 0.25);
    encoder_member_number(encoder, "large", 1234567.5);
    encoder_member_integer(encoder, "minute", 61);
    encoder_member_integer(encoder, "day", 3 * 86400 + 7200);
    encoder_member_text(encoder, "text", "<x>");
    encoder_end_object(encoder);
}

static void writes_rates_and_times(void **state)
{
    (void)state;
    static const char template[] =
        "{{small|rate}} {{large|rate}} {{minute|duration}} {{day|duration}} "
        "{{small|duration}} {{small|milliseconds}} {{large|microseconds}} "
        "{{minute|milliseconds}} {{large|duration}} {{years|duration}} {{text|rate}}"
        "{{text|duration}}{{text|milliseconds}}";
    const struct template_source source = {"one", template, sizeof template - 1};
    check(&source, 1, write_times,
          "0.2 1,234,568 1 min 1 s 3 d 2 h 0 s 250 µs 1.23 s 61 ms 14 d 6 h 2,194 d "
          "&lt;x&gt;&lt;x&gt;&lt;x&gt;");
}

#define N_FACES 1200

/* As many times U+1F600, of four bytes each. */
static void write_faces(char text[4 * N_FACES + 1], size_t n)
{
    for (size_t i = 0; i < 4 * n; i++)
        text[i] = "\xF0\x9F\x98\x80"[i % 4];
    text[4 * n] = '\0';
}

static const int64_t scaled_numbers[] = {0,      999,    1000,     1050,       1150,
                                         999949, 999950, 12345678, 1999999999, INT64_MAX};

static void write_numbers(struct encoder *encoder)
{
    const uint32_t n = sizeof scaled_numbers / sizeof *scaled_numbers;
    encoder_object(encoder, 1);
    encoder_key(encoder, "numbers");
    encoder_array(encoder, n);
    for (uint32_t i = 0; i < n; i++)
        encoder_integer(encoder, scaled_numbers[i]);
    encoder_end_array(encoder);
    encoder_end_object(encoder);
}

/* Halves go to the even digit; what rounds to 1,000 has the next unit, while there is one. */
static void scales_numbers(void **state)
{
    (void)state;
    const struct template_source source = {"one", "{{#numbers}}{{.|compact}} {{/numbers}}", 38};
    check(&source, 1, write_numbers, "0 999 1.0K 1.0K 1.2K 999.9K 1.0M 12.3M 2.0B 9223372.0T ");
}

static void write_long_text(struct encoder *encoder)
{
    char text[4 * N_FACES + 2] = "x";
    write_faces(text + 1, N_FACES);
    encoder_object(encoder, 2);
    encoder_member_text(encoder, "long", text);
    encoder_member_text(encoder, "path", "os::a b/c&d");
    encoder_end_object(encoder);
}

static void check_long(const char *text, const char *expected)
{
    const struct template_source source = {"one", text, strlen(text)};
    check(&source, 1, write_long_text, expected);
}

/* A text is cut between characters, and what it is cut to is bounded. */
static void shortens_texts(void **state)
{
    (void)state;
    char expected[4 * N_FACES + 8] = "x";
    write_faces(expected + 1, 79);
    strcat(expected, "…");
    check_long("{{long|short}}", expected);
    write_faces(expected + 1, 1023);
    strcat(expected, "…");
    check_long("{{long}}", expected);
    check_long("{{path|path}}", "os::a%20b%2Fc%26d");
    check_one("{{updated|short}}{{downloads|short}}", "2026-11-30T01:02:03Z1234567");
}

static void leaves_out_indentation(void **state)
{
    (void)state;
    check_one("<p>\n    <b>x  y</b>\n\n</p> z", "<p>\n<b>x  y</b>\n</p> z");
}

/* Tags that write nothing and are alone in their lines leave nothing of these. */
static void leaves_out_lines_of_tags(void **state)
{
    (void)state;
    check_one("<ul>\n  {{#name}}\n  {{! why }}\n  <li>\n"
              "  {{/name}}\n  {{^name}}\n  x\n  {{/name}}\n</ul>",
              "<ul>\n<li>\n</ul>");
    check_one("{{#name}}\na {{/name}}\nb", "a \nb");
    check_one("{{downloads}}\n{{downloads}}", "1234567\n1234567");
}

static void takes_partials(void **state)
{
    (void)state;
    const struct template_source sources[] = {
        {"page", "{{> top}}{{#keywords}}{{> item}}{{/keywords}}", 45},
        {"top", "<h1>", 4},
        {"item", "({{.}})", 7},
    };
    check(sources, 3, write_crate, "<h1>(a b)(c)");
}

static void refuses_what_has_a_fault(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *message;
    } cases[] = {
        {"a\n{{name", "template one, line 2: a tag without an end"},
        {"{{}}", "template one, line 1: an empty tag"},
        {"{{#a}}", "template one, line 1: a section is not closed: a"},
        {"{{#a}}{{/b}}", "template one, line 1: closes what is not open: b"},
        {"{{/b}}", "template one, line 1: closes what is not open: b"},
        {"{{> two}}", "template one, line 1: no such partial: two"},
        {"{{a|upper}}", "template one, line 1: no such filter: upper"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error error;
        const struct template_source source = {"one", cases[i].text, strlen(cases[i].text)};
        assert_null(templates_parse(&source, 1, &error));
        assert_string_equal(error.message, cases[i].message);
    }
}

static void ends_what_includes_itself(void **state)
{
    (void)state;
    struct error error;
    msgpack_sbuffer out;
    const struct template_source source = {"one", "x{{> one}}", 10};
    const msgpack_object nothing = {.type = MSGPACK_OBJECT_NIL};
    msgpack_sbuffer_init(&out);
    struct templates *templates = templates_parse(&source, 1, &error);
    assert_non_null(templates);
    assert_int_equal(templates_render(templates, "one", &nothing, &out, &error), -1);
    assert_string_equal(error.message, "template one: partials are nested too deeply");
    assert_int_equal(templates_render(templates, "two", &nothing, &out, &error), -1);
    assert_string_equal(error.message, "there is no template two");
    templates_free(templates);
    msgpack_sbuffer_destroy(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_values),
        cmocka_unit_test(writes_sections),
        cmocka_unit_test(writes_by_filters),
        cmocka_unit_test(writes_rates_and_times),
        cmocka_unit_test(scales_numbers),
        cmocka_unit_test(shortens_texts),
        cmocka_unit_test(leaves_out_indentation),
        cmocka_unit_test(leaves_out_lines_of_tags),
        cmocka_unit_test(takes_partials),
        cmocka_unit_test(refuses_what_has_a_fault),
        cmocka_unit_test(ends_what_includes_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
