/* Addresses leave out what is the default, so that a page has one address and not several. */
#include "server/pages/listing.h"

#include "server/http/query_string.h"
#include "server/pages/pager.h"
#include "server/parameters/pagination.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define MAX_HREF 4096

const struct listing_kind listing_of_crates = {
    .sorts = {{"recent-downloads", "Recent downloads"},
              {"downloads", "All downloads"},
              {"recent-updates", "Recently updated"},
              {"new", "Newest"},
              {"alpha", "Name"}},
    .per_page = 20,
    .max_page = PAGINATION_MAX_PAGE,
};

static uint32_t find_sort(const struct listing_kind *kind, const struct query_parameter *wanted)
{
    for (uint32_t i = 0; wanted != NULL && kind->sorts[i].name != NULL; i++)
        if (strcmp(kind->sorts[i].name, wanted->value) == 0)
            return i;
    return 0;
}

int listing_read(const struct question *question, const struct listing_kind *kind,
                 struct listing *listing, struct failure *failure)
{
    struct pagination pagination;
    const struct query_string *query = question->request->query;
    unsigned support = kind->max_page > 0 ? PAGINATION_PAGE_LIMIT : 0;
    if (pagination_parse_for(query, support, &pagination, failure) != 0)
        return -1;
    *listing = (struct listing){
        .kind = kind,
        .sort = find_sort(kind, query_string_find(query, "sort")),
        .page = pagination.page,
        .per_page =
            query_string_find(query, "per_page") != NULL ? pagination.per_page : kind->per_page,
    };
    canonical_key_number(question->key, 's', listing->sort);
    canonical_key_number(question->key, 'p', listing->page);
    canonical_key_number(question->key, 'n', listing->per_page);
    return 0;
}

size_t listing_query(const struct listing *listing, const char *filter, const char *value,
                     size_t value_length, char query[LISTING_MAX_QUERY])
{
    int length = snprintf(
        query, LISTING_MAX_QUERY, "sort=%s&page=%" PRIu32 "&per_page=%" PRIu32 "%s%s%s",
        listing->kind->sorts[listing->sort].name, listing->page, listing->per_page,
        filter != NULL ? "&" : "", filter != NULL ? filter : "", filter != NULL ? "=" : "");
    size_t end = (size_t)length;
    if (filter != NULL &&
        query_string_encode(query, LISTING_MAX_QUERY, &end, value, value_length) != 0)
        return 0;
    return end;
}

/* Writes an address of the same page with another order or page. */
static void encode_href(const struct listing *listing, const char *path, uint32_t sort,
                        uint32_t page, struct encoder *encoder)
{
    char href[MAX_HREF];
    char text[3][64] = {"", "", ""};
    if (sort != 0)
        snprintf(text[0], sizeof text[0], "&sort=%s", listing->kind->sorts[sort].name);
    if (page != 1)
        snprintf(text[1], sizeof text[1], "&page=%" PRIu32, page);
    if (listing->per_page != listing->kind->per_page)
        snprintf(text[2], sizeof text[2], "&per_page=%" PRIu32, listing->per_page);
    int length = snprintf(href, sizeof href, "%s%s%s%s", path, text[0], text[1], text[2]);
    char *first = strchr(href, '&'); /* a path that is percent-encoded has none */
    if (first != NULL)
        *first = '?';
    if (length < MAX_HREF)
        encoder_string(encoder, href, (size_t)length);
    else
        encoder_null(encoder);
}

static void encode_sorts(const struct listing *listing, const char *path, struct encoder *encoder)
{
    uint32_t n = 0;
    while (listing->kind->sorts[n].name != NULL)
        n++;
    encoder_key(encoder, "sorts");
    encoder_array(encoder, n);
    for (uint32_t i = 0; i < n; i++) {
        encoder_object(encoder, 3);
        encoder_member_text(encoder, "label", listing->kind->sorts[i].label);
        encoder_member_boolean(encoder, "is_current", i == listing->sort);
        encoder_key(encoder, "href");
        encode_href(listing, path, i, 1, encoder);
        encoder_end_object(encoder);
    }
    encoder_end_array(encoder);
}

/* A listing at its path. */
struct placed_listing {
    const struct listing *listing;
    const char *path;
};

static void encode_page_href(const void *list, uint32_t page, struct encoder *encoder)
{
    const struct placed_listing *placed = list;
    encode_href(placed->listing, placed->path, placed->listing->sort, page, encoder);
}

static void encode_pages(const struct listing *listing, const char *path, uint64_t n_pages,
                         struct encoder *encoder)
{
    const struct placed_listing placed = {.listing = listing, .path = path};
    const struct pager pager = {
        .page = listing->page,
        .n_pages = n_pages,
        .max = listing->kind->max_page,
        .encode_href = encode_page_href,
        .list = &placed,
    };
    encoder_key(encoder, "pages");
    pager_encode(&pager, encoder);
}

void listing_encode(const struct listing *listing, const char *path, uint64_t total,
                    struct encoder *encoder)
{
    uint64_t before = (uint64_t)(listing->page - 1) * listing->per_page;
    uint64_t to = before + listing->per_page < total ? before + listing->per_page : total;
    encoder_object(encoder, 8);
    encoder_member_integer(encoder, "total", (int64_t)(total < INT64_MAX ? total : INT64_MAX));
    encoder_member_boolean(encoder, "is_empty", before >= total);
    encoder_member_boolean(encoder, "is_behind", before >= total && listing->page > 1);
    encode_sorts(listing, path, encoder);
    encoder_member_integer(encoder, "from", (int64_t)(before < total ? before + 1 : total));
    encoder_member_integer(encoder, "to", (int64_t)to);
    encoder_member_text(encoder, "first", path);
    encode_pages(listing, path, (total + listing->per_page - 1) / listing->per_page, encoder);
    encoder_end_object(encoder);
}
