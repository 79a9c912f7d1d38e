/* Whether two indexes are of the same registry, at two times. */
#ifndef CRATEDEX_SERVER_SAME_REGISTRY_H
#define CRATEDEX_SERVER_SAME_REGISTRY_H

#include <cratedex/index_file.h>
#include <stdbool.h>

/* Whether no id names one crate in the one and another crate in the other. Takes some tens of
   milliseconds for 200,000 crates; false where memory runs out. */
bool is_same_registry(const struct index *before, const struct index *after);

#endif
