/* Everything that can be asked of an index file. */
#ifndef CRATEDEX_TESTS_TORTURE_QUESTIONS_H
#define CRATEDEX_TESTS_TORTURE_QUESTIONS_H

#include "tests/torture/torture.h"

/* Opens the file and asks; then verifies it. Taken where it opened. */
enum torture_end questions_ask(const char *path, struct error *error);

#endif
