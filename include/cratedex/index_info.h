/* What an index file says of itself. */
#ifndef CRATEDEX_INDEX_INFO_H
#define CRATEDEX_INDEX_INFO_H

#include <cratedex/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What `cratedex-index info` shows. `visit` gets pairs of a name and a value: "file_bytes" is the
   file's size; a part of the file has
   the name "part:<table>" and its size in bytes as value. Returns 0 or -1. */
typedef void index_info_visit(void *context, const char *name, const char *value);
int index_info(const char *path, index_info_visit *visit, void *context, struct error *error);

#ifdef __cplusplus
}
#endif

#endif
