/* Any text as a licence expression. What is read must hold together, must read the same when it is
   written anew from its codes, and must be judged as a plain walk along its truth values judges
   it. */
#include "index/text/license_expression.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Texts and truth values, as postfix notation makes them. */
struct operand {
    char *text;
    size_t length;
    bool is_met;
};

static struct operand of_name(const struct license_expression *expression, uint32_t place)
{
    const struct license_name *name = &expression->names[place];
    if (name->length == 0 || name->start > sizeof expression->texts ||
        name->length > sizeof expression->texts - name->start)
        abort();
    struct operand made = {malloc(name->length), name->length, place % 3 == 0};
    if (made.text == NULL)
        abort();
    memcpy(made.text, expression->texts + name->start, name->length);
    return made;
}

/* `(left OR right)`. */
static struct operand join(struct operand left, struct operand right, bool is_or)
{
    const char *joint = is_or ? "/" : " and ";
    size_t joint_length = strlen(joint);
    struct operand made = {malloc(left.length + right.length + joint_length + 2), 0,
                           is_or ? left.is_met || right.is_met : left.is_met && right.is_met};
    if (made.text == NULL)
        abort();
    made.text[made.length++] = '(';
    memcpy(made.text + made.length, left.text, left.length);
    made.length += left.length;
    memcpy(made.text + made.length, joint, joint_length);
    made.length += joint_length;
    memcpy(made.text + made.length, right.text, right.length);
    made.length += right.length;
    made.text[made.length++] = ')';
    free(left.text);
    free(right.text);
    return made;
}

/* The expression as a text with all parentheses. */
static struct operand write_anew(const struct license_expression *expression)
{
    struct operand stack[LICENSE_MAX_NAMES];
    uint32_t depth = 0;
    for (uint32_t i = 0; i < expression->n_codes; i++) {
        uint32_t code = expression->codes[i];
        bool is_operator = code == LICENSE_AND || code == LICENSE_OR;
        if (is_operator ? depth < 2 : code >= expression->n_names || depth == LICENSE_MAX_NAMES)
            abort();
        if (is_operator) {
            depth--;
            stack[depth - 1] = join(stack[depth - 1], stack[depth], code == LICENSE_OR);
        } else {
            stack[depth++] = of_name(expression, code);
        }
    }
    if (depth != 1)
        abort();
    return stack[0];
}

/* Names are numbered by their places, from 1. */
static bool judge(const struct license_expression *expression)
{
    uint32_t codes[LICENSE_MAX_CODES];
    uint64_t names[LICENSE_MAX_NAMES / 64 + 1] = {0};
    for (uint32_t place = 0; place < expression->n_names; place += 3)
        names[(place + 1) / 64] |= UINT64_C(1) << ((place + 1) % 64);
    for (uint32_t i = 0; i < expression->n_codes; i++) {
        uint32_t code = expression->codes[i];
        codes[i] = code == LICENSE_AND || code == LICENSE_OR ? code : code + 1;
    }
    if (!license_codes_are_true(codes, expression->n_codes, expression->n_names) ||
        license_codes_are_true(codes, expression->n_codes, expression->n_names - 1))
        abort();
    return license_codes_are_met(codes, expression->n_codes, names);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct license_expression expression;
    static struct license_expression again;
    if (size == 0 || size > LICENSE_MAX_BYTES)
        return 0;
    bool is_one = license_expression_read(&expression, (const char *)data, size);
    struct operand made = write_anew(&expression);
    if (judge(&expression) != made.is_met)
        abort();
    if (!is_one && (made.length != size || memcmp(made.text, data, size) != 0))
        abort();
    if (made.length <= LICENSE_MAX_BYTES &&
        (license_expression_read(&again, made.text, made.length) != is_one ||
         again.n_codes != expression.n_codes ||
         memcmp(again.codes, expression.codes, again.n_codes * sizeof *again.codes) != 0))
        abort();
    free(made.text);
    return 0;
}
