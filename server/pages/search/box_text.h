/* What stands in the search box, read as its language (search_language.h), and spelled again
   without a part of it. */
#ifndef CRATEDEX_SERVER_BOX_TEXT_H
#define CRATEDEX_SERVER_BOX_TEXT_H

#include <cratedex/index_file.h>
#include <cratedex/search_filter_list.h>
#include <cratedex/search_query.h>
#include <stdbool.h>
#include <stddef.h>

struct box_text {
    struct search_filters filters; /* that stand in the text */
    size_t rest_length;
    char rest[SEARCH_MAX_TEXT_BYTES]; /* what is left to search for, folded */
};

/* `text`: as it was typed. One that cannot be searched for is read as an empty one. */
void box_text_read(struct box_text *box, const struct index *index, struct search_string text);

/* Whether it has a filter of that kind. */
bool box_text_has(const struct box_text *box, enum search_filter_kind kind);

#define BOX_TEXT_MAX_BYTES (2 * SEARCH_MAX_TEXT_BYTES + 2 * SEARCH_MAX_FILTER_TEXT)

/* Which filters are not spelled. */
struct box_omission {
    const struct search_filter *filter; /* this one; NULL */
    bool has_kind;                      /* all of `kind` */
    enum search_filter_kind kind;
};

/* Writes a text with the box's filters, but for those, that has `rest` for what is searched for.
   Returns its length. */
size_t box_text_spell(const struct box_text *box, struct search_string rest,
                      struct box_omission omission, char out[BOX_TEXT_MAX_BYTES]);

#endif
