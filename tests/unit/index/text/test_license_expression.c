/* Texts with the postfix form that they have; expressions made at random, against a walk along the
   tree that they were made of; and codes that nobody may judge. */
#include "index/text/license_expression.h"

#include "tests/support/random.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Writes what was read: `MIT,Zlib,&`. */
static void write_codes(const struct license_expression *expression, char *out, size_t room)
{
    size_t at = 0;
    for (uint32_t i = 0; i < expression->n_codes; i++) {
        uint32_t code = expression->codes[i];
        const char *comma = i == 0 ? "" : ",";
        if (code == LICENSE_AND || code == LICENSE_OR) {
            at += (size_t)snprintf(out + at, room - at, "%s%s", comma,
                                   code == LICENSE_AND ? "&" : "|");
            continue;
        }
        assert_in_range(code, 0, expression->n_names - 1);
        const struct license_name *name = &expression->names[code];
        at += (size_t)snprintf(out + at, room - at, "%s%.*s", comma, (int)name->length,
                               expression->texts + name->start);
        assert_true(at < room);
    }
}

static void expressions_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *codes; /* NULL: it is none */
    } cases[] = {
        {"MIT", "MIT"},
        {"  MIT\t\n", "MIT"},
        {"MIT OR Apache-2.0", "MIT,Apache-2.0,|"},
        {"MIT or Apache-2.0", "MIT,Apache-2.0,|"},
        {"MIT/Apache-2.0", "MIT,Apache-2.0,|"},
        {"MIT / Apache-2.0/Zlib", "MIT,Apache-2.0,|,Zlib,|"},
        {"MIT AND Zlib", "MIT,Zlib,&"},
        {"A OR B AND C", "A,B,C,&,|"},
        {"A AND B OR C", "A,B,&,C,|"},
        {"A/B AND C", "A,B,C,&,|"},
        {"A AND (B OR C)", "A,B,C,|,&"},
        {"(A OR B)AND(C/D)", "A,B,|,C,D,|,&"},
        {"((((MIT))))", "MIT"},
        {"( ( A ) OR ( ( B AND C ) ) )", "A,B,C,&,|"},
        {"A OR B OR C", "A,B,|,C,|"},
        {"A AND B AND C", "A,B,&,C,&"},
        {"GPL-2.0+", "GPL-2.0+"},
        {"GPL-2.0+ OR MIT", "GPL-2.0+,MIT,|"},
        {"GPL-2.0-only WITH Classpath-exception-2.0", "GPL-2.0-only WITH Classpath-exception-2.0"},
        {"Apache-2.0   with\tLLVM-exception OR MIT", "Apache-2.0 WITH LLVM-exception,MIT,|"},
        {"GPL-3.0+ WITH GCC-exception-3.1", "GPL-3.0+ WITH GCC-exception-3.1"},
        {"MIT AND A WITH B AND C", "MIT,A WITH B,&,C,&"},
        {"LicenseRef-UFL-1.0", "LicenseRef-UFL-1.0"},
        {"DocumentRef-spdx-1.2:LicenseRef-x OR MIT", "DocumentRef-spdx-1.2:LicenseRef-x,MIT,|"},
        {"MIT WITH DocumentRef-a:AdditionRef-b", "MIT WITH DocumentRef-a:AdditionRef-b"},
        {"mit", "mit"},
        {"non-standard", "non-standard"},
        {"ORACLE", "ORACLE"},
        {"andy OR without", "andy,without,|"},
        {"0BSD", "0BSD"},
        {"", NULL},
        {" ", NULL},
        {"MIT OR", NULL},
        {"OR MIT", NULL},
        {"OR", NULL},
        {"MIT Or Apache-2.0", NULL},
        {"MIT And Zlib", NULL},
        {"A With B", NULL},
        {"MIT Apache-2.0", NULL},
        {"MIT OR OR Zlib", NULL},
        {"MIT OR AND Zlib", NULL},
        {"MIT, Apache-2.0", NULL},
        {"MIT|Apache-2.0", NULL},
        {"MIT//Apache-2.0", NULL},
        {"/MIT", NULL},
        {"MIT/", NULL},
        {"(MIT", NULL},
        {"MIT)", NULL},
        {"()", NULL},
        {"(MIT OR) Zlib", NULL},
        {"(MIT)(Zlib)", NULL},
        {")MIT(", NULL},
        {"MIT WITH", NULL},
        {"WITH MIT", NULL},
        {"(MIT) WITH B", NULL},
        {"A WITH B WITH C", NULL},
        {"A WITH (B)", NULL},
        {"A WITH B+", NULL},
        {"A WITH or", NULL},
        {"GPL-2.0 +", NULL},
        {"+", NULL},
        {"GPL++", NULL},
        {"GPL+or MIT", NULL},
        {"GPL+WITH a", NULL},
        {"GPL+/MIT", "GPL+,MIT,|"},
        {"(GPL+)", "GPL+"},
        {"MIT:x", NULL},
        {"DocumentRef-a:", NULL},
        {"DocumentRef-a:b:c", NULL},
        {"Apache_2.0", NULL},
        {"see LICENSE file", NULL},
        {"Lizenz f\xc3\xbcr alle", NULL},
        {"\xff", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct license_expression expression;
        char codes[256];
        size_t length = strlen(cases[i].text);
        bool is_one = license_expression_read(&expression, cases[i].text, length);
        if (is_one != (cases[i].codes != NULL))
            fail_msg("`%s` is read as %s expression", cases[i].text, is_one ? "an" : "no");
        write_codes(&expression, codes, sizeof codes);
        assert_string_equal(codes, is_one ? cases[i].codes : cases[i].text);
    }
}

