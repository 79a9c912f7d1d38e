/* GET /keywords, /keywords/{keyword}, /categories and /categories/{category}. */
#include "server/pages/groups/crate_group.h"
#include "server/pages/page.h"
#include "server/pages/pages.h"
#include "server/pages/part_value.h"

#include "server/endpoints/endpoints.h"

ENDPOINT_PARAMETERS_FIT(struct listing);

/* The page of all keywords, or of all categories at the top. */
struct catalogue {
    const struct endpoint *endpoint;
    const char *title;
    const char *path;
    const char *place; /* in the bar: a member that is true */
    const char *template;
    struct listing_kind listing;
};

static const struct catalogue keywords = {
    .endpoint = &list_keywords_endpoint,
    .title = "Keywords",
    .path = "/keywords",
    .place = "at_keywords",
    .template = "keywords",
    .listing = {.sorts = {{"crates", "Most crates"}, {"alpha", "Name"}}, .per_page = 100},
};

/* A registry has no more of them at the top than a page has room for. */
static const struct catalogue categories = {
    .endpoint = &list_categories_endpoint,
    .title = "Categories",
    .path = "/categories",
    .place = "at_categories",
    .template = "categories",
    .listing = {.sorts = {{"alpha", "Name"}, {"crates", "Most crates"}}, .per_page = 100},
};

static int prepare_keywords(const struct question *question, void *parameters,
                            struct failure *failure)
{
    return listing_read(question, &keywords.listing, parameters, failure);
}

static int prepare_categories(const struct question *question, void *parameters,
                              struct failure *failure)
{
    return listing_read(question, &categories.listing, parameters, failure);
}

static int answer_catalogue(struct answer_job *job, const struct catalogue *catalogue,
                            const struct listing *listing, struct failure *failure)
{
    struct page page;
    struct part_value found;
    char query[LISTING_MAX_QUERY];
    const struct part part = {
        .endpoint = catalogue->endpoint,
        .query = query,
        .query_length = listing_query(listing, NULL, NULL, 0, query),
    };
    if (part_value_read(job, &part, &found, failure) != 0)
        return -1;
    page_begin(&page, job, 4);
    encoder_member_text(&page.model, "title", catalogue->title);
    encoder_member_boolean(&page.model, catalogue->place, true);
    part_value_add(&found, &page, "found");
    encoder_key(&page.model, "listing");
    listing_encode(listing, catalogue->path, part_value_number(&found, "meta", "total"),
                   &page.model);
    part_value_free(&found);
    return page_finish(&page, catalogue->template, failure);
}

static int answer_keywords(struct answer_job *job, const void *parameters, struct failure *failure)
{
    return answer_catalogue(job, &keywords, parameters, failure);
}

static int answer_categories(struct answer_job *job, const void *parameters,
                             struct failure *failure)
{
    return answer_catalogue(job, &categories, parameters, failure);
}

static const struct crate_group keyword_group = {
    .endpoint = &keyword_endpoint,
    .member = "keyword",
    .path = "/keywords/",
    .name = "id",
    .title = "keyword",
    .filter = "keyword",
    .filter_value = "id",
    .template = "keyword",
};

static int prepare_keyword(const struct question *question, void *parameters,
                           struct failure *failure)
{
    return crate_group_prepare(&keyword_group, question, parameters, failure);
}

static int answer_keyword(struct answer_job *job, const void *parameters, struct failure *failure)
{
    return crate_group_answer(&keyword_group, job, parameters, failure);
}

static const struct crate_group category_group = {
    .endpoint = &category_endpoint,
    .member = "category",
    .path = "/categories/",
    .name = "slug",
    .title = "category",
    .filter = "category",
    .filter_value = "slug",
    .template = "category",
};

static int prepare_category(const struct question *question, void *parameters,
                            struct failure *failure)
{
    return crate_group_prepare(&category_group, question, parameters, failure);
}

static int answer_category(struct answer_job *job, const void *parameters, struct failure *failure)
{
    return crate_group_answer(&category_group, job, parameters, failure);
}

const struct endpoint keywords_page_endpoint =
    PAGE_ENDPOINT("/keywords", "keywords_page", "crates", prepare_keywords, answer_keywords);

const struct endpoint keyword_page_endpoint =
    PAGE_ENDPOINT("/keywords/{keyword}", "keyword_page", "crates", prepare_keyword, answer_keyword);

const struct endpoint categories_page_endpoint = PAGE_ENDPOINT(
    "/categories", "categories_page", "crates", prepare_categories, answer_categories);

const struct endpoint category_page_endpoint = PAGE_ENDPOINT(
    "/categories/{category}", "category_page", "crates", prepare_category, answer_category);
