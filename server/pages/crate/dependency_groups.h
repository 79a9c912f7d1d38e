/* A version's dependencies as a page shows them: by kind, each with the version that cargo would
   take today. */
#ifndef CRATEDEX_SERVER_DEPENDENCY_GROUPS_H
#define CRATEDEX_SERVER_DEPENDENCY_GROUPS_H

#include "server/html/object.h"
#include "server/pages/crate/list_window.h"
#include "server/pages/page.h"

/* Writes an array of the kinds that have dependencies in the window, which counts normal ones
   first, then those of the build, then those of development:

       {"kind": "normal", "title", "n": of that kind, "items":
        [{"crate_id", "req", "optional", "target", "default_features", "features", "has_features",
          "more_features": number or null, "is_known": whether the index has the crate,
          "resolution": as resolution_encode, or null}]}

   `dependencies` is the API's array. Each costs a pass over the versions of its crate. Returns 0,
   or -1 and why. */
int dependency_groups_encode(struct answer_job *job, const msgpack_object *dependencies,
                             const struct list_window *window, struct encoder *model,
                             struct failure *failure);

#endif
