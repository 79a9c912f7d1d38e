/* The users as they are served. */
#ifndef CRATEDEX_INDEX_BUILD_PEOPLE_H
#define CRATEDEX_INDEX_BUILD_PEOPLE_H

#include "index/build/build_state.h"

/* Makes them of what the dump says. Returns 0 or -1. */
int build_write_users(struct build *build, struct error *error);

#endif
