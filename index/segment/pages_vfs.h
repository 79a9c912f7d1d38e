/* SQLite reads an index through its pages (index_pages.h). */
#ifndef CRATEDEX_INDEX_PAGES_VFS_H
#define CRATEDEX_INDEX_PAGES_VFS_H

#include "index/segment/index_pages.h"

/* Opens the file at `path`, and makes its pages known to SQLite as a file system of one file, by
   the name in their `vfs_name`. To be closed by index_pages_close, when every connection is. NULL
   on failure. */
struct index_pages *pages_vfs_open(const char *path, struct error *error);

#endif
