/* What was encoded when the index was built and is copied into answers: the list objects of crates,
   and whole pages. */
#ifndef CRATEDEX_CRATE_FRAGMENT_H
#define CRATEDEX_CRATE_FRAGMENT_H

#include <cratedex/encoder.h>
#include <cratedex/error.h>
#include <cratedex/index_reader.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The crate's list object in `encoding`, encoded when the index was built, with `exact_match`
   false. The bytes are valid until the next call on this reader. Returns 0 or -1. */
int index_reader_document(struct index_reader *reader, uint32_t rank, enum encoding encoding,
                          const void **bytes, size_t *size, struct error *error);

/* Lets the processor fetch a document that will be asked for soon. */
void index_reader_fetch_document(const struct index_reader *reader, uint32_t rank);

/* Appends the crate's list object to what `encoder` writes, with `exact_match` as given. */
int index_reader_encode_crate(struct index_reader *reader, uint32_t rank, bool exact_match,
                              struct encoder *encoder, struct error *error);

/* One more member of an object: its name and one whole value, encoded in the encoding in use. */
struct index_member {
    const char *key; /* plain ASCII without characters that JSON escapes */
    const void *value;
    size_t value_size;
};

/* The same with more members, behind those of the object. */
int index_reader_encode_crate_with(struct index_reader *reader, uint32_t rank, bool exact_match,
                                   const struct index_member *members, size_t n_members,
                                   struct encoder *encoder, struct error *error);

/* Appends a whole precomputed page ("summary") to what `encoder` writes. */
int index_reader_encode_page(struct index_reader *reader, const char *page, struct encoder *encoder,
                             struct error *error);

#ifdef __cplusplus
}
#endif

#endif
