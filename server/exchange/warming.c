/* The cache knows how much each answer is in use, and each answer knows what was asked for
   (original_request.h). Those that are most in use (warming_choice.h) are asked for once more, as
   by a request without a connection.

   What is made goes into the cache as something that was used half as often, so that what is not
   asked for any more leaves after some swaps, and what is lasts until its next request. It takes
   room that the least used answers of the old snapshot would lose soon after anyway. */
#include "server/exchange/warming.h"

#include "server/answer/answer.h"
#include "server/cache/cache.h"
#include "server/exchange/computation.h"
#include "server/exchange/router.h"
#include "server/exchange/spelled_answer.h"
#include "server/exchange/warming_choice.h"
#include "server/service/monotonic.h"
#include "server/service/pacing.h"
#include "server/telemetry/metrics.h"

#include <string.h>

/* Of the cache's bytes: what may be made. The other half is for what is in use until the swap. */
#define CACHE_PART 2

#define MAX_ANSWERS 100000
#define MAX_SECONDS 10.0

struct warming {
    const struct service *service;
    const struct snapshot *opened;
    size_t n_made;
    size_t n_bytes;  /* of what was made */
    bool is_in_vain; /* the file of the new snapshot cannot be believed */
};

static void add(struct warming *warming, struct cache_entry *entry, struct answer *answer,
                const struct chosen_answer *chosen)
{
    size_t cost = answer_cost(answer);
    cache_fill_ahead(warming->service->cache, entry, answer, cost, chosen->n_uses / 2);
    warming->n_bytes += cost;
    warming->n_made++;
}

/* The content codings in which the old answer was asked for. */
static void add_codings(struct warming *warming, struct cache_entry *entry,
                        const struct chosen_answer *chosen)
{
    for (unsigned i = 0; i < N_CONTENT_CODINGS; i++) {
        enum content_coding coding = (enum content_coding)i;
        struct error error;
        size_t added_bytes;
        if (!chosen->codings[i])
            continue;
        (void)answer_representation(cache_value(entry), coding, &added_bytes, &error);
        if (added_bytes > 0)
            cache_charge(warming->service->cache, entry, added_bytes);
        warming->n_bytes += added_bytes;
    }
}

/* The answer with the links that the exchange's request spells, out of `entry`, which is given up
   for it; NULL where that fails. */
static struct cache_entry *respell(struct warming *warming, const struct exchange *exchange,
                                   const struct computation *computation, struct cache_entry *entry,
                                   const struct chosen_answer *chosen)
{
    struct cache *cache = warming->service->cache;
    const struct answer *answer = cache_value(entry);
    struct link_spelling spelling;
    struct spelled_key key;
    enum cache_outcome found;
    if (answer_page(answer) == NULL)
        return entry;
    link_spelling_write(&spelling, &computation->query);
    if (answer_is_spelled(answer, &spelling))
        return entry;
    spelled_key_make(&key, &computation->key, &spelling);
    struct cache_entry *own = cache_acquire_ahead(cache, key.bytes, key.size, &found);
    struct answer *spelled =
        found == CACHE_COMPUTE ? spelled_answer_make(exchange, answer, &spelling) : NULL;
    cache_release(cache, entry);
    if (spelled != NULL)
        add(warming, own, spelled, chosen);
    if (found != CACHE_COMPUTE || spelled != NULL)
        return own;
    cache_abandon(cache, own);
    return NULL;
}

/* The entry of the exchange's answer, which is computed where it is not there; NULL where that
   fails. */
static struct cache_entry *find_or_compute(struct warming *warming, const struct exchange *exchange,
                                           const struct computation *computation,
                                           const struct chosen_answer *chosen)
{
    struct cache *cache = warming->service->cache;
    const struct canonical_key *key = &computation->key;
    struct failure failure;
    enum cache_outcome found;
    if (key->is_too_long)
        return NULL;
    struct cache_entry *entry = cache_acquire_ahead(cache, key->bytes, key->size, &found);
    if (found != CACHE_COMPUTE)
        return entry;
    struct answer *answer = computation_answer(exchange, computation, &failure);
    if (answer == NULL) {
        warming->is_in_vain = failure.status == 503;
        cache_abandon(cache, entry);
        return NULL;
    }
    add(warming, entry, answer, chosen);
    return entry;
}

