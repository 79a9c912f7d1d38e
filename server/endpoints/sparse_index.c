/* cargo's sparse index below /index/: a crate's file at the one path that belongs to its name in
   lower case, and config.json, which tells cargo where everything else is. Neither is negotiated,
   for cargo asks for text/plain and takes what comes. The texts were made when the index was
   built. */
#include "server/endpoints/crate_path.h"
#include "server/endpoints/endpoint.h"
#include "server/http/response_headers.h"

#include <cratedex/sparse_index.h>
#include <cratedex/timestamp.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#define ROOT "/index/"
#define DAY_SECONDS 86400

/* Ten minutes, as crates.io lets its own files be kept. */
#define CACHE_CONTROL RESPONSE_PUBLIC(600, 600)

struct file_parameters {
    uint32_t rank; /* of the crate */
};
ENDPOINT_PARAMETERS_FIT(struct file_parameters);

struct config_parameters {
    char base_url[SETTINGS_MAX_URL]; /* without a final slash */
};
ENDPOINT_PARAMETERS_FIT(struct config_parameters);

static int prepare_crate(const struct question *question, void *parameters, struct failure *failure)
{
    struct file_parameters *file = parameters;
    const struct index *index = question->snapshot->index;
    const char *path = question->request->path;
    const char *name = strrchr(path, '/') + 1;
    const struct path_value value = {name, strlen(name)};
    struct index_crate crate;
    char own_path[SPARSE_INDEX_PATH_SIZE];
    if (crate_path_find(index, &value, &file->rank, failure) != 0)
        return -1;
    index_crate(index, file->rank, &crate);
    sparse_index_path(crate.name, crate.name_length, own_path);
    if (strcmp(path + strlen(ROOT), own_path) != 0)
        return failure_set(failure, 404, "the crate `%.*s` lies at " ROOT "%s",
                           (int)crate.name_length, crate.name, own_path);
    crate_path_key(index, file->rank, question->key);
    return 0;
}

static int answer_crate(struct answer_job *job, const void *parameters, struct failure *failure)
{
    const struct file_parameters *file = parameters;
    uint32_t rank = file->rank;
    int found = sparse_index_read(job->reader, rank, job->encoder.out, &job->head.last_modified,
                                  &failure->error);
    if (found == 0)
        return failure_set(failure, 404, "the crate has no versions");
    failure->status = 500;
    crate_path_tag(job->snapshot->index, rank, job->surrogate_key);
    return found < 0 ? -1 : 0;
}

/* The base URL is the operator's, or what the client itself called us; request_read has checked
   that. */
static int prepare_config(const struct question *question, void *parameters,
                          struct failure *failure)
{
    struct config_parameters *config = parameters;
    const char *own_url = question->snapshot->settings.base_url;
    const struct request *request = question->request;
    char *base = config->base_url;
    size_t room = sizeof config->base_url;
    if (own_url[0] == '\0' && request->host == NULL)
        return failure_set(failure, 400, "the request names no host");
    int length = own_url[0] != '\0'
                     ? snprintf(base, room, "%s", own_url)
                     : snprintf(base, room, "%s://%s", request->scheme, request->host);
    if (length < 0 || (size_t)length >= room)
        return failure_set(failure, 400, "the request's host is too long");
    canonical_key_text(question->key, 'b', base, (size_t)length);
    return 0;
}

/* Dates are compared for equality (conditional.h), so that another address must have another date,
   on every server the same: the dump's, set back by a part of a day that the address decides. */
static int64_t config_date(const struct index *index, const char *base_url)
{
    int64_t dumped_at;
    const char *dump = index_dump_timestamp(index);
    if (timestamp_parse(dump, strlen(dump), &dumped_at) != 0)
        return 0;
    return dumped_at / 1000000 - (int64_t)(XXH3_64bits(base_url, strlen(base_url)) % DAY_SECONDS);
}

/* An address that the request's Host made is true for those who call us so. A cache in front that
   does not have the host in its key (nginx's default has not) would give what one client called us
   to all. */
static int answer_config(struct answer_job *job, const void *parameters, struct failure *failure)
{
    static const struct cache_control of_host = RESPONSE_PRIVATE_NO_STORE;
    const struct config_parameters *config = parameters;
    char download[sizeof config->base_url + 64];
    struct encoder encoder;
    if (job->snapshot->settings.base_url[0] == '\0')
        job->head.cache_control = of_host;
    job->head.last_modified = config_date(job->snapshot->index, config->base_url);
    snprintf(download, sizeof download, "%s/api/v1/crates/{crate}/{version}/download",
             config->base_url);
    encoder_init(&encoder, ENCODING_JSON, job->encoder.out);
    encoder_object(&encoder, 2);
    encoder_member_text(&encoder, "dl", download);
    encoder_member_text(&encoder, "api", config->base_url);
    encoder_end_object(&encoder);
    failure->status = 500;
    return encoder_finish(&encoder, &failure->error);
}

const struct endpoint sparse_index_config_endpoint = {
    .path = ROOT "config.json",
    .name = "sparse_index_config",
    .cache_control = CACHE_CONTROL,
    .plain_type = "application/json",
    .needs_no_index = true,
    .is_cached = true,
    .prepare = prepare_config,
    .answer = answer_config,
};

/* Names of one and two characters. */
const struct endpoint sparse_index_short_endpoint = {
    .path = ROOT "{length}/{crate}",
    .name = "sparse_index_short",
    .cache_control = CACHE_CONTROL,
    .plain_type = "text/plain",
    .is_cached = true,
    .prepare = prepare_crate,
    .answer = answer_crate,
};

const struct endpoint sparse_index_endpoint = {
    .path = ROOT "{first}/{second}/{crate}",
    .name = "sparse_index",
    .cache_control = CACHE_CONTROL,
    .plain_type = "text/plain",
    .is_cached = true,
    .prepare = prepare_crate,
    .answer = answer_crate,
};
