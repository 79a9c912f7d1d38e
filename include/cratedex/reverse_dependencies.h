/* Who depends on a crate. */
#ifndef CRATEDEX_REVERSE_DEPENDENCIES_H
#define CRATEDEX_REVERSE_DEPENDENCIES_H

#include <cratedex/crate_fragment.h>
#include <cratedex/encoder.h>
#include <cratedex/error.h>
#include <cratedex/index_reader.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Appends {"dependencies", "versions", "meta": {"total"}} to what `encoder` writes: of the crates
   whose default version depends on the crate of that rank and is not yanked, one dependency each,
   the most downloaded dependents first, then by name; from the `offset`th on (from 0), `limit` at
   most. `versions` are those that the dependencies belong to, in the same order. A page past the
   end has a total of 0, as on crates.io. Returns 0, or -1 and why. */
int index_reader_encode_reverse_dependencies(struct index_reader *reader, uint32_t rank,
                                             uint32_t offset, uint32_t limit,
                                             struct encoder *encoder, struct error *error);

#ifdef __cplusplus
}
#endif

#endif