/* What a client sent who was given the old answer, as far as an endpoint looks at it. */
static void write_request(struct request *request, const struct chosen_answer *chosen)
{
    const struct original_request *original = chosen->original;
    memset(request, 0, sizeof *request);
    request->method = METHOD_GET;
    request->method_name = "GET";
    request->path = original->path;
    request->query_text = original->query;
    request->query_length = original->query_length;
    request->host = original->host;
    request->scheme = original->scheme;
    /* Who names an encoding is not redirected (version_files.c). */
    if (!chosen->is_redirect)
        request->fields.accept = encoding_media_type(original->encoding);
}

static void make_for_arm(struct warming *warming, const struct chosen_answer *chosen,
                         enum experiment_arm arm)
{
    struct request request;
    struct outcome outcome;
    struct computation computation;
    struct failure failure;
    write_request(&request, chosen);
    outcome_init(&outcome, router_other());
    const struct exchange exchange = {
        .service = warming->service,
        .snapshot = warming->opened,
        .request = &request,
        .arm = arm,
        .haste = TRANSACTION_COMPUTES,
        .outcome = &outcome,
        .endpoint = router_find(&request, warming->service, &outcome.route),
        .encoding = chosen->original->encoding,
    };
    if (exchange.endpoint == NULL || computation_prepare(&exchange, &computation, &failure) != 0)
        return;
    struct cache_entry *entry = find_or_compute(warming, &exchange, &computation, chosen);
    if (entry != NULL)
        entry = respell(warming, &exchange, &computation, entry, chosen);
    if (entry == NULL)
        return;
    add_codings(warming, entry, chosen);
    cache_release(warming->service->cache, entry);
}

/* Where an experiment begins nobody knows who will draw which arm; where one has ended there are
   none. An answer that does not depend on the arm is there already when it is asked for again. */
static void make(struct warming *warming, const struct chosen_answer *chosen)
{
    enum experiment_arm arm = chosen->original->arm;
    if (warming->service->experiment == NULL)
        make_for_arm(warming, chosen, EXPERIMENT_NONE);
    else if (arm != EXPERIMENT_NONE)
        make_for_arm(warming, chosen, arm);
    else
        for (unsigned i = EXPERIMENT_A; i < N_EXPERIMENT_ARMS; i++)
            make_for_arm(warming, chosen, (enum experiment_arm)i);
}

static bool is_over_or_late(const struct warming *warming, const struct warming_limits *limits,
                            double start, const atomic_bool *is_over)
{
    return atomic_load_explicit(is_over, memory_order_relaxed) || warming->is_in_vain ||
           warming->n_bytes >= limits->max_bytes ||
           monotonic_seconds() - start >= limits->max_seconds;
}

size_t warming_run(const struct service *service, const struct snapshot *served,
                   const struct snapshot *opened, const struct warming_limits *limits,
                   const atomic_bool *is_over)
{
    struct warming warming = {.service = service, .opened = opened};
    struct warming_choice choice;
    struct pacing pacing;
    double start = monotonic_seconds();
    if (served->is_damaged)
        return 0;
    /* Where memory ran out there are fewer. */
    (void)warming_choose(&choice, service->cache, served->generation, limits->max_answers,
                         limits->max_bytes);
    pacing_begin(&pacing);
    for (size_t i = 0; i < choice.n_answers; i++) {
        if (is_over_or_late(&warming, limits, start, is_over))
            break;
        make(&warming, &choice.answers[i]);
        pacing_rest(&pacing);
    }
    warming_choice_free(&choice);
    cache_settle_ahead(service->cache);
    metrics_record_warming(service->metrics, warming.n_made, monotonic_seconds() - start);
    return warming.n_made;
}

void warming_before_swap(const struct service *service, const struct snapshot *served,
                         const struct snapshot *opened, const atomic_bool *is_over)
{
    struct cache_statistics statistics;
    cache_read_shard_statistics(service->cache, 0, &statistics);
    const struct warming_limits limits = {
        .max_bytes = statistics.max_bytes / CACHE_PART,
        .max_answers = MAX_ANSWERS,
        .max_seconds = MAX_SECONDS,
    };
    (void)warming_run(service, served, opened, &limits, is_over);
}
