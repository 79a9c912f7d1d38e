/* READMEs that lie beside the dump. */
#ifndef CRATEDEX_INDEX_BUILD_README_FILES_H
#define CRATEDEX_INDEX_BUILD_README_FILES_H

#include "index/build/build_state.h"

/* Reads build_options.readmes_path, if it is given: the READMEs of default versions, and those that
   name none, take the place of the dump's. What comes later sees no difference. To be called when
   it is known which versions are the default. Returns 0 or -1. */
int build_read_readme_files(struct build *build, struct error *error);

#endif
