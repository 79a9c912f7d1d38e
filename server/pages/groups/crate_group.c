/* The crates are those of GET /api/v1/crates. An owner is filtered by its id, which is known only
   when it was looked up; so the second part is put together in the answer. */
#include "server/pages/groups/crate_group.h"

#include "server/endpoints/endpoints.h"
#include "server/html/escape.h"
#include "server/pages/page.h"
#include "server/pages/part_value.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MAX_PATH 2048
#define SAFE_SCHEME "https://"

ENDPOINT_PARAMETERS_FIT(struct crate_group_parameters);

int crate_group_prepare(const struct crate_group *group, const struct question *question,
                        void *parameters, struct failure *failure)
{
    struct crate_group_parameters *wanted = parameters;
    wanted->named = (struct part){
        .endpoint = group->endpoint,
        .path_values = {question->request->path_values[0]},
    };
    if (part_prepare(question, &wanted->named, failure) != 0)
        return -1;
    return listing_read(question, &listing_of_crates, &wanted->listing, failure);
}

/* A text of the member; empty where it is none. */
static struct path_value text_of(const struct crate_group *group, const struct part_value *named,
                                 const char *key)
{
    const msgpack_object *value = part_value_at(named, group->member, key);
    if (value == NULL || value->type != MSGPACK_OBJECT_STR)
        return (struct path_value){"", 0};
    return (struct path_value){value->via.str.ptr, value->via.str.size};
}

/* Asks for the crates, by `query`, which must outlive the part. */
static int list_part(const struct crate_group *group, const struct part_value *named,
                     const struct listing *listing, char query[LISTING_MAX_QUERY],
                     struct part *part, struct failure *failure)
{
    char digits[24];
    struct path_value value = text_of(group, named, group->filter_value);
    if (value.length == 0) {
        uint64_t id = part_value_number(named, group->member, group->filter_value);
        value =
            (struct path_value){digits, (size_t)snprintf(digits, sizeof digits, "%" PRIu64, id)};
    }
    *part = (struct part){
        .endpoint = &list_crates_endpoint,
        .query = query,
        .query_length = listing_query(listing, group->filter, value.text, value.length, query),
    };
    return part->query_length > 0 ? 0 : failure_set(failure, 404, "Not Found");
}

static int encode_listing(struct page *page, const struct crate_group *group,
                          const struct part_value *named, const struct listing *listing,
                          uint64_t total, struct failure *failure)
{
    struct path_value name = text_of(group, named, group->name);
    msgpack_sbuffer path;
    msgpack_sbuffer_init(&path);
    int result = html_append(&path, group->path, strlen(group->path));
    if (result == 0)
        result = html_percent_encode(&path, name.text, name.length);
    if (result == 0)
        result = html_append(&path, "", 1);
    if (result == 0)
        listing_encode(listing, path.data, total, &page->model);
    else
        error_out_of_memory(&failure->error);
    msgpack_sbuffer_destroy(&path);
    return result;
}

/* Of other people's addresses only those are linked to that a browser opens as a page of a site
   which proves who it is. */
static void encode_profile(struct page *page, const struct crate_group *group,
                           const struct part_value *named)
{
    struct path_value url = text_of(group, named, "url");
    encoder_key(&page->model, "profile");
    if (url.length > strlen(SAFE_SCHEME) && memcmp(url.text, SAFE_SCHEME, strlen(SAFE_SCHEME)) == 0)
        encoder_string(&page->model, url.text, url.length);
    else
        encoder_null(&page->model);
}

static void encode_facts(struct page *page, const struct crate_group *group,
                         const struct part_value *named)
{
    const struct path_value name = text_of(group, named, group->name);
    const struct path_value title = text_of(group, named, group->title);
    const bool has_title = title.length > 0 && (title.length != name.length ||
                                                memcmp(title.text, name.text, name.length) != 0);
    encoder_key(&page->model, "title");
    encoder_string(&page->model, has_title ? title.text : name.text,
                   has_title ? title.length : name.length);
    encoder_key(&page->model, "name");
    encoder_string(&page->model, name.text, name.length);
    encoder_key(&page->model, "title_detail");
    encoder_string(&page->model, name.text, has_title ? name.length : 0);
    encode_profile(page, group, named);
    encoder_key(&page->model, "downloads");
    if (group->downloads != NULL)
        encoder_integer(&page->model,
                        group->downloads(page->job->reader,
                                         (int64_t)part_value_number(named, group->member, "id")));
    else
        encoder_null(&page->model);
}

static int write_page(struct answer_job *job, const struct crate_group *group,
                      const struct part_value *named, const struct listing *listing,
                      struct failure *failure)
{
    struct page page;
    struct part part;
    struct part_value found;
    char query[LISTING_MAX_QUERY];
    if (list_part(group, named, listing, query, &part, failure) != 0 ||
        part_value_read(job, &part, &found, failure) != 0)
        return -1;
    page_begin(&page, job, 8);
    part_value_add(named, &page, "named");
    part_value_add(&found, &page, "found");
    encode_facts(&page, group, named);
    encoder_key(&page.model, "listing");
    int result = encode_listing(&page, group, named, listing,
                                part_value_number(&found, "meta", "total"), failure);
    part_value_free(&found);
    failure->status = 500;
    return result == 0 ? page_finish(&page, group->template, failure) : page_abandon(&page);
}

int crate_group_answer(const struct crate_group *group, struct answer_job *job,
                       const void *parameters, struct failure *failure)
{
    const struct crate_group_parameters *wanted = parameters;
    struct part_value named;
    if (part_value_read(job, &wanted->named, &named, failure) != 0)
        return -1;
    int result = write_page(job, group, &named, &wanted->listing, failure);
    part_value_free(&named);
    return result;
}
