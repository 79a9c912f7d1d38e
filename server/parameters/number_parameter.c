/* Digits are read from left to right and the first fault is named, as Rust's FromStr does: a number
   that is both too large and followed by a letter is "too large" where the overflow comes first. */
#include "server/parameters/number_parameter.h"

#include <string.h>

const char *number_parse(const char *text, size_t length, enum number_type type, int64_t *value)
{
    const int64_t max = type == NUMBER_SIGNED ? INT32_MAX : UINT32_MAX;
    const int64_t min = type == NUMBER_SIGNED ? INT32_MIN : 0;
    if (length == 0)
        return "cannot parse integer from empty string";
    size_t i = 0;
    bool is_negative = false;
    if (length > 1 && (text[0] == '+' || (text[0] == '-' && type == NUMBER_SIGNED))) {
        is_negative = text[0] == '-';
        i = 1;
    }
    int64_t number = 0;
    for (; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return "invalid digit found in string";
        int digit = text[i] - '0';
        number = number * 10 + (is_negative ? -digit : digit);
        if (number > max)
            return "number too large to fit in target type";
        if (number < min)
            return "number too small to fit in target type";
    }
    if (type == NUMBER_POSITIVE && number == 0)
        return "number would be zero for non-zero type";
    *value = number;
    return NULL;
}

int number_parameter(const struct query_string *query, const char *name, enum number_type type,
                     bool *is_given, int64_t *value, struct failure *failure)
{
    const struct query_parameter *parameter = query_string_find(query, name);
    *is_given = parameter != NULL;
    if (parameter == NULL)
        return 0;
    const char *fault = number_parse(parameter->value, parameter->value_length, type, value);
    if (fault != NULL)
        return failure_set(failure, 400, "Failed to deserialize query string: %s: %s", name, fault);
    return 0;
}
