/* Read from left to right by two stacks, so that nothing recurses: operators wait on one until what
   binds less comes (Dijkstra's shunting-yard algorithm, 1961), and names and operators leave in
   postfix notation. WITH needs no stack: it stands between two words.

   Judging runs along the codes with a stack of truth values, which are the bits of one integer: an
   expression of LICENSE_MAX_NAMES names has no more of them at once. */
#include "index/text/license_expression.h"

#include "index/base/bitmap.h"

#include <string.h>

_Static_assert(LICENSE_MAX_NAMES <= 64, "truth values are the bits of one integer");

enum token {
    TOKEN_NAME,
    TOKEN_OPEN,
    TOKEN_CLOSE,
    TOKEN_OR,
    TOKEN_AND,
    TOKEN_WITH,
    TOKEN_END,
    TOKEN_WRONG
};

/* A text on its way into an expression. */
struct reading {
    const char *text;
    size_t length;
    size_t at;           /* behind the token */
    enum token token;    /* the one that is looked at */
    size_t token_start;  /* of a name */
    size_t token_length; /* likewise */
    struct license_expression *expression;
    uint32_t n_text_bytes;
    unsigned char waiting[LICENSE_MAX_BYTES]; /* TOKEN_OPEN, TOKEN_OR, TOKEN_AND */
    uint32_t n_waiting;
};

