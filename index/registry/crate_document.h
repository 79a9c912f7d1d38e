/* The object of a crate, as crates.io's schema `Crate` has it. */
#ifndef CRATEDEX_INDEX_CRATE_DOCUMENT_H
#define CRATEDEX_INDEX_CRATE_DOCUMENT_H

#include <cratedex/encoder.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A value that was encoded before, in the encoding in use; `bytes` NULL: null. */
struct encoded_value {
    const void *bytes;
    size_t size;
};

/* What the object says. Texts are NUL-terminated; NULL is null. */
struct crate_document {
    const char *name;
    const char *description;
    const char *homepage;
    const char *documentation;
    const char *repository;
    const char *created_at;
    const char *updated_at;
    const char *default_version;
    const char *max_version; /* NULL: "0.0.0" */
    const char *max_stable_version;
    const char *newest_version; /* NULL: "0.0.0" */
    int64_t downloads;
    int64_t recent_downloads;
    bool has_recent_downloads; /* else null */
    int64_t n_versions;
    bool is_yanked;
    bool trustpub_only;
    /* Arrays of ids and names, which only the crate's own page has; with the versions in it, it
       does not link to them. */
    struct encoded_value versions;
    struct encoded_value keywords;
    struct encoded_value categories;
};

/* Sets the texts that a row begins with: CRATE_TEXT_COLUMNS of `crates` or of the dump's crates.
   They are the row's. */
#define CRATE_TEXT_COLUMNS                                                                         \
    "name, description, homepage, documentation, repository, created_at, updated_at"
#define CRATE_TEXT_N_COLUMNS 7
void crate_document_read_texts(struct crate_document *crate, sqlite3_stmt *row);

/* Writes the object with `exact_match` false. Its last two members are `exact_match` and
   `trustpub_only`, on which index_reader_encode_crate relies. */
void crate_document_encode(const struct crate_document *crate, struct encoder *encoder);

#endif
