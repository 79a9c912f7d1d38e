/* Whether an index file is whole. */
#ifndef CRATEDEX_INDEX_VERIFY_H
#define CRATEDEX_INDEX_VERIFY_H

#include <cratedex/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Checks everything that can be checked: SQLite's integrity, FTS5's, checksums, every offset, every
   document decodes and is the same in JSON and MessagePack, postings agree with FTS5. `on_check`
   (may be NULL) is told what is being checked. Returns 0, or -1 and the first fault in words. */
int index_verify(const char *path, void (*on_check)(void *context, const char *what), void *context,
                 struct error *error);

#ifdef __cplusplus
}
#endif

#endif
