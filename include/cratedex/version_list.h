/* Lists of a crate's versions: sorted, filtered by number, in pages that are continued by a key. */
#ifndef CRATEDEX_VERSION_LIST_H
#define CRATEDEX_VERSION_LIST_H

#include <cratedex/encoder.h>
#include <cratedex/error.h>
#include <cratedex/index_reader.h>
#include <cratedex/version_query.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One page. Between opening and closing, nothing else may be asked of the reader. */
struct version_list {
    uint64_t
        total;  /* versions that the query matches; 0 where the page is empty, as on crates.io */
    uint32_t n; /* on the page */
    char seek_key[VERSION_MAX_SEEK_KEY]; /* empty where the page is not full, or not a page */
    struct version_list_state *state;
};

enum version_list_status { VERSION_LIST_OK, VERSION_LIST_INVALID_SEEK, VERSION_LIST_FAILED };

/* Finds the page. Not VERSION_LIST_OK: nothing is to be closed, and the error says why. */
enum version_list_status version_list_open(struct version_list *list, struct index_reader *reader,
                                           const struct version_query *query, struct error *error);
void version_list_close(struct version_list *list);

/* Appends its versions to the array of `list->n` elements that `encoder` has begun. Returns 0 or
   -1. */
int version_list_encode(const struct version_list *list, struct encoder *encoder,
                        struct error *error);

/* Appends the release tracks, where the query wanted them: {"1": {"highest": "1.2.3"}, "0.9": …},
   highest first. A track is the versions that are compatible with each other: of one major number,
   of one minor number below 1.0.0. Pre-releases and yanked versions are in none. A page has the
   tracks of all versions; a list without pages those of the versions that it lists. */
void version_list_encode_tracks(const struct version_list *list, struct encoder *encoder);

#ifdef __cplusplus
}
#endif

#endif
