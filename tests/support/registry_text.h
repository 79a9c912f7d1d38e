/* Crates, versions and dependencies written as lines, and an index of them. */
#ifndef CRATEDEX_TESTS_SUPPORT_REGISTRY_TEXT_H
#define CRATEDEX_TESTS_SUPPORT_REGISTRY_TEXT_H

#include "tests/support/built_index.h"

/* A version a line: its crate, its number with a `!` in front where it is yanked, and behind a
   colon its dependencies, separated by semicolons:

       app 1.0.0: lib ^1; util >=0.2, <0.4; win ~2 for cfg(windows); extra * optional; tool ^1 build
       lib !1.0.3 links native

   A dependency may end in `optional`, `build`, `dev` or `for TARGET`; a version may link to
   something. Crates that are only depended on exist without versions. Fails the test where a line
   is not so. */
void registry_text_build(struct built_index *built, const char *text);

/* The id of a version in it; fails the test where there is none. */
int64_t registry_text_version(struct built_index *built, const char *crate, const char *num);

#endif
