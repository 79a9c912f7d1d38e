/* Whose login is whose. */
#ifndef CRATEDEX_INDEX_BUILD_LOGINS_H
#define CRATEDEX_INDEX_BUILD_LOGINS_H

#include "index/build/build_state.h"

/* Writes the logins of users and teams as a part. Memberships are written before. Returns 0 or
   -1. */
int build_write_logins(struct build *build, struct error *error);

#endif