/* A NUL is a byte like any other. */
static void bytes_that_are_no_text(void **state)
{
    (void)state;
    struct license_expression expression;
    assert_false(license_expression_read(&expression, "MIT\0", 4));
    assert_int_equal(expression.names[0].length, 4);
    for (int byte = 0; byte < 256; byte++) {
        char text[] = "A? OR B";
        text[1] = (char)byte;
        bool is_one = license_expression_read(&expression, text, strlen("A? OR B"));
        bool is_good = byte < 128 && (isalnum(byte) || strchr("-.+ \t\n\v\f\r", byte) != NULL);
        assert_int_equal(is_one, is_good && byte != '\0');
    }
}

static void long_expressions(void **state)
{
    (void)state;
    struct license_expression expression;
    char text[LICENSE_MAX_BYTES + 1];
    /* As many names as there may be, and one more. */
    for (uint32_t n = LICENSE_MAX_NAMES; n <= LICENSE_MAX_NAMES + 1; n++) {
        size_t at = 0;
        for (uint32_t i = 0; i < n; i++)
            at += (size_t)snprintf(text + at, sizeof text - at, "%sN%u", i == 0 ? "" : " OR ", i);
        bool is_one = license_expression_read(&expression, text, at);
        assert_int_equal(is_one, n == LICENSE_MAX_NAMES);
        assert_int_equal(expression.n_names, is_one ? n : 1);
        assert_int_equal(expression.n_codes, is_one ? 2 * n - 1 : 1);
    }
    /* The names all wait for each other: A AND (A AND (A … */
    size_t at = 0;
    for (uint32_t i = 0; i < LICENSE_MAX_NAMES - 1; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, "A AND(");
    text[at++] = 'A';
    memset(text + at, ')', LICENSE_MAX_NAMES - 1);
    at += LICENSE_MAX_NAMES - 1;
    assert_true(license_expression_read(&expression, text, at));
    uint64_t all = 2;
    uint32_t codes[LICENSE_MAX_CODES];
    for (uint32_t i = 0; i < expression.n_codes; i++)
        codes[i] = expression.codes[i] == LICENSE_AND ? LICENSE_AND : 1;
    assert_true(license_codes_are_true(codes, expression.n_codes, 1));
    assert_true(license_codes_are_met(codes, expression.n_codes, &all));
    /* Parentheses as deep as the text is long; and a name as long. */
    memset(text, '(', sizeof text);
    assert_false(license_expression_read(&expression, text, LICENSE_MAX_BYTES));
    text[LICENSE_MAX_BYTES / 2 - 1] = 'A';
    memset(text + LICENSE_MAX_BYTES / 2, ')', LICENSE_MAX_BYTES / 2);
    assert_true(license_expression_read(&expression, text, LICENSE_MAX_BYTES - 1));
    assert_int_equal(expression.n_codes, 1);
    memset(text, 'A', sizeof text);
    assert_true(license_expression_read(&expression, text, LICENSE_MAX_BYTES));
    assert_int_equal(expression.names[0].length, LICENSE_MAX_BYTES);
}

/* ---- At random ---- */

#define N_NAMES 7
static const char *const names[N_NAMES] = {"MIT",      "Apache-2.0", "Zlib",        "GPL-3.0+",
                                           "A WITH B", "ISC",        "LicenseRef-x"};

/* A text that is made, whose value for a set of names is known as it is made. */
struct made {
    uint64_t *seed;
    char text[LICENSE_MAX_BYTES];
    size_t length;
    uint32_t met; /* a set of names, by bit, that somebody accepts */
};

static void put(struct made *made, const char *text)
{
    size_t length = strlen(text);
    assert_true(made->length + length <= sizeof made->text);
    memcpy(made->text + made->length, text, length);
    made->length += length;
}

