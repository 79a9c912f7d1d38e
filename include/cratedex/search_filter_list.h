/* The filters of a search that struct search_query has no member of its own for, in their canonical
   form. search_filters.h says what there are and reads them. */
#ifndef CRATEDEX_SEARCH_FILTER_LIST_H
#define CRATEDEX_SEARCH_FILTER_LIST_H

#include <cratedex/encoder.h>
#include <cratedex/error.h>
#include <cratedex/search_query.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* In the order in which they are told. */
enum search_filter_kind {
    SEARCH_FILTER_LICENSE,
    SEARCH_FILTER_RUST_VERSION,
    SEARCH_FILTER_RUST_VERSION_KNOWN,
    SEARCH_FILTER_EDITION,
    SEARCH_FILTER_HAS,
    SEARCH_FILTER_NO_STD,
    SEARCH_FILTER_STABLE,
    SEARCH_FILTER_UPDATED_SINCE,
    SEARCH_FILTER_CREATED_SINCE,
    SEARCH_FILTER_MIN_DOWNLOADS,
    SEARCH_FILTER_DEPENDS_ON,
    SEARCH_FILTER_KIND,
    SEARCH_FILTER_OWNER,
    SEARCH_FILTER_KEYWORD,
    SEARCH_FILTER_CATEGORY,
    /* Of the search box's language only (search_filters_add_value). */
    SEARCH_FILTER_WITHOUT, /* a word that must not occur */
    SEARCH_FILTER_ALL_OF,  /* a word that must occur: it was quoted */
    SEARCH_FILTER_IN       /* "name": where the text must occur */
};
#define N_SEARCH_FILTER_KINDS 18

#define SEARCH_MAX_FILTERS 64
#define SEARCH_MAX_FILTER_TEXT 2048 /* bytes of all values together */

struct search_filter {
    enum search_filter_kind kind;
    uint16_t start; /* of the value's canonical text, in `texts` */
    uint16_t length;
    int64_t number; /* of min_downloads; microseconds since 1970 of what is a time; else 0 */
};

/* What reading a value may return: it is well formed, but the index has no such owner, crate,
   keyword or category. */
#define SEARCH_FILTER_UNKNOWN 1

/* Sorted by kind, then by the bytes of the value, without doubles: equal filters are equal lists.
   It points nowhere and may be copied. */
struct search_filters {
    uint32_t n;
    uint32_t text_length;
    struct search_filter filters[SEARCH_MAX_FILTERS];
    char texts[SEARCH_MAX_FILTER_TEXT];
};

/* No filters yet. */
void search_filters_init(struct search_filters *filters);

/* Adds a value, which must be in its canonical form: WITHOUT and ALL_OF take a word in small
   letters, IN takes "name". The same one again changes nothing. Returns 0, or -1 where there are
   too many, or where it is of something that a crate has one of and there already is another. */
int search_filters_add_value(struct search_filters *filters, enum search_filter_kind kind,
                             struct search_string text, int64_t number, struct error *error);

/* The name of kind number `kind`: "license", … "without", "all_of", "in". */
const char *search_filter_name(enum search_filter_kind kind);

/* The value of a filter that is in the list; valid as long as the list is not changed. */
struct search_string search_filter_text(const struct search_filters *filters,
                                        const struct search_filter *filter);

/* The filters of a kind, one behind the other; stores how many there are. */
const struct search_filter *search_filters_of(const struct search_filters *filters,
                                              enum search_filter_kind kind, uint32_t *n);

/* Writes how a query was read, as one value: `text` is what is searched for as text, where it is
   given; then the kinds that there are, by name. A kind of which there may be several is an array.

       {"text": "json", "license": ["Apache-2.0", "MIT"], "rust_version": "1.70.0",
        "stable": true, "min_downloads": 1000, "without": ["async"], "in": "name"} */
void search_filters_encode(const struct search_filters *filters, struct search_string text,
                           struct encoder *encoder);

#ifdef __cplusplus
}
#endif

#endif
