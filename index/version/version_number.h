/* The number of a version with a text of its own: what outlives the row that it was read from. */
#ifndef CRATEDEX_INDEX_VERSION_NUMBER_H
#define CRATEDEX_INDEX_VERSION_NUMBER_H

#include <cratedex/semver.h>
#include <stdbool.h>
#include <stddef.h>

#define VERSION_NUMBER_MAX_BYTES 255

/* All zero is no number. It must not be moved but by version_number_copy: `semver` points into the
   text. */
struct version_number {
    bool is_semver; /* very old versions have numbers that are not */
    struct semver semver;
    char text[VERSION_NUMBER_MAX_BYTES + 1];
};

/* Reads a number; what is longer than VERSION_NUMBER_MAX_BYTES is cut. `text` may be NULL
   where `length` is 0. */
void version_number_set(struct version_number *number, const char *text, size_t length);

void version_number_copy(struct version_number *to, const struct version_number *from);

/* Negative, 0 or positive as `left` is lower than, equal to or higher than `right` by semver_order.
   What is no SemVer, and no number, is below all that is, and equal to each other. */
int version_number_order(const struct version_number *left, const struct version_number *right);

#endif