static void put_space(struct made *made, bool is_needed)
{
    if (is_needed || random_below(made->seed, 3) == 0)
        put(made, random_below(made->seed, 4) == 0 ? "\t " : " ");
}

/* Writes an expression with that many names; returns whether it is met. `binding`: 0 where OR may
   stand, 1 where AND may, 2 where neither may. */
static bool make(struct made *made, uint32_t n, int binding)
{
    if (n == 1 || random_below(made->seed, 8) == 0) {
        if (n == 1 && random_below(made->seed, 4) > 0) {
            uint32_t name = random_below(made->seed, N_NAMES);
            put(made, names[name]);
            return (made->met >> name & 1) != 0;
        }
        put(made, "(");
        put_space(made, false);
        bool is_met = make(made, n, 0);
        put_space(made, false);
        put(made, ")");
        return is_met;
    }
    if (binding == 2) {
        put(made, "(");
        bool is_met = make(made, n, 0);
        put(made, ")");
        return is_met;
    }
    bool is_or = binding == 0 && random_below(made->seed, 2) == 0;
    uint32_t n_left = 1 + random_below(made->seed, n - 1);
    bool left = make(made, n_left, is_or ? 0 : 1);
    bool is_slash = is_or && random_below(made->seed, 3) == 0;
    bool is_upper = random_below(made->seed, 2) == 0;
    put_space(made, !is_slash);
    put(made, is_slash ? "/" : is_or ? (is_upper ? "OR" : "or") : is_upper ? "AND" : "and");
    put_space(made, !is_slash);
    bool right = make(made, n - n_left, is_or ? 0 : 1);
    return is_or ? left || right : left && right;
}

/* Numbers names by their places in `names`, from 1, as an index numbers them. */
static void number_names(const struct license_expression *expression, uint32_t *codes)
{
    for (uint32_t i = 0; i < expression->n_codes; i++) {
        codes[i] = expression->codes[i];
        if (codes[i] == LICENSE_AND || codes[i] == LICENSE_OR)
            continue;
        const struct license_name *name = &expression->names[codes[i]];
        uint32_t number = 0;
        while (strlen(names[number]) != name->length ||
               memcmp(names[number], expression->texts + name->start, name->length) != 0)
            assert_true(++number < N_NAMES);
        codes[i] = number + 1;
    }
}

static void judged_as_they_were_made(void **state)
{
    (void)state;
    uint64_t seed = 31;
    int n_met = 0;
    for (int round = 0; round < 20000; round++) {
        struct made made = {.seed = &seed, .met = random_below(&seed, 1U << N_NAMES)};
        bool is_met = make(&made, 1 + random_below(&seed, 12), 0);
        struct license_expression expression;
        uint32_t codes[LICENSE_MAX_CODES];
        uint64_t accepted = (uint64_t)made.met << 1;
        if (!license_expression_read(&expression, made.text, made.length))
            fail_msg("`%.*s` is read as no expression", (int)made.length, made.text);
        number_names(&expression, codes);
        assert_true(license_codes_are_true(codes, expression.n_codes, N_NAMES));
        if (license_codes_are_met(codes, expression.n_codes, &accepted) != is_met)
            fail_msg("`%.*s` is judged wrongly", (int)made.length, made.text);
        n_met += is_met;
    }
    assert_in_range(n_met, 5000, 15000);
}

static void codes_that_nobody_may_judge(void **state)
{
    (void)state;
    static const struct {
        uint32_t codes[4];
        uint32_t n;
        bool is_true;
    } cases[] = {
        {{1}, 1, true},
        {{1, 2, LICENSE_OR}, 3, true},
        {{3}, 1, false},
        {{0}, 1, false},
        {{0}, 0, false},
        {{1, 2}, 2, false},
        {{LICENSE_AND}, 1, false},
        {{1, LICENSE_AND}, 2, false},
        {{1, LICENSE_OR, 2}, 3, false},
        {{1, 2, LICENSE_OR, LICENSE_OR}, 4, false},
        {{1, 2, UINT32_C(0xfffffffd), 1}, 4, false},
    };
    uint32_t many[LICENSE_MAX_NAMES + 1];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(license_codes_are_true(cases[i].codes, cases[i].n, 2), cases[i].is_true);
    for (size_t i = 0; i < LICENSE_MAX_NAMES + 1; i++)
        many[i] = 1;
    assert_false(license_codes_are_true(many, LICENSE_MAX_NAMES + 1, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expressions_are_read),
        cmocka_unit_test(bytes_that_are_no_text),
        cmocka_unit_test(long_expressions),
        cmocka_unit_test(judged_as_they_were_made),
        cmocka_unit_test(codes_that_nobody_may_judge),
    };
    return cmocka_run_group_tests_name("licence expressions", tests, NULL, NULL);
}
