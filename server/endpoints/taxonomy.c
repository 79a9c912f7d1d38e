/* GET /api/v1/keywords, /keywords/{keyword}, /categories, /categories/{category} and
   /category_slugs.

   As on crates.io the lists take `page` but no `seek`, have no last page, and their total is that
   of all categories but, for keywords, 0 where the page has none. */
#include "server/endpoints/endpoint.h"
#include "server/endpoints/named_answer.h"
#include "server/parameters/pagination.h"

#include <cratedex/taxonomy.h>
#include <string.h>

/* A page of keywords or categories, as the query asks for it. */
struct taxonomy_page {
    enum taxonomy_order order;
    uint32_t limit;
    uint64_t offset;
};
ENDPOINT_PARAMETERS_FIT(struct taxonomy_page);
ENDPOINT_PARAMETERS_FIT(struct path_text);

static int prepare_page(const struct question *question, void *parameters, struct failure *failure)
{
    struct pagination pagination;
    const struct query_string *query = question->request->query;
    struct canonical_key *key = question->key;
    if (pagination_parse_for(query, 0, &pagination, failure) != 0)
        return -1;
    const struct query_parameter *sort = query_string_find(query, "sort");
    struct taxonomy_page *page = parameters;
    page->order = sort != NULL && strcmp(sort->value, "crates") == 0 ? TAXONOMY_CRATES
                                                                     : TAXONOMY_ALPHABETICAL;
    page->limit = pagination.per_page;
    page->offset = (uint64_t)(pagination.page - 1) * pagination.per_page;
    canonical_key_number(key, 's', page->order);
    canonical_key_number(key, 'n', page->limit);
    canonical_key_number(key, 'o', page->offset);
    return 0;
}

/* Keywords are in lower case, as are slugs. */
static int prepare_name(const struct question *question, void *parameters, struct failure *failure)
{
    return path_text_read(&question->request->path_values[0], PATH_TEXT_LOWER_CASE, parameters,
                          question->key, failure);
}

static void end_list(struct encoder *encoder, int64_t total)
{
    encoder_key(encoder, "meta");
    encoder_object(encoder, 1);
    encoder_member_integer(encoder, "total", total);
    encoder_end_object(encoder);
    encoder_end_object(encoder);
}

static int answer_keywords(struct answer_job *job, const void *parameters, struct failure *failure)
{
    const struct taxonomy_page *page = parameters;
    int64_t total = 0;
    encoder_object(&job->encoder, 2);
    encoder_key(&job->encoder, "keywords");
    if (keywords_count(job->reader, &total, &failure->error) != 0 ||
        keywords_encode(job->reader, page->order, page->limit, page->offset, &job->encoder,
                        &failure->error) != 0)
        return failure_internal(failure);
    end_list(&job->encoder, page->offset < (uint64_t)total ? total : 0);
    return 0;
}

static int answer_categories(struct answer_job *job, const void *parameters,
                             struct failure *failure)
{
    const struct taxonomy_page *page = parameters;
    int64_t total = 0;
    encoder_object(&job->encoder, 2);
    encoder_key(&job->encoder, "categories");
    if (categories_count(job->reader, &total, &failure->error) != 0 ||
        categories_encode(job->reader, page->order, page->limit, page->offset, &job->encoder,
                          &failure->error) != 0)
        return failure_internal(failure);
    end_list(&job->encoder, total);
    return 0;
}

static int answer_keyword(struct answer_job *job, const void *parameters, struct failure *failure)
{
    return named_answer(job, "keyword", parameters, keyword_encode, failure);
}

static int answer_category(struct answer_job *job, const void *parameters, struct failure *failure)
{
    return named_answer(job, "category", parameters, category_encode, failure);
}

static int answer_slugs(struct answer_job *job, const void *parameters, struct failure *failure)
{
    (void)parameters;
    encoder_object(&job->encoder, 1);
    encoder_key(&job->encoder, "category_slugs");
    if (category_slugs_encode(job->reader, &job->encoder, &failure->error) != 0)
        return failure_internal(failure);
    encoder_end_object(&job->encoder);
    return 0;
}

const struct endpoint list_keywords_endpoint = {
    .path = "/api/v1/keywords",
    .name = "keywords",
    .cache_control = RESPONSE_PUBLIC(60, 600),
    .is_cached = true,
    .prepare = prepare_page,
    .answer = answer_keywords,
};

const struct endpoint keyword_endpoint = {
    .path = "/api/v1/keywords/{keyword}",
    .name = "keyword",
    .cache_control = RESPONSE_PUBLIC(60, 600),
    .is_cached = true,
    .prepare = prepare_name,
    .answer = answer_keyword,
};

const struct endpoint list_categories_endpoint = {
    .path = "/api/v1/categories",
    .name = "categories",
    .cache_control = RESPONSE_PUBLIC(60, 600),
    .is_cached = true,
    .prepare = prepare_page,
    .answer = answer_categories,
};

const struct endpoint category_endpoint = {
    .path = "/api/v1/categories/{category}",
    .name = "category",
    .cache_control = RESPONSE_PUBLIC(60, 600),
    .is_cached = true,
    .prepare = prepare_name,
    .answer = answer_category,
};

const struct endpoint category_slugs_endpoint = {
    .path = "/api/v1/category_slugs",
    .name = "category_slugs",
    .cache_control = RESPONSE_PUBLIC(60, 600),
    .is_cached = true,
    .answer = answer_slugs,
};
