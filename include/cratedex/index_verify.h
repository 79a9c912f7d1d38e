/* Whether an index file is whole. */
#ifndef CRATEDEX_INDEX_VERIFY_H
#define CRATEDEX_INDEX_VERIFY_H

#include <cratedex/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Checks everything that can be checked: the checksum of every page, SQLite's integrity, FTS5's,
   every offset; and that all that a build makes out of a dump's rows (places, documents, parts,
   cargo's texts, …) is what the rows in the file lead to, for which it is built again and compared.
   `on_check` (may be NULL) is told what is being checked. Returns 0, or -1 and the first fault in
   words. */
int index_verify(const char *path, void (*on_check)(void *context, const char *what), void *context,
                 struct error *error);

#ifdef __cplusplus
}
#endif

#endif