static bool is_letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_of_name(char c)
{
    return is_letter_or_digit(c) || c == '-' || c == '.';
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool word_is(const struct reading *reading, const char *upper, const char *lower)
{
    const char *word = reading->text + reading->token_start;
    return reading->token_length == strlen(upper) &&
           (memcmp(word, upper, reading->token_length) == 0 ||
            memcmp(word, lower, reading->token_length) == 0);
}

/* Takes letters, digits, `-` and `.` from `at` on. */
static void take_word(struct reading *reading)
{
    while (reading->at < reading->length && is_of_name(reading->text[reading->at]))
        reading->at++;
}

/* A word: an operator, or a name, which may be of another document (`DocumentRef-x:…`). */
static enum token read_word(struct reading *reading)
{
    static const char document[] = "DocumentRef-";
    reading->token_start = reading->at;
    take_word(reading);
    reading->token_length = reading->at - reading->token_start;
    if (reading->token_length == 0)
        return TOKEN_WRONG;
    if (word_is(reading, "OR", "or"))
        return TOKEN_OR;
    if (word_is(reading, "AND", "and"))
        return TOKEN_AND;
    if (word_is(reading, "WITH", "with"))
        return TOKEN_WITH;
    if (reading->at < reading->length && reading->text[reading->at] == ':') {
        size_t start = ++reading->at;
        take_word(reading);
        if (reading->at == start || reading->token_length < strlen(document) ||
            memcmp(reading->text + reading->token_start, document, strlen(document)) != 0)
            return TOKEN_WRONG;
        reading->token_length = reading->at - reading->token_start;
    }
    return TOKEN_NAME;
}

static void next_token(struct reading *reading)
{
    while (reading->at < reading->length && is_space(reading->text[reading->at]))
        reading->at++;
    if (reading->at == reading->length) {
        reading->token = TOKEN_END;
        return;
    }
    switch (reading->text[reading->at]) {
    case '(':
        reading->token = TOKEN_OPEN;
        break;
    case ')':
        reading->token = TOKEN_CLOSE;
        break;
    case '/':
        reading->token = TOKEN_OR;
        break;
    default:
        reading->token = read_word(reading);
        return;
    }
    reading->at++;
}

static bool put_code(struct license_expression *expression, uint32_t code)
{
    if (expression->n_codes == LICENSE_MAX_CODES)
        return false;
    expression->codes[expression->n_codes++] = code;
    return true;
}

static void put_text(struct reading *reading, const char *text, size_t length)
{
    memcpy(reading->expression->texts + reading->n_text_bytes, text, length);
    reading->n_text_bytes += (uint32_t)length;
}

/* The name at which the reading stands, with `+` and what it is WITH; moves behind it. What is
   written is never longer than what was read, where spaces stand around WITH. */
static bool take_name(struct reading *reading)
{
    static const char with[] = " WITH ";
    struct license_expression *expression = reading->expression;
    if (expression->n_names == LICENSE_MAX_NAMES)
        return false;
    struct license_name *name = &expression->names[expression->n_names];
    name->start = reading->n_text_bytes;
    if (reading->at < reading->length && reading->text[reading->at] == '+') {
        reading->token_length++;
        if (++reading->at < reading->length && is_of_name(reading->text[reading->at]))
            return false;
    }
    put_text(reading, reading->text + reading->token_start, reading->token_length);
    next_token(reading);
    if (reading->token == TOKEN_WITH) {
        put_text(reading, with, strlen(with));
        next_token(reading);
        if (reading->token != TOKEN_NAME)
            return false;
        put_text(reading, reading->text + reading->token_start, reading->token_length);
        next_token(reading);
    }
    name->length = reading->n_text_bytes - name->start;
    return put_code(expression, expression->n_names++);
}

/* Lets go of the operators that bind as much as `token` or more. */
static bool put_operators(struct reading *reading, enum token token)
{
    while (reading->n_waiting > 0 && reading->waiting[reading->n_waiting - 1] != TOKEN_OPEN &&
           reading->waiting[reading->n_waiting - 1] >= token) {
        unsigned char waiting = reading->waiting[--reading->n_waiting];
        if (!put_code(reading->expression, waiting == TOKEN_AND ? LICENSE_AND : LICENSE_OR))
            return false;
    }
    return true;
}

/* What stands where a name may: any number of `(`, then a name. */
static bool read_operand(struct reading *reading)
{
    while (reading->token == TOKEN_OPEN) {
        reading->waiting[reading->n_waiting++] = TOKEN_OPEN;
        next_token(reading);
    }
    return reading->token == TOKEN_NAME && take_name(reading);
}

/* What stands behind a name: any number of `)`, then an operator or the end. */
static bool read_operator(struct reading *reading)
{
    for (; reading->token == TOKEN_CLOSE; next_token(reading)) {
        if (!put_operators(reading, TOKEN_OR) || reading->n_waiting == 0)
            return false;
        reading->n_waiting--;
    }
    if (reading->token == TOKEN_END)
        return put_operators(reading, TOKEN_OR) && reading->n_waiting == 0;
    if ((reading->token != TOKEN_OR && reading->token != TOKEN_AND) ||
        !put_operators(reading, reading->token))
        return false;
    reading->waiting[reading->n_waiting++] = (unsigned char)reading->token;
    return true;
}

bool license_expression_read(struct license_expression *expression, const char *text, size_t length)
{
    struct reading reading = {.text = text, .length = length, .expression = expression};
    expression->n_names = 0;
    expression->n_codes = 0;
    bool is_one = true;
    do {
        next_token(&reading);
        is_one = read_operand(&reading) && read_operator(&reading);
    } while (is_one && reading.token != TOKEN_END);
    if (!is_one) {
        expression->n_names = 1;
        expression->n_codes = 1;
        expression->names[0] = (struct license_name){0, (uint32_t)length};
        expression->codes[0] = 0;
        memcpy(expression->texts, text, length);
    }
    return is_one;
}

bool license_codes_are_true(const uint32_t *codes, uint32_t n_codes, uint32_t n_names)
{
    uint32_t depth = 0;
    for (uint32_t i = 0; i < n_codes; i++) {
        if (codes[i] == LICENSE_AND || codes[i] == LICENSE_OR) {
            if (depth < 2)
                return false;
            depth--;
        } else if (codes[i] == 0 || codes[i] > n_names || depth == LICENSE_MAX_NAMES) {
            return false;
        } else {
            depth++;
        }
    }
    return depth == 1;
}

bool license_codes_are_met(const uint32_t *codes, uint32_t n_codes, const uint64_t *names)
{
    uint64_t truths = 0; /* the last one is the lowest bit */
    for (uint32_t i = 0; i < n_codes; i++) {
        uint64_t last = truths & 1;
        if (codes[i] == LICENSE_OR)
            truths = truths >> 1 | last;
        else if (codes[i] == LICENSE_AND)
            truths = truths >> 1 & (last | ~UINT64_C(1));
        else
            truths = truths << 1 | bitmap_test(names, codes[i]);
    }
    return truths & 1;
}
