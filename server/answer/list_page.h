/* The frame of every list: `{"<items>": […], "meta": {"total", "next_page", "prev_page"}}`, where a
   search may add `did_you_mean`, `relaxed` and `named_version` to the meta, and every list members
   of its own behind them.

   `meta` stands last, so that an answer can be given other links without a search: the items are
   copied as they are, and a new meta is written behind them. */
#ifndef CRATEDEX_SERVER_LIST_PAGE_H
#define CRATEDEX_SERVER_LIST_PAGE_H

#include "server/parameters/link_spelling.h"

#include <cratedex/encoder.h>
#include <cratedex/search_query.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIST_PAGE_MAX_VALUE 512
#define LIST_PAGE_MAX_EXTRAS 4

/* A further member of the meta. */
struct list_page_extra {
    const char *key; /* static */
    size_t at;       /* of its encoded value: offset and size in the body */
    size_t size;
};

/* What the meta says, apart from the spelling of its links, and where the items stand in the
   body. */
struct list_page {
    const char *items_key; /* static: "crates" */
    uint64_t total;
    char next[LIST_PAGE_MAX_VALUE]; /* the next link's page or seek; empty: no link */
    char previous[LIST_PAGE_MAX_VALUE];
    char did_you_mean[SEARCH_MAX_DID_YOU_MEAN]; /* empty: absent */
    char named_version[SEARCH_MAX_VERSION];     /* likewise */
    bool is_relaxed;                            /* `"relaxed": "typo"`, else absent */
    bool is_one_way;                            /* the meta has no prev_page */
    size_t items_at;                            /* the encoded array: offset and size in the body */
    size_t items_size;
    struct list_page_extra extras[LIST_PAGE_MAX_EXTRAS];
    uint32_t n_extras;
};

bool list_page_has_links(const struct list_page *page);

/* Begins the frame and the array of `n_items` items, which the caller writes next. */
void list_page_begin(struct list_page *page, const char *items_key, uint32_t n_items,
                     struct encoder *encoder);

/* Ends the array and writes the meta, for which total, next and previous must be set, but for
   `n_extras` further members, at most LIST_PAGE_MAX_EXTRAS. Of these each is begun by its name
   (static), then comes its value, and its end; list_page_end comes behind them. */
void list_page_begin_meta(struct list_page *page, const struct link_spelling *spelling,
                          uint32_t n_extras, struct encoder *encoder);
void list_page_begin_extra(struct list_page *page, const char *key, struct encoder *encoder);
void list_page_end_extra(struct list_page *page, const struct encoder *encoder);
void list_page_end(struct encoder *encoder);

/* Writes the whole frame of `page` again, out of the body that `page` describes, with links spelled
   as `spelling` says. `respelled` becomes the description of what is written. */
void list_page_respell(const struct list_page *page, const void *body,
                       const struct link_spelling *spelling, struct encoder *encoder,
                       struct list_page *respelled);

#endif
