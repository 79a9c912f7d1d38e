/* GET /api/v1/crates/{name}/downloads and /api/v1/crates/{name}/{version}/downloads: the downloads
   of 90 days. "Today", with which they end, is the last day that the index has downloads of, for a
   dump ages.

   Where downloads are counted, today is the day of the counters, if that is later, and what they
   say of it is added. Such an answer is out of date with the next download of the crate. It is
   cached all the same, under the day and the number of downloads that were counted of the crate:
   the next download makes another key, and nobody is shown less than was counted before his
   request. Caches elsewhere are told to ask each time. */
#include "server/endpoints/downloads.h"

#include "server/endpoints/crate_path.h"
#include "server/endpoints/endpoint.h"
#include "server/parameters/include_parameter.h"
#include "server/service/download_counters.h"

#include <cratedex/timestamp.h>
#include <cratedex/version_downloads.h>
#include <string.h>

#define NOT_COUNTED RESPONSE_PUBLIC(60, 600)

#define DAY_LENGTH (DOWNLOAD_COUNTS_DAY_SIZE - 1)

struct version_downloads_parameters {
    struct crate_version_path path;
    struct download_days days;
};
ENDPOINT_PARAMETERS_FIT(struct version_downloads_parameters);

struct crate_downloads_parameters {
    uint32_t rank;
    struct download_days days;
    bool has_versions;
};
ENDPOINT_PARAMETERS_FIT(struct crate_downloads_parameters);

const char *downloads_last_day(const struct service *service, const struct snapshot *snapshot)
{
    const struct download_counters *counters = service->downloads;
    const char *day = index_downloads_day(snapshot->index);
    if (counters == NULL)
        return day;
    const char *counted = download_counts_day(download_counters_today(counters));
    return strcmp(counted, day) > 0 ? counted : day;
}

/* What the answer depends on beside the index. */
static void add_to_key(const struct question *question, uint32_t rank,
                       const struct download_days *days)
{
    const struct download_counters *counters = question->service->downloads;
    canonical_key_text(question->key, 'd', days->last, DAY_LENGTH);
    if (counters != NULL) {
        const char *day = download_counts_day(download_counters_today(counters));
        int64_t crate_id = crate_path_id(question->snapshot->index, rank);
        canonical_key_number(question->key, 'n', download_counters_n_added(counters, crate_id));
        canonical_key_text(question->key, 't', day, DAY_LENGTH);
    }
}

/* The counts of today, or NULL; where there are some, the answer is told to be asked for again. */
static const struct download_counts *counted(struct answer_job *job)
{
    if (job->service->downloads == NULL)
        return NULL;
    job->head.cache_control = (struct cache_control)RESPONSE_NO_CACHE;
    return download_counters_today(job->service->downloads);
}

/* Reads `before_date`, the last day to be shown, in the words of crates.io's (chrono's) errors. */
static int read_before_date(const struct query_string *query, const char **last,
                            struct failure *failure)
{
    static const char form[] = "dddd-dd-dd";
    const struct query_parameter *given = query_string_find(query, "before_date");
    int64_t microseconds;
    if (given == NULL)
        return 0;
    const char *fault = NULL;
    for (size_t i = 0; i < given->value_length && i < DAY_LENGTH && fault == NULL; i++) {
        bool is_digit = given->value[i] >= '0' && given->value[i] <= '9';
        if (form[i] == 'd' ? !is_digit : given->value[i] != form[i])
            fault = "input contains invalid characters";
    }
    if (fault == NULL && given->value_length < DAY_LENGTH)
        fault = "premature end of input";
    if (fault == NULL && given->value_length > DAY_LENGTH)
        fault = "trailing input";
    if (fault == NULL && timestamp_parse(given->value, DAY_LENGTH, &microseconds) != 0)
        fault = "input is out of range";
    if (fault != NULL)
        return failure_set(failure, 400, "Failed to deserialize query string: before_date: %s",
                           fault);
    *last = given->value;
    return 0;
}

static int prepare_version(const struct question *question, void *parameters,
                           struct failure *failure)
{
    struct version_downloads_parameters *version = parameters;
    const char *last = downloads_last_day(question->service, question->snapshot);
    if (read_before_date(question->request->query, &last, failure) != 0 ||
        crate_path_prepare_version(question, &version->path, failure) != 0)
        return -1;
    download_days_until(&version->days, last);
    add_to_key(question, version->path.rank, &version->days);
    return 0;
}

static int answer_version(struct answer_job *job, const void *parameters, struct failure *failure)
{
    const struct version_downloads_parameters *version = parameters;
    int64_t version_id;
    if (crate_path_find_version(job->reader, &version->path, &version_id, failure) != 0)
        return -1;
    crate_path_tag(job->snapshot->index, version->path.rank, job->surrogate_key);
    failure->status = 500;
    return version_downloads_encode(job->reader, version_id, &version->days, counted(job),
                                    &job->encoder, &failure->error);
}

static int read_include(const struct query_string *query, bool *has_versions,
                        struct failure *failure)
{
    static const struct include_word words[] = {{"versions", 1}};
    unsigned bits;
    if (include_parameter(query, words, 1, "invalid component for ?include= (expected 'versions')",
                          0, &bits, failure) != 0)
        return -1;
    *has_versions = bits != 0;
    return 0;
}

static int prepare_crate(const struct question *question, void *parameters, struct failure *failure)
{
    struct crate_downloads_parameters *crate = parameters;
    if (crate_path_prepare(question, &crate->rank, failure) != 0 ||
        read_include(question->request->query, &crate->has_versions, failure) != 0)
        return -1;
    download_days_until(&crate->days, downloads_last_day(question->service, question->snapshot));
    canonical_key_number(question->key, 'i', crate->has_versions);
    add_to_key(question, crate->rank, &crate->days);
    return 0;
}

static int answer_crate(struct answer_job *job, const void *parameters, struct failure *failure)
{
    const struct crate_downloads_parameters *crate = parameters;
    crate_path_tag(job->snapshot->index, crate->rank, job->surrogate_key);
    failure->status = 500;
    return crate_downloads_encode(job->reader, crate->rank, &crate->days, counted(job),
                                  crate->has_versions, &job->encoder, &failure->error);
}

const struct endpoint version_downloads_endpoint = {
    .path = "/api/v1/crates/{name}/{version}/downloads",
    .name = "version_downloads",
    .cache_control = NOT_COUNTED,
    .is_cached = true,
    .has_moving_key = true,
    .prepare = prepare_version,
    .answer = answer_version,
};

const struct endpoint crate_downloads_endpoint = {
    .path = "/api/v1/crates/{name}/downloads",
    .name = "crate_downloads",
    .cache_control = NOT_COUNTED,
    .is_cached = true,
    .has_moving_key = true,
    .prepare = prepare_crate,
    .answer = answer_crate,
};
