/* A recursive-descent reading of the specification's grammar over a borrowed string, without
   allocation. Identifiers are compared where they lie: a number may have more digits than fit 64
   bits, so numbers are compared as digit strings (longer is larger once leading zeros are gone). */
#include <cratedex/semver.h>

#include "index/version/semver_grammar.h"

#include <string.h>

struct identifier {
    const char *text;
    size_t length;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_identifier_byte(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}

/* An identifier of digits only is a number (section 11.4.1). */
static bool is_number(struct identifier identifier)
{
    for (size_t i = 0; i < identifier.length; i++)
        if (!is_digit(identifier.text[i]))
            return false;
    return true;
}

int semver_read_number(const char *text, size_t length, size_t *at, uint64_t *number)
{
    size_t start = *at;
    uint64_t value = 0;
    bool is_too_large = false;
    for (; *at < length && is_digit(text[*at]); ++*at)
        is_too_large |= __builtin_mul_overflow(value, 10, &value) ||
                        __builtin_add_overflow(value, (uint64_t)(text[*at] - '0'), &value);
    size_t n_digits = *at - start;
    if (n_digits == 0 || (n_digits > 1 && text[start] == '0') || is_too_large)
        return -1;
    *number = value;
    return 0;
}

int semver_read_identifiers(const char *text, size_t length, size_t *at, bool allow_leading_zeros)
{
    for (;; ++*at) {
        struct identifier identifier = {text + *at, 0};
        while (*at < length && is_identifier_byte(text[*at])) {
            ++*at;
            identifier.length++;
        }
        if (identifier.length == 0)
            return -1;
        if (!allow_leading_zeros && identifier.length > 1 && identifier.text[0] == '0' &&
            is_number(identifier))
            return -1;
        if (*at == length || text[*at] != '.')
            return 0;
    }
}

int semver_parse(struct semver *version, const char *text, size_t length)
{
    struct semver parsed = {0};
    uint64_t *numbers[] = {&parsed.major, &parsed.minor, &parsed.patch};
    size_t at = 0;
    for (int i = 0; i < 3; i++) {
        if (i > 0 && (at == length || text[at++] != '.'))
            return -1;
        if (semver_read_number(text, length, &at, numbers[i]) != 0)
            return -1;
    }
    if (at < length && text[at] == '-') {
        parsed.prerelease = text + ++at;
        if (semver_read_identifiers(text, length, &at, false) != 0)
            return -1;
        parsed.prerelease_length = (size_t)(text + at - parsed.prerelease);
    }
    if (at < length && text[at] == '+') {
        parsed.build = text + ++at;
        if (semver_read_identifiers(text, length, &at, true) != 0)
            return -1;
        parsed.build_length = (size_t)(text + at - parsed.build);
    }
    if (at != length)
        return -1;
    *version = parsed;
    return 0;
}

bool semver_is_prerelease(const struct semver *version)
{
    return version->prerelease != NULL;
}

static int compare_sizes(uint64_t left, uint64_t right)
{
    return (left > right) - (left < right);
}

/* Byte order; of two where one begins the other, the shorter is lower. */
static int compare_bytes(struct identifier left, struct identifier right)
{
    size_t common = left.length < right.length ? left.length : right.length;
    int order = common == 0 ? 0 : memcmp(left.text, right.text, common);
    return order != 0 ? order : compare_sizes(left.length, right.length);
}

static struct identifier without_leading_zeros(struct identifier identifier)
{
    while (identifier.length > 0 && identifier.text[0] == '0') {
        identifier.text++;
        identifier.length--;
    }
    return identifier;
}

static int compare_identifiers(struct identifier left, struct identifier right)
{
    bool left_is_number = is_number(left);
    bool right_is_number = is_number(right);
    if (left_is_number != right_is_number)
        return left_is_number ? -1 : 1;
    if (!left_is_number)
        return compare_bytes(left, right);
    struct identifier left_digits = without_leading_zeros(left);
    struct identifier right_digits = without_leading_zeros(right);
    int order = compare_sizes(left_digits.length, right_digits.length);
    if (order == 0)
        order = compare_bytes(left_digits, right_digits);
    return order != 0 ? order : compare_sizes(left.length, right.length);
}

/* Takes the first identifier off a dotted list; a list whose `text` is NULL has none. */
static struct identifier take_identifier(struct identifier *list)
{
    const char *dot = memchr(list->text, '.', list->length);
    struct identifier first = *list;
    if (dot == NULL) {
        *list = (struct identifier){NULL, 0};
        return first;
    }
    first.length = (size_t)(dot - list->text);
    *list = (struct identifier){dot + 1, list->length - first.length - 1};
    return first;
}

/* Compares dotted lists; of two where one begins the other, the shorter is lower. */
static int compare_lists(struct identifier left, struct identifier right)
{
    while (left.text != NULL && right.text != NULL) {
        int order = compare_identifiers(take_identifier(&left), take_identifier(&right));
        if (order != 0)
            return order;
    }
    return (left.text != NULL) - (right.text != NULL);
}

int semver_precedence(const struct semver *left, const struct semver *right)
{
    int order = compare_sizes(left->major, right->major);
    if (order == 0)
        order = compare_sizes(left->minor, right->minor);
    if (order == 0)
        order = compare_sizes(left->patch, right->patch);
    if (order != 0)
        return order;
    if (semver_is_prerelease(left) != semver_is_prerelease(right))
        return semver_is_prerelease(left) ? -1 : 1;
    return compare_lists((struct identifier){left->prerelease, left->prerelease_length},
                         (struct identifier){right->prerelease, right->prerelease_length});
}

int semver_order(const struct semver *left, const struct semver *right)
{
    int order = semver_precedence(left, right);
    if (order != 0)
        return order;
    return compare_lists((struct identifier){left->build, left->build_length},
                         (struct identifier){right->build, right->build_length});
}
