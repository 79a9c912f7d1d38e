/* A page is found at one address, so that caches and search engines have it once: a redirect leads
   there. It is permanent, but no longer than any answer is kept: who deletes a crate may publish it
   anew under another spelling.

   A page of what is missing is an answer like any other, for it shows names that are near. It is
   not kept outside: what is missing may come. */
#include "server/pages/crate_page_path.h"

#include "server/endpoints/endpoints.h"
#include "server/pages/object.h"
#include "server/pages/part_value.h"

#include <cratedex/index_format.h>
#include <stdio.h>
#include <string.h>

#define MAX_SUGGEST_QUERY 1024
#define MAX_NUMBER 128 /* of a version, in a title */

bool crate_page_is_shown(const struct crate_page_path *path)
{
    return path->rank != 0 && path->typed.length == path->name.length &&
           memcmp(path->typed.text, path->name.text, path->name.length) == 0;
}

void crate_page_path_read(const struct question *question, bool has_version,
                          struct crate_page_path *path)
{
    const struct request *request = question->request;
    const struct index *index = question->snapshot->index;
    struct canonical_key *key = question->key;
    *path = (struct crate_page_path){
        .rank =
            index_find_crate(index, request->path_values[0].text, request->path_values[0].length),
        .typed = request->path_values[0],
        .name = request->path_values[0],
        .query = request->query_text,
        .query_length = request->query_length,
    };
    if (has_version)
        path->version = request->path_values[1];
    if (path->rank != 0) {
        struct index_crate crate;
        index_crate(index, path->rank, &crate);
        path->name = (struct path_value){crate.name, crate.name_length};
        crate_path_key(index, path->rank, key);
    } else {
        canonical_key_text(key, 'm', path->typed.text, path->typed.length);
    }
    canonical_key_text(key, 'v', path->version.text, path->version.length);
    canonical_key_number(key, 's', crate_page_is_shown(path));
    if (path->rank != 0 && !crate_page_is_shown(path))
        canonical_key_text(key, 'q', path->query, path->query_length);
}

struct part crate_part(const struct endpoint *endpoint, const struct crate_page_path *path,
                       const char *query)
{
    return (struct part){
        .endpoint = endpoint,
        .path_values = {path->name, path->version},
        .query = query,
        .query_length = query != NULL ? strlen(query) : 0,
    };
}

/* Form encoding is that of a path, too, but for the space. */
static int add_byte(char address[ANSWER_MAX_LOCATION], size_t *length, const char *byte)
{
    static const char space[] = "%20";
    if (*byte != ' ')
        return query_string_encode(address, ANSWER_MAX_LOCATION, length, byte, 1);
    if (*length + sizeof space > ANSWER_MAX_LOCATION)
        return -1;
    memcpy(address + *length, space, sizeof space - 1);
    *length += sizeof space - 1;
    return 0;
}

static int add_segment(char address[ANSWER_MAX_LOCATION], size_t *length,
                       const struct path_value *segment)
{
    if (*length + 1 >= ANSWER_MAX_LOCATION)
        return -1;
    address[(*length)++] = '/';
    for (size_t i = 0; i < segment->length; i++)
        if (add_byte(address, length, &segment->text[i]) != 0)
            return -1;
    return 0;
}

int crate_page_address(char address[ANSWER_MAX_LOCATION], const struct path_value *name,
                       const struct path_value *version, const char *tail)
{
    static const char folder[] = "/crates";
    size_t length = sizeof folder - 1;
    memcpy(address, folder, length);
    if (add_segment(address, &length, name) != 0 ||
        (version->length > 0 && add_segment(address, &length, version) != 0))
        return -1;
    if (length + strlen(tail) >= ANSWER_MAX_LOCATION)
        return -1;
    memcpy(address + length, tail, strlen(tail) + 1);
    return 0;
}

