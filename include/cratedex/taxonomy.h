/* How crates are classified: keywords, which authors invent, and categories, which the registry
   sets. Objects are as crates.io's schemas `Keyword`, `Category` and `Slug` have them. */
#ifndef CRATEDEX_TAXONOMY_H
#define CRATEDEX_TAXONOMY_H

#include <cratedex/encoder.h>
#include <cratedex/error.h>
#include <cratedex/index_reader.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum taxonomy_order {
    TAXONOMY_ALPHABETICAL, /* keywords by their bytes, categories without regard to case */
    TAXONOMY_CRATES        /* most crates first, then alphabetical */
};

/* The number of keywords. Returns 0 or -1. */
int keywords_count(struct index_reader *reader, int64_t *n_keywords, struct error *error);

/* Writes a page of the keywords as an array: `limit` of them at most, behind the first `offset`.
   Returns 0 or -1. */
int keywords_encode(struct index_reader *reader, enum taxonomy_order order, uint32_t limit,
                    uint64_t offset, struct encoder *encoder, struct error *error);

/* Writes the keyword that is spelled so (`length` bytes). Returns 1; 0 and nothing written where
   there is none; -1. */
int keyword_encode(struct index_reader *reader, const char *keyword, size_t length,
                   struct encoder *encoder, struct error *error);

/* The number of categories at the top level. Returns 0 or -1. */
int categories_count(struct index_reader *reader, int64_t *n_categories, struct error *error);

/* Writes a page of the categories at the top level, as keywords_encode does. `crates_cnt` includes
   the crates of all categories below. */
int categories_encode(struct index_reader *reader, enum taxonomy_order order, uint32_t limit,
                      uint64_t offset, struct encoder *encoder, struct error *error);

/* Writes the category of that slug (`length` bytes) with the categories right below it
   (alphabetical) and those above it (from the top). As on crates.io its own `crates_cnt` counts its
   own crates, and that of the others includes what is below them. Returns 1; 0 and nothing written
   where there is none; -1. */
int category_encode(struct index_reader *reader, const char *slug, size_t length,
                    struct encoder *encoder, struct error *error);

/* Writes the array of the slugs of all categories, in order. Returns 0 or -1. */
int category_slugs_encode(struct index_reader *reader, struct encoder *encoder,
                          struct error *error);

#ifdef __cplusplus
}
#endif

#endif
