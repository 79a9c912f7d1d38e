/* READMEs, in an index that keeps them. */
#ifndef CRATEDEX_INDEX_BUILD_READMES_H
#define CRATEDEX_INDEX_BUILD_READMES_H

#include "index/build/build_state.h"

#include <sqlite3.h>

struct build_readmes;

/* NULL on failure; the build must keep READMEs. */
struct build_readmes *build_readmes_open(struct build *build, struct error *error);

/* Stores the README of a crate, valid UTF-8; one without a character that shows is none. Crates
   come in the order of their ranks. Returns 0 or -1. */
int build_readmes_add(struct build_readmes *readmes, uint32_t rank, const char *text, size_t length,
                      struct error *error);

/* Writes into the table meta how many there are and how large. Returns 0 or -1. */
int build_write_readme_counts(sqlite3 *database, struct error *error);

/* NULL is allowed. */
void build_readmes_close(struct build_readmes *readmes);

#endif
