/* The objects of all versions of one crate, newest id first: encoded one behind the other, so that
   a page copies them. For crates that have many, sets are made when the index is built and kept
   compressed (Zstandard, RFC 8878): objects of one crate are much alike. Of the other crates they
   are made from the rows when they are asked for, which is as fast. */
#ifndef CRATEDEX_INDEX_VERSION_SET_H
#define CRATEDEX_INDEX_VERSION_SET_H

#include <cratedex/encoder.h>
#include <cratedex/error.h>
#include <cratedex/index_reader.h>
#include <msgpack/sbuffer.h>
#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

/* A crate whose objects take more than this in JSON, by an estimate, has its set in the file. */
#define VERSION_SET_MIN_BYTES 32768

/* Borrowed from the block or from the scratch that it was made in. */
struct version_set {
    uint32_t n;
    const int64_t *ids;
    const uint32_t *ends; /* where the objects end; each begins where the one before it ends */
    const char *bytes;
};

/* The object of the `i`th version. */
const void *version_set_document(const struct version_set *set, uint32_t i, size_t *size);

/* Makes a set, version by version. */
struct version_set_writer {
    enum encoding encoding;
    msgpack_sbuffer ids;
    msgpack_sbuffer ends;
    msgpack_sbuffer bytes;
};

void version_set_writer_init(struct version_set_writer *writer);
void version_set_writer_destroy(struct version_set_writer *writer);

/* Begins a set anew; the buffers stay. */
void version_set_begin(struct version_set_writer *writer, enum encoding encoding);

/* Adds the version at which `row` stands (version_document.h). Returns 0, or -1 and why. */
int version_set_add(struct version_set_writer *writer, sqlite3_stmt *row,
                    const struct index_crate *crate, struct error *error);

/* The set that was made; valid until the writer is used again. */
void version_set_written(const struct version_set_writer *writer, struct version_set *set);

/* Compresses it into a block of its own, appended to `block`. Returns 0, or -1 and why. */
int version_set_pack(const struct version_set_writer *writer, msgpack_sbuffer *block,
                     struct error *error);

/* What opening sets needs of memory; one a reader. */
struct version_set_scratch;
/* Returns NULL when memory runs out. */
struct version_set_scratch *version_set_scratch_create(struct error *error);
void version_set_scratch_free(struct version_set_scratch *scratch);

/* Unpacks a block; every size and offset in it is checked. The set is valid until the scratch is
   used again. Returns 0, or -1 and why. */
int version_set_unpack(struct version_set_scratch *scratch, const void *block, size_t size,
                       struct version_set *set, struct error *error);

/* The set of a crate, out of the file or made: valid until the next one is opened on this reader.
   Returns 0, or -1 and why. */
int version_set_open(struct index_reader *reader, uint32_t rank, enum encoding encoding,
                     struct version_set *set, struct error *error);

#endif
