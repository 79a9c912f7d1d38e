/* The pieces of which versions and version requirements are made; for the library's own sources
   only. */
#ifndef CRATEDEX_INDEX_SEMVER_GRAMMAR_H
#define CRATEDEX_INDEX_SEMVER_GRAMMAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads a number without leading zeros at `*at` and moves `*at` behind its digits, whether it is
   valid or not. Returns 0, or -1 where there is no digit, a leading zero, or more than 64 bits. */
int semver_read_number(const char *text, size_t length, size_t *at, uint64_t *number);

/* Reads identifiers separated by dots at `*at` and moves `*at` behind them; of a pre-release, where
   numbers have no leading zeros, or of build metadata. Returns 0, or -1 where one is not valid:
   `*at` is then behind it. */
int semver_read_identifiers(const char *text, size_t length, size_t *at, bool allow_leading_zeros);

#endif
