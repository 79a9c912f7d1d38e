/* GET /api/v1/crates/{name}/{version}/download and …/readme: where a file of a version lies, as a
   redirect, or as {"url": …} for a client that asks for JSON or MessagePack by name. The files
   themselves are not ours: they lie below --cdn-url, laid out as on crates.io's CDN, under the
   crate's own spelling of its name.

   Where downloads are counted, answers tell caches to ask each time, for what a cache answers
   nobody counts. */
#include "server/endpoints/crate_path.h"
#include "server/endpoints/endpoint.h"
#include "server/http/negotiation.h"
#include "server/service/download_counters.h"

#include <string.h>

#define CACHEABLE RESPONSE_PUBLIC(3600, 86400)

struct version_file_parameters {
    struct crate_version_path path;
    bool is_redirect; /* else a document with the URL */
};
ENDPOINT_PARAMETERS_FIT(struct version_file_parameters);

static int prepare(const struct question *question, void *parameters, struct failure *failure)
{
    struct version_file_parameters *file = parameters;
    if (crate_path_prepare_version(question, &file->path, failure) != 0)
        return -1;
    file->is_redirect = !accept_names_encoding(question->request->fields.accept);
    canonical_key_number(question->key, 'r', file->is_redirect);
    return 0;
}

/* A URL that is being written; what does not fit is left out and noticed at the end. */
struct url {
    char text[ANSWER_MAX_LOCATION];
    size_t length;
    bool is_too_long;
};

static void add_byte(struct url *url, char byte)
{
    if (url->length + 1 < sizeof url->text)
        url->text[url->length++] = byte;
    else
        url->is_too_long = true;
    url->text[url->length] = '\0';
}

static void add_text(struct url *url, const char *text)
{
    for (; *text != '\0'; text++)
        add_byte(url, *text);
}

/* Percent-encodes all but the unreserved characters of RFC 3986: of what versions have, that is the
   `+`. */
static void add_encoded(struct url *url, const char *text, size_t length)
{
    static const char digits[] = "0123456789ABCDEF";
    static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                     "0123456789-._~";
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (byte != '\0' && strchr(unreserved, byte) != NULL) {
            add_byte(url, text[i]);
        } else {
            add_byte(url, '%');
            add_byte(url, digits[byte >> 4]);
            add_byte(url, digits[byte & 15]);
        }
    }
}

/* <cdn>/<folder>/<name>/<name>-<version><suffix> */
static int write_url(struct url *url, const struct answer_job *job,
                     const struct crate_version_path *path, const char *folder, const char *suffix,
                     struct failure *failure)
{
    struct index_crate crate;
    index_crate(job->snapshot->index, path->rank, &crate);
    url->length = 0;
    url->is_too_long = false;
    add_text(url, job->snapshot->settings.cdn_url);
    add_text(url, folder);
    add_encoded(url, crate.name, crate.name_length);
    add_byte(url, '/');
    add_encoded(url, crate.name, crate.name_length);
    add_byte(url, '-');
    add_encoded(url, path->version.text, path->version.length);
    add_text(url, suffix);
    if (!url->is_too_long)
        return 0;
    return failure_set(failure, 500, "the URL of a file is longer than %d bytes",
                       ANSWER_MAX_LOCATION - 1);
}

static int send_to(struct answer_job *job, const struct version_file_parameters *parameters,
                   const char *folder, const char *suffix, struct failure *failure)
{
    struct url url;
    if (write_url(&url, job, &parameters->path, folder, suffix, failure) != 0)
        return -1;
    crate_path_tag(job->snapshot->index, parameters->path.rank, job->surrogate_key);
    if (parameters->is_redirect) {
        job->head.status = 302;
        memcpy(job->location, url.text, url.length + 1);
        return 0;
    }
    encoder_object(&job->encoder, 1);
    encoder_member_text(&job->encoder, "url", url.text);
    encoder_end_object(&job->encoder);
    return 0;
}

static int send_to_crate_file(struct answer_job *job, const void *parameters,
                              struct failure *failure)
{
    const struct version_file_parameters *file = parameters;
    const struct download_counters *counters = job->service->downloads;
    int64_t version_id;
    if (crate_path_find_version(job->reader, &file->path, &version_id, failure) != 0)
        return -1;
    if (counters != NULL) {
        job->head.download = download_counters_find(
            counters, crate_path_id(job->snapshot->index, file->path.rank), version_id);
        job->head.cache_control = (struct cache_control)RESPONSE_NO_CACHE;
    }
    return send_to(job, file, "/crates/", ".crate", failure);
}

static int send_to_readme(struct answer_job *job, const void *parameters, struct failure *failure)
{
    const struct version_file_parameters *file = parameters;
    int64_t version_id;
    if (crate_path_find_version(job->reader, &file->path, &version_id, failure) != 0)
        return -1;
    return send_to(job, file, "/readmes/", ".html", failure);
}

const struct endpoint version_download_endpoint = {
    .path = "/api/v1/crates/{name}/{version}/download",
    .name = "version_download",
    .cache_control = CACHEABLE,
    .is_cached = true,
    .redirects = true,
    .prepare = prepare,
    .answer = send_to_crate_file,
};

const struct endpoint version_readme_endpoint = {
    .path = "/api/v1/crates/{name}/{version}/readme",
    .name = "version_readme",
    .cache_control = CACHEABLE,
    .is_cached = true,
    .redirects = true,
    .prepare = prepare,
    .answer = send_to_readme,
};
