/* Writes the words under which crates are found. */
#ifndef CRATEDEX_INDEX_BUILD_CRATE_WORDS_H
#define CRATEDEX_INDEX_BUILD_CRATE_WORDS_H

#include "index/build/build_state.h"

/* Borrowed; not NUL-terminated. `bytes` may be NULL. */
struct crate_text {
    const char *bytes;
    size_t length;
};

struct crate_words;

/* Prepares what is needed; `build` must outlive it. NULL on failure. */
struct crate_words *crate_words_open(struct build *build, struct error *error);
void crate_words_close(struct crate_words *words);

/* Writes those of one crate to `crates_fts` and to `build->written`. Ranks ascend from call to
   call. Returns 0 or -1. */
int crate_words_write(struct crate_words *words, uint32_t rank, int64_t crate_id,
                      struct crate_text name, struct crate_text description,
                      struct crate_text readme, struct error *error);

#endif
