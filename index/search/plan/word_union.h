/* Several posting lists as one. */
#ifndef CRATEDEX_INDEX_WORD_UNION_H
#define CRATEDEX_INDEX_WORD_UNION_H

#include "index/segment/open_reader.h"
#include "index/segment/postings.h"

/* What a reader keeps for it. */
struct word_union;

/* The reader's, made at the first call. NULL when memory runs out. */
struct word_union *word_union_of_reader(struct index_reader *reader, struct error *error);

/* The crates that are in any of `n` lists of `postings`, `terms`, each with the fields that it has
   in all of them together. It is valid until the next call; without a bitmap where it is no list of
   the postings itself. Costs some ten instructions a posting, however many lists there are. */
struct posting_list word_union_make(struct word_union *unite, const struct postings *postings,
                                    const uint32_t *terms, size_t n);

#endif
