/* The table of synonyms. */
#ifndef CRATEDEX_INDEX_BUILD_SYNONYMS_H
#define CRATEDEX_INDEX_BUILD_SYNONYMS_H

#include "index/build/build_state.h"

/* Reads the table that the options name, or the one that ships, before the dump, so that what is
   wrong with it is told at once. Returns 0 or -1. */
int build_read_synonyms(struct build *build, struct error *error);

/* Writes it as a part. Returns 0 or -1. */
int build_write_synonyms(struct build *build, struct error *error);

#endif
