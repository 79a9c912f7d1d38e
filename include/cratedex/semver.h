/* Semantic Versioning 2.0.0 (https://semver.org/spec/v2.0.0.html): parsing and precedence. */
#ifndef CRATEDEX_SEMVER_H
#define CRATEDEX_SEMVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A parsed version. The text parts point into the string that was parsed and live as long as it. */
struct semver {
    uint64_t major;
    uint64_t minor;
    uint64_t patch;
    const char *prerelease; /* without the `-`; NULL where there is none */
    size_t prerelease_length;
    const char *build; /* without the `+`; NULL where there is none */
    size_t build_length;
};

/* Parses all `length` bytes of `text` by the grammar of the specification (sections 2, 9 and 10: no
   leading zeros, no empty identifiers). Returns 0, or -1 where the text is no version or its major,
   minor or patch number exceeds 64 bits; `version` is then not changed. Numbers inside a
   pre-release part may be of any size. */
int semver_parse(struct semver *version, const char *text, size_t length);

/* True for a version with a pre-release part (section 9). */
bool semver_is_prerelease(const struct semver *version);

/* Precedence (section 11): negative, 0 or positive as `left` is lower than, equal to or higher than
   `right`. Build metadata does not count. */
int semver_precedence(const struct semver *left, const struct semver *right);

/* A total order: precedence first, then build metadata compared in the same way as pre-release
   identifiers, where numbers of equal value are ordered by their leading zeros, fewest first (no
   build metadata is lowest). Cargo's `semver` crate orders so too. 0 only for equal versions. */
int semver_order(const struct semver *left, const struct semver *right);

#ifdef __cplusplus
}
#endif

#endif
