/* An index file, opened for reading. `struct index` is immutable and shared by all threads; what a
   thread needs of its own (SQLite connection, prepared statements, scratch memory) is a
   `struct index_reader`. */
#ifndef CRATEDEX_INDEX_FILE_H
#define CRATEDEX_INDEX_FILE_H

#include <cratedex/encoder.h>
#include <cratedex/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Written to the SQLite header: "CDX1" and the version of the layout. */
#define INDEX_APPLICATION_ID 0x43445831
#define INDEX_FORMAT_VERSION 3

struct index;
struct index_reader;

/* Opens `path`: checks the header, the size, the checksum of every part that is held in memory and
   every offset in it. Returns NULL and a clear sentence for a file that is missing, foreign, of
   another format version, cut short or damaged. */
struct index *index_open(const char *path, struct error *error);

/* Every reader must be closed before. */
void index_close(struct index *index);

uint32_t index_n_crates(const struct index *index);
/* The dump's timestamp, RFC 3339; lives as long as the index. */
const char *index_dump_timestamp(const struct index *index);
/* The last day whose downloads the index has, "2026-11-01": the dump's own, or a later one that counted
   downloads were added of. Lives as long as the index. */
const char *index_downloads_day(const struct index *index);
/* A short text that differs between different index contents (a digest of the part checksums, in
   hexadecimal); lives as long as the index. */
const char *index_fingerprint(const struct index *index);

/* No crate has a longer name: the builder refuses it. */
#define INDEX_MAX_NAME_BYTES 255

/* A crate's values by rank (1 … index_n_crates). */
struct index_crate {
    const char *name; /* not NUL-terminated */
    uint32_t name_length;
    int64_t id; /* the registry's, the same in every index; a rank means a crate in this one only */
    int64_t downloads;
    int64_t recent_downloads; /* 0 where there are none */
    float popularity;         /* 0 … 1, falling with the rank */
};
void index_crate(const struct index *index, uint32_t rank, struct index_crate *crate);

/* The rank of the crate that a client calls `name` (`length` bytes, any case, `-` for `_` or the other way):
   where two crates have that canonical name, the one that is spelled so, else the more popular. 0 where
   there is none. */
uint32_t index_find_crate(const struct index *index, const char *name, size_t length);

/* Opens the file again for one thread. Fails where another file has taken its path since index_open: a
   program that wants to outlive a replacement opens its readers at once. */
struct index_reader *index_reader_open(const struct index *index, struct error *error);
void index_reader_close(struct index_reader *reader);
const struct index *index_reader_index(const struct index_reader *reader);

/* The crate's list object in `encoding`, encoded when the index was built, with `exact_match` false.
   The bytes are valid until the next call on this reader. Returns 0 or -1. */
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

/* The same with one more member, the last of the object. */
int index_reader_encode_crate_with(struct index_reader *reader, uint32_t rank, bool exact_match,
                                   const struct index_member *member, struct encoder *encoder,
                                   struct error *error);

/* Appends a whole precomputed page ("summary") to what `encoder` writes. */
int index_reader_encode_page(struct index_reader *reader, const char *page, struct encoder *encoder,
                             struct error *error);

/* What `cratedex-index info` shows. `visit` gets pairs of a name and a value: "file_bytes" is the
   file's size; a part of the file has the name "part:<table>" and its size in bytes as value. Returns 0 or -1. */
typedef void index_info_visit(void *context, const char *name, const char *value);
int index_info(const char *path, index_info_visit *visit, void *context, struct error *error);

/* Checks everything that can be checked: SQLite's integrity, FTS5's, checksums, every offset, every
   document decodes and is the same in JSON and MessagePack, postings agree with FTS5. `on_check` (may
   be NULL) is told what is being checked. Returns 0, or -1 and the first fault in words. */
int index_verify(const char *path, void (*on_check)(void *context, const char *what), void *context,
                 struct error *error);

#ifdef __cplusplus
}
#endif

#endif
