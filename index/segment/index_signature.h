/* Signed index files, for the server: verifying a large one takes long. */
#ifndef CRATEDEX_INDEX_INDEX_SIGNATURE_H
#define CRATEDEX_INDEX_INDEX_SIGNATURE_H

#include <cratedex/index_signature.h>
#include <stdatomic.h>

/* index_open_signed, which gives up soon after another thread has set `*is_over`: NULL then, and an
   error that says so. NULL for `is_over`: nobody will. */
struct index *index_open_signed_unless(const char *path, const struct signature_key *public_key,
                                       const atomic_bool *is_over, struct error *error);

#endif
