/* Such a page is an answer like any other, for it shows names that are near, but it is not kept
   outside: what is missing may come. */
#include "server/pages/crate/crate_missing.h"

#include "server/endpoints/endpoints.h"
#include "server/html/object.h"
#include "server/pages/page.h"
#include "server/pages/part_value.h"

#include <cratedex/index_format.h>
#include <stdbool.h>
#include <string.h>

/* A name, percent-encoded. */
#define MAX_SUGGEST_QUERY (3 * INDEX_MAX_NAME_BYTES + 16)

static bool is_crate(const msgpack_object *suggestion)
{
    return object_is_text(object_member(suggestion, "kind"), "crate");
}

/* Writes the names of the crates among the suggestions as the list `names`; null for none. */
static void encode_names(const msgpack_object *suggestions, struct encoder *model)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < object_n_elements(suggestions); i++)
        n += is_crate(object_element(suggestions, i));
    if (n == 0) {
        encoder_null(model);
        return;
    }
    encoder_object(model, 1);
    encoder_key(model, "names");
    encoder_array(model, n);
    for (uint32_t i = 0; i < object_n_elements(suggestions); i++)
        if (is_crate(object_element(suggestions, i)))
            object_encode(object_member(object_element(suggestions, i), "name"), model);
    encoder_end_array(model);
    encoder_end_object(model);
}

/* Names that are near. */
static int add_near_names(struct page *page, const struct path_value *name, struct failure *failure)
{
    char query[MAX_SUGGEST_QUERY] = "limit=5&q=";
    size_t length = strlen(query);
    struct part_value value;
    if (query_string_encode(query, sizeof query, &length, name->text, name->length) != 0)
        return failure_internal(failure);
    const struct part part = {
        .endpoint = &suggest_endpoint, .query = query, .query_length = length};
    if (part_value_read(page->job, &part, &value, failure) != 0)
        return -1;
    encode_names(object_member(&value.unpacked.data, "suggestions"), &page->model);
    part_value_free(&value);
    return 0;
}

static void add_text(struct page *page, const char *key, const struct path_value *text)
{
    encoder_key(&page->model, key);
    encoder_string(&page->model, text->text, text->length);
}

/* Begins a page with two members and two more. */
static void begin_missing(struct page *page, struct answer_job *job, const char *title,
                          const struct path_value *name)
{
    job->head.status = MHD_HTTP_NOT_FOUND;
    job->head.cache_control = (struct cache_control)RESPONSE_NO_STORE;
    page_begin(page, job, 4);
    encoder_member_text(&page->model, "title", title);
    add_text(page, "name", name);
}

int crate_missing_show(struct answer_job *job, const struct path_value *name,
                       struct failure *failure)
{
    struct page page;
    begin_missing(&page, job, "No such crate", name);
    /* Longer than any name: no search takes it either. */
    bool is_name = name->length <= INDEX_MAX_NAME_BYTES;
    encoder_key(&page.model, "q");
    encoder_string(&page.model, name->text, is_name ? name->length : 0);
    encoder_key(&page.model, "near");
    if (!is_name)
        encoder_null(&page.model);
    else if (add_near_names(&page, name, failure) != 0)
        return page_abandon(&page);
    return page_finish(&page, "crate_missing", failure);
}

int crate_missing_show_version(struct answer_job *job, const struct path_value *name,
                               const struct path_value *version, struct failure *failure)
{
    struct page page;
    begin_missing(&page, job, "No such version", name);
    encoder_member_boolean(&page.model, "is_version", true);
    add_text(&page, "version", version);
    return page_finish(&page, "crate_missing", failure);
}
