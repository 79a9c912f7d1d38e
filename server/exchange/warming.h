/* What is asked for most is computed before anybody asks for it of a new snapshot. */
#ifndef CRATEDEX_SERVER_WARMING_H
#define CRATEDEX_SERVER_WARMING_H

#include "server/service/service.h"
#include "server/service/snapshot.h"

#include <stdatomic.h>
#include <stddef.h>

/* How much is made; whatever comes first ends it. */
struct warming_limits {
    size_t max_bytes; /* of the cache, for what is made */
    size_t max_answers;
    double max_seconds;
};

/* Makes answers of `opened`, which nobody has seen yet, to what the cache's answers of `served`
   were asked for, those that are most in use first, in the content codings that they were asked for
   in. What fails is left out. Returns soon after `*is_over`, and with nothing done where `served`
   is damaged: then there is no time to lose. Returns how many were made, which the metrics tell,
   too. */
size_t warming_run(const struct service *service, const struct snapshot *served,
                   const struct snapshot *opened, const struct warming_limits *limits,
                   const atomic_bool *is_over);

/* The same with the limits of a server, for struct swap_steps: half of the cache's bytes, and ten
   seconds. */
void warming_before_swap(const struct service *service, const struct snapshot *served,
                         const struct snapshot *opened, const atomic_bool *is_over);

#endif
