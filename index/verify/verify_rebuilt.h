/* An index built again out of its own tables, by the builder itself, and compared with what is
   there. */
#ifndef CRATEDEX_INDEX_VERIFY_REBUILT_H
#define CRATEDEX_INDEX_VERIFY_REBUILT_H

#include "index/build/build_state.h"

struct rebuilt;

/* Computes what every crate comes to: its place, its versions, its popularity. `database` may be
   written in memory; it and the index must outlive it. NULL on failure. */
struct rebuilt *rebuilt_open(const struct index *index, sqlite3 *database, struct error *error);
void rebuilt_close(struct rebuilt *rebuilt);

/* What follows is compared with what was built again, in this order. All return 0, or -1 and the
   first difference. */

/* The rows of crates, and their documents in both encodings. */
int verify_crates(struct rebuilt *rebuilt, struct error *error);

/* Every part but the synonyms, byte by byte. */
int verify_parts(struct rebuilt *rebuilt, struct error *error);

/* The front page. */
int verify_pages(struct rebuilt *rebuilt, struct error *error);

/* The build, with `crates` and, behind verify_crates, `columns`. */
struct build *rebuilt_build(struct rebuilt *rebuilt);

#endif
