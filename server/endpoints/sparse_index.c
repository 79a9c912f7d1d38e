/* cargo's sparse index below /index/: a crate's file at the one path that belongs to its name in lower case,
   and config.json, which tells cargo where everything else is. Neither is negotiated, for cargo asks for
   text/plain and takes what comes. The texts were made when the index was built. */
#include "server/endpoints/endpoint.h"

#include "server/endpoints/crate_path.h"
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

static int prepare_crate(const struct service *service, const struct request *request,
                         union endpoint_parameters *parameters, struct canonical_key *key,
                         struct failure *failure)
{
    const char *name = strrchr(request->path, '/') + 1;
    const struct path_value value = {name, strlen(name)};
    uint32_t rank;
    struct index_crate crate;
    char path[SPARSE_INDEX_PATH_SIZE];
    if (crate_path_find(service->index, &value, &rank, failure) != 0)
        return -1;
    index_crate(service->index, rank, &crate);
    sparse_index_path(crate.name, crate.name_length, path);
    if (strcmp(request->path + strlen(ROOT), path) != 0)
        return failure_set(failure, 404, "the crate `%.*s` lies at " ROOT "%s",
                           (int)crate.name_length, crate.name, path);
    parameters->sparse_index_rank = rank;
    canonical_key_number(key, 'r', rank);
    return 0;
}

static int answer_crate(struct answer_job *job, const union endpoint_parameters *parameters,
                        struct failure *failure)
{
    uint32_t rank = parameters->sparse_index_rank;
    int found = sparse_index_read(job->reader, rank, job->encoder.out, &job->head.last_modified,
                                  &failure->error);
    if (found == 0)
        return failure_set(failure, 404, "the crate has no versions");
    failure->status = 500;
    crate_path_tag(job->service->index, rank, job->surrogate_key);
    return found < 0 ? -1 : 0;
}

/* The base URL is the operator's, or what the client itself called us; request_read has checked that. */
static int prepare_config(const struct service *service, const struct request *request,
                          union endpoint_parameters *parameters, struct canonical_key *key,
                          struct failure *failure)
{
    char *base = parameters->base_url;
    size_t room = sizeof parameters->base_url;
    if (service->base_url[0] == '\0' && request->host == NULL)
        return failure_set(failure, 400, "the request names no host");
    int length = service->base_url[0] != '\0'
                     ? snprintf(base, room, "%s", service->base_url)
                     : snprintf(base, room, "%s://%s", request->scheme, request->host);
    if (length < 0 || (size_t)length >= room)
        return failure_set(failure, 400, "the request's host is too long");
    canonical_key_text(key, 'b', base, (size_t)length);
    return 0;
}

/* Dates are compared for equality (conditional.h), so that another address must have another date, on
   every server the same: the dump's, set back by a part of a day that the address decides. */
static int64_t config_date(const struct service *service, const char *base_url)
{
    int64_t dumped_at;
    const char *dump = index_dump_timestamp(service->index);
    if (timestamp_parse(dump, strlen(dump), &dumped_at) != 0)
        return 0;
    return dumped_at / 1000000 - (int64_t)(XXH3_64bits(base_url, strlen(base_url)) % DAY_SECONDS);
}

static int answer_config(struct answer_job *job, const union endpoint_parameters *parameters,
                         struct failure *failure)
{
    char download[sizeof parameters->base_url + 64];
    struct encoder encoder;
    job->head.last_modified = config_date(job->service, parameters->base_url);
    snprintf(download, sizeof download, "%s/api/v1/crates/{crate}/{version}/download",
             parameters->base_url);
    encoder_init(&encoder, ENCODING_JSON, job->encoder.out);
    encoder_object(&encoder, 2);
    encoder_member_text(&encoder, "dl", download);
    encoder_member_text(&encoder, "api", parameters->base_url);
    encoder_end_object(&encoder);
    failure->status = 500;
    return encoder_finish(&encoder, &failure->error);
}

const struct endpoint sparse_index_config_endpoint = {
    .path = ROOT "config.json",
    .name = "sparse_index_config",
    .cache_control = CACHE_CONTROL,
    .plain_type = "application/json",
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
