/* The object of one version. */
#ifndef CRATEDEX_VERSION_DOCUMENT_H
#define CRATEDEX_VERSION_DOCUMENT_H

#include <cratedex/crate_fragment.h>
#include <cratedex/encoder.h>
#include <cratedex/error.h>
#include <cratedex/index_reader.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Appends the version of that id, which belongs to the crate of that rank, to what `encoder`
   writes, as crates.io's schema `Version` has it. Returns 0, or -1 and why: there is no such
   version, or the file is damaged. */
int index_reader_encode_version(struct index_reader *reader, uint32_t rank, int64_t version_id,
                                struct encoder *encoder, struct error *error);

#ifdef __cplusplus
}
#endif

#endif
