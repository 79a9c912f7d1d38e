/* The parameters that all lists share: page, seek, per_page. */
#ifndef CRATEDEX_SERVER_PAGINATION_H
#define CRATEDEX_SERVER_PAGINATION_H

#include "server/http/failure.h"
#include "server/http/query_string.h"
#include "server/parameters/canonical_key.h"

#include <stddef.h>
#include <stdint.h>

#define PAGINATION_DEFAULT_PER_PAGE 10
#define PAGINATION_MAX_PER_PAGE 100
#define PAGINATION_MAX_PAGE 200

enum page_mode {
    PAGE_FIRST,  /* neither page nor seek: the first page, links by seek */
    PAGE_SEEK,   /* what follows a seek key, links by seek */
    PAGE_NUMBER, /* page N, links by page */
};

struct pagination {
    enum page_mode mode;
    uint32_t per_page; /* 1 … PAGINATION_MAX_PER_PAGE */
    uint32_t page;     /* from 1; 1 unless PAGE_NUMBER */
    const char *seek;  /* PAGE_SEEK: borrowed from the query, not empty; else NULL */
    size_t seek_length;
};

/* What a list takes, as flags. */
enum pagination_support {
    PAGINATION_SEEK = 1,       /* it pages by seek where no page is given */
    PAGINATION_PAGE_LIMIT = 2, /* no pages behind PAGINATION_MAX_PAGE */
    PAGINATION_NO_PAGES = 4    /* no pages at all, but by seek */
};

/* For a list that takes what `support` says, and `page`. Returns 0, or -1 with a status 400 and
   crates.io's sentence. */
int pagination_parse_for(const struct query_string *query, unsigned support,
                         struct pagination *pagination, struct failure *failure);

/* The same with all of it. */
int pagination_parse(const struct query_string *query, struct pagination *pagination,
                     struct failure *failure);

void pagination_key(const struct pagination *pagination, struct canonical_key *key);

/* The number of items before the page. */
uint32_t pagination_offset(const struct pagination *pagination);

#endif