int crate_page_redirect(struct answer_job *job, const struct path_value *name,
                        const struct path_value *version, const char *tail, struct failure *failure)
{
    if (crate_page_address(job->location, name, version, tail) != 0)
        return failure_set(failure, MHD_HTTP_URI_TOO_LONG,
                           "the address of the page is longer than %d bytes",
                           ANSWER_MAX_LOCATION - 1);
    job->head.status = MHD_HTTP_FOUND;
    return 0;
}

void crate_page_add_query(struct answer_job *job, const char *query, size_t query_length)
{
    size_t length = strlen(job->location);
    if (query_length == 0 || length + 1 + query_length >= sizeof job->location)
        return;
    for (size_t i = 0; i < query_length; i++)
        if (query[i] <= ' ' || query[i] >= 0x7f)
            return;
    job->location[length++] = '?';
    memcpy(job->location + length, query, query_length);
    job->location[length + query_length] = '\0';
}

/* A number that no title has room for is left out. */
void crate_page_add_title(struct page *page, const char *heading, const struct path_value *name,
                          const struct path_value *version)
{
    char title[INDEX_MAX_NAME_BYTES + MAX_NUMBER + 64];
    bool has_version = version != NULL && version->length > 0 && version->length < MAX_NUMBER;
    int length = snprintf(title, sizeof title, "%s%s%.*s%s%.*s", heading != NULL ? heading : "",
                          heading != NULL ? " of " : "", (int)name->length, name->text,
                          has_version ? " " : "", has_version ? (int)version->length : 0,
                          has_version ? version->text : "");
    encoder_key(&page->model, "title");
    encoder_string(&page->model, title, (size_t)length);
}

static bool is_crate(const msgpack_object *suggestion)
{
    return object_is_text(object_member(suggestion, "kind"), "crate", strlen("crate"));
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

/* Names that are near; none where the name is longer than any that could be. */
static int add_near_names(struct page *page, const struct path_value *name, struct failure *failure)
{
    char query[MAX_SUGGEST_QUERY] = "limit=5&q=";
    size_t length = strlen(query);
    struct part_value value;
    encoder_key(&page->model, "near");
    if (query_string_encode(query, sizeof query, &length, name->text, name->length) != 0) {
        encoder_null(&page->model);
        return 0;
    }
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

static int show_missing_crate(struct answer_job *job, const struct crate_page_path *path,
                              struct failure *failure)
{
    struct page page;
    begin_missing(&page, job, "No such crate", &path->typed);
    add_text(&page, "q", &path->typed);
    if (add_near_names(&page, &path->typed, failure) != 0)
        return page_abandon(&page);
    return page_finish(&page, "crate_missing", failure);
}

static int show_missing_version(struct answer_job *job, const struct crate_page_path *path,
                                struct failure *failure)
{
    struct page page;
    begin_missing(&page, job, "No such version", &path->name);
    encoder_member_boolean(&page.model, "is_version", true);
    add_text(&page, "version", &path->version);
    return page_finish(&page, "crate_missing", failure);
}

int crate_page_answer_other(struct answer_job *job, const struct crate_page_path *path,
                            const char *tail, struct failure *failure)
{
    if (path->rank == 0)
        return show_missing_crate(job, path, failure);
    crate_path_tag(job->snapshot->index, path->rank, job->surrogate_key);
    if (crate_page_redirect(job, &path->name, &path->version, tail, failure) != 0)
        return -1;
    crate_page_add_query(job, path->query, path->query_length);
    job->head.status = MHD_HTTP_MOVED_PERMANENTLY;
    return 0;
}

int crate_page_find_version(struct answer_job *job, const struct crate_page_path *path,
                            int64_t *version_id, struct failure *failure)
{
    const struct crate_version_path version = {
        .rank = path->rank, .name = path->name, .version = path->version};
    crate_path_tag(job->snapshot->index, path->rank, job->surrogate_key);
    if (crate_path_find_version(job->reader, &version, version_id, failure) == 0)
        return 1;
    if (failure->status != MHD_HTTP_NOT_FOUND)
        return -1;
    return show_missing_version(job, path, failure);
}
