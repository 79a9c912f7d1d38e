/* All pages of an index are checked in the background, while it is served. */
#ifndef CRATEDEX_SERVER_PAGE_CHECK_H
#define CRATEDEX_SERVER_PAGE_CHECK_H

#include <cratedex/error.h>
#include <cratedex/index_file.h>
#include <stdatomic.h>

struct page_check;

/* Begins to check what nobody has read yet. What is damaged is said on standard error, by the name
   of the file; how far it is and what it found tells index_pages_state. The index must outlive it,
   and `path` too. Returns NULL and why. */
struct page_check *page_check_start(const struct index *index, const char *path,
                                    struct error *error);

/* Checks here and now what nobody has read yet, until `*is_over`. Returns 0, or -1 and what is
   damaged, or cannot be read, which is transient. */
int page_check_all(const struct index *index, const char *path, const atomic_bool *is_over,
                   struct error *error);

/* Ends it, wherever it is. NULL is allowed. */
void page_check_stop(struct page_check *check);

#endif
