/* The file that a build writes. */
#ifndef CRATEDEX_INDEX_BUILD_FILE_H
#define CRATEDEX_INDEX_BUILD_FILE_H

#include "index/base/temporary_file.h"

#include <cratedex/error.h>
#include <cratedex/signature_key.h>

/* Makes an empty file beside `out_path`; those of builds that were killed are removed. Returns 0 or
   -1, and there is none. */
int build_file_create(struct temporary_file *file, const char *out_path, struct error *error);

/* Makes the file durable and gives it its name, and before that its signature, where there is a
   private key. Returns 0 or -1. */
int build_file_commit(struct temporary_file *file, const char *out_path,
                      const struct signature_key *key, struct error *error);

#endif
