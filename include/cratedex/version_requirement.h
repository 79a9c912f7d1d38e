/* Version requirements as cargo reads them: the Cargo Book, "Specifying Dependencies", in the
   grammar of Rust's `semver` crate 1.x. A requirement is `*` or a list of comparators separated by
   commas, all of which a version must satisfy:

       1.2.3  ^1.2.3    compatible: the first number that is not 0 stays
       ~1.2.3           the minor version stays, or with `~1` the major version
       1.*  1.2.*       the numbers before the wildcard stay (`x` and `X` are wildcards too)
       =1.2  >1.2  >=1.2  <1.2  <=1.2

   Minor and patch version may be left out; spaces may stand around a comparator and behind its
   operator; build metadata is read and ignored. */
#ifndef CRATEDEX_VERSION_REQUIREMENT_H
#define CRATEDEX_VERSION_REQUIREMENT_H

#include <cratedex/error.h>
#include <cratedex/semver.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* No requirement has more comparators: cargo has the same limit. */
#define VERSION_REQUIREMENT_MAX_COMPARATORS 32
/* Nor more bytes: the longest of crates.io's dump has some 30. */
#define VERSION_REQUIREMENT_MAX_BYTES 1024
/* Room for every canonical text: each comparator may gain an operator and a space. */
#define VERSION_REQUIREMENT_MAX_TEXT                                                               \
    (VERSION_REQUIREMENT_MAX_BYTES + 2 * VERSION_REQUIREMENT_MAX_COMPARATORS + 1)

enum version_relation {
    VERSION_CARET,
    VERSION_TILDE,
    VERSION_WILDCARD, /* matches as VERSION_EXACT does; only the spelling differs */
    VERSION_EXACT,
    VERSION_GREATER,
    VERSION_GREATER_OR_EQUAL,
    VERSION_LESS,
    VERSION_LESS_OR_EQUAL,
};

struct version_comparator {
    enum version_relation relation;
    unsigned n_numbers;    /* 1 to 3: major, minor, patch as far as they are given */
    struct semver version; /* numbers that are not given are 0; a pre-release only with three */
};

/* Of `*` and only of it, there are no comparators. Pre-releases point into the parsed text. */
struct version_requirement {
    size_t n_comparators;
    struct version_comparator comparators[VERSION_REQUIREMENT_MAX_COMPARATORS];
};

/* Parses all `length` bytes of `text`, which must outlive the requirement. Returns 0, or -1 and a
   sentence that says where it went wrong; `requirement` is then undefined. */
int version_requirement_parse(struct version_requirement *requirement, const char *text,
                              size_t length, struct error *error);

/* Whether cargo would take `version` for it. A pre-release satisfies a requirement only where one
   of its comparators names a pre-release of the same major, minor and patch version. */
bool version_requirement_matches(const struct version_requirement *requirement,
                                 const struct semver *version);

/* The same where pre-releases need not be named: a version matches that lies in every comparator's
   range, by precedence. The ranges are those of cargo's RFC 3493 (precise pre-release updates):
   numbers left out count as 0 at the lower end, and a range ends below the pre-releases of what it
   excludes. `^1.2` is >=1.2.0, <2.0.0-0 and so has 1.3.0-beta, but neither 1.2.0-rc nor
   2.0.0-alpha. Every release that version_requirement_matches takes is taken here, and no other. */
bool version_requirement_includes(const struct version_requirement *requirement,
                                  const struct semver *version);

/* Writes the canonical text, NUL-terminated, into `text` and returns its length: every operator
   written out, one space behind each comma and no other, no build metadata (`^1.2` for ` 1.2`). Two
   requirements that have the same text match the same versions. It parses to the same requirement
   again, unless it passes VERSION_REQUIREMENT_MAX_BYTES. */
size_t version_requirement_print(const struct version_requirement *requirement,
                                 char text[VERSION_REQUIREMENT_MAX_TEXT]);

#ifdef __cplusplus
}
#endif

#endif
