/* Whether the words as they are written are those of the full-text index. */
#ifndef CRATEDEX_INDEX_VERIFY_WRITTEN_H
#define CRATEDEX_INDEX_VERIFY_WRITTEN_H

#include "index/segment/open_index.h"

/* Stems every written word and compares what the words of each stem have together with what the
   stem has. The postings of stems must be right. Returns 0 or -1. */
int verify_written_words(const struct index *index, sqlite3 *database, struct error *error);

#endif
