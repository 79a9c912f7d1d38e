/* Who depends on a crate. */
#ifndef CRATEDEX_REVERSE_DEPENDENCIES_H
#define CRATEDEX_REVERSE_DEPENDENCIES_H

#include <cratedex/dependents.h>
#include <cratedex/encoder.h>
#include <cratedex/error.h>
#include <cratedex/index_reader.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Appends {"dependencies", "versions", "meta": {"total"}} to what `encoder` writes: of the crates
   whose default version depends on the crate and is not yanked, one dependency each, the first of
   the kind that is asked for. `versions` are those that the dependencies belong to, in the same
   order. A page past the end has a total of 0, as on crates.io. Cost: with the default order and
   nothing else one range of rows; else a pass over all dependents of the crate, 0.1 µs each.
   Returns 0, or -1 and why. */
int index_reader_encode_reverse_dependencies(struct index_reader *reader,
                                             const struct dependents_query *query,
                                             struct encoder *encoder, struct error *error);

#ifdef __cplusplus
}
#endif

#endif
