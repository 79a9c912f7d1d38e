/* The parts of a parsed number point into its text, so a copy is parsed again. */
#include "index/version/version_number.h"

#include <string.h>

void version_number_set(struct version_number *number, const char *text, size_t length)
{
    if (length > VERSION_NUMBER_MAX_BYTES)
        length = VERSION_NUMBER_MAX_BYTES;
    if (length > 0)
        memcpy(number->text, text, length);
    number->text[length] = '\0';
    number->is_semver = semver_parse(&number->semver, number->text, length) == 0;
}

void version_number_copy(struct version_number *to, const struct version_number *from)
{
    version_number_set(to, from->text, strlen(from->text));
}

int version_number_order(const struct version_number *left, const struct version_number *right)
{
    if (left->is_semver != right->is_semver)
        return left->is_semver ? 1 : -1;
    return left->is_semver ? semver_order(&left->semver, &right->semver) : 0;
}
