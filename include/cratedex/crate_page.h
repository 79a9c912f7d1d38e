/* The page of one crate: the crate, its versions, keywords and categories. */
#ifndef CRATEDEX_CRATE_PAGE_H
#define CRATEDEX_CRATE_PAGE_H

#include <cratedex/crate_fragment.h>
#include <cratedex/encoder.h>
#include <cratedex/error.h>
#include <cratedex/index_reader.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a page may have beside the crate; bits. */
enum crate_component {
    CRATE_VERSIONS = 1,        /* all of them, newest id first */
    CRATE_KEYWORDS = 2,        /* in the order of their ids */
    CRATE_CATEGORIES = 4,      /* likewise */
    CRATE_BADGES = 8,          /* there are none */
    CRATE_DOWNLOADS = 16,      /* the recent downloads */
    CRATE_DEFAULT_VERSION = 32 /* that version alone, unless there are all */
};
#define CRATE_FULL_PAGE 63u

/* Appends {"crate", "versions", "keywords", "categories"} to what `encoder` writes. What is not
   among the `components` is null, and a crate without its versions has no highest and newest one
   ("0.0.0"), as crates.io does. Returns 0, or -1 and why. */
int index_reader_encode_crate_page(struct index_reader *reader, uint32_t rank, unsigned components,
                                   struct encoder *encoder, struct error *error);

#ifdef __cplusplus
}
#endif

#endif
