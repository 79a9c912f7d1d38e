/* Names are looked up in memory, before the cache: all spellings of a name share its entries, and a name
   that does not exist costs no more than that. */
#include "server/crate_path.h"

int crate_path_find(const struct index *index, const struct path_value *name, uint32_t *rank,
                    struct failure *failure)
{
    *rank = index_find_crate(index, name->text, name->length);
    if (*rank == 0)
        return failure_set(failure, 404, "crate `%.*s` does not exist", (int)name->length,
                           name->text);
    return 0;
}
