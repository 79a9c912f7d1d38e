/* The READMEs of an index that was built with them (build_options.keep_readmes). */
#ifndef CRATEDEX_README_H
#define CRATEDEX_README_H

#include <cratedex/error.h>
#include <cratedex/index_reader.h>
#include <msgpack/sbuffer.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* No index has more of a README: the builder cuts longer ones behind a paragraph. */
#define README_MAX_BYTES ((size_t)256 << 10)

/* Whether the index was built with READMEs. */
bool readme_is_kept(const struct index *index);

/* Longer addresses of a repository are not told. */
#define README_MAX_ADDRESS 1024

/* What a page needs to show a README. */
struct readme {
    msgpack_sbuffer text; /* Markdown as its author wrote it; valid UTF-8 */
    uint64_t full_size;   /* its bytes before the builder cut it; text.size where it did not */
    char repository[README_MAX_ADDRESS]; /* the crate's, as it was given; "" for none */
};

/* Reads the README of the crate of that rank. Returns 1; 0 where the crate has none or the index
   was built without; or -1. Only after 1 it is to be freed. */
int readme_read(struct index_reader *reader, uint32_t rank, struct readme *readme,
                struct error *error);
void readme_free(struct readme *readme);

#ifdef __cplusplus
}
#endif

#endif
