/* What a version depends on. */
#ifndef CRATEDEX_VERSION_DEPENDENCIES_H
#define CRATEDEX_VERSION_DEPENDENCIES_H

#include <cratedex/encoder.h>
#include <cratedex/error.h>
#include <cratedex/index_reader.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Appends {"dependencies": […]} of the version of that id to what `encoder` writes, as crates.io's
   schema `Dependency` has them: those that are not optional first, then by the name of the crate
   depended on, then by id. `downloads` is 0, as on crates.io. Returns 0 or -1. */
int version_dependencies_encode(struct index_reader *reader, int64_t version_id,
                                struct encoder *encoder, struct error *error);

#ifdef __cplusplus
}
#endif

#endif
