/* A small registry for tests of versions and dependents: what a crate's pages are made of, with
   every case that their order has. */
#ifndef CRATEDEX_TESTS_SUPPORT_VERSIONS_DUMP_H
#define CRATEDEX_TESTS_SUPPORT_VERSIONS_DUMP_H

#include "tests/support/built_index.h"

/* Builds and opens it. The crates:

   - `Tracks-Lib`: ids 1 … 12, in every order that a list has: pre-releases, build metadata, yanked
     ones, equal dates, one number that is not SemVer
   - `many`: versions 1.0.0 … 1.0.39, ids 101 … 140, so long that their objects are kept in the file
   - `bare`: no version at all
   - `user-a` … `user-f`: depend on `Tracks-Lib` in ways of which some count (see
     test_reverse_dependencies.c) */
void versions_dump_build(struct built_index *built);

/* cmocka's group set-up and teardown: `*state` is a struct built_index with it. */
int versions_dump_open(void **state);
int versions_dump_close(void **state);

/* The rank of a crate that exists. */
uint32_t versions_dump_rank(const struct built_index *built, const char *name);

#endif
