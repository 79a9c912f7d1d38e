/* What is unpacked is spent piece by piece, so that a bomb stops at the bound, not behind it. */
#include "index/dump/dump_budget.h"

#include <inttypes.h>

int dump_budget_spend(struct dump_budget *budget, uint64_t n_bytes, struct error *error)
{
    if (n_bytes > budget->max_bytes - budget->n_bytes)
        return error_set(error,
                         "unpacks to more than %" PRIu64
                         " bytes; raise --max-dump-bytes if that is right",
                         budget->max_bytes);
    budget->n_bytes += n_bytes;
    return 0;
}
