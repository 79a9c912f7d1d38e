/* What people read where a crate, or a version of one, does not exist. */
#ifndef CRATEDEX_SERVER_CRATE_MISSING_H
#define CRATEDEX_SERVER_CRATE_MISSING_H

#include "server/endpoints/endpoint.h"

/* Makes the job's answer a page of status 404 that says which crate there is none of, leads to the
   search for its name, and shows names that are near. Returns 0 or -1. */
int crate_missing_show(struct answer_job *job, const struct path_value *name,
                       struct failure *failure);

/* The same of a version, of a crate that there is: leads to those that it has. */
int crate_missing_show_version(struct answer_job *job, const struct path_value *name,
                               const struct path_value *version, struct failure *failure);

#endif
