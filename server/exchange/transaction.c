/* A transaction holds one snapshot, from before its request is looked at until it is logged;
   whatever of it needs an index gets it from there. libmicrohttpd sends what was queued without it:
   answers are bytes of their own. One that is put off gives its snapshot back and leaves no trace.
   The time that is counted and logged begins when the request is whole, so that it has what it
   waited, and ends when the answer is queued. */
#include "server/exchange/transaction.h"

#include "server/exchange/responder.h"
#include "server/exchange/router.h"
#include "server/http/forwarding.h"
#include "server/service/experiment.h"
#include "server/service/monotonic.h"
#include "server/service/published.h"
#include "server/telemetry/access_log.h"
#include "server/telemetry/metrics.h"
#include "server/telemetry/slow_query_log.h"
#include "server/telemetry/slowest_queries.h"

#include <time.h>

static void log_access(const struct service *service, const char *address, struct request *request,
                       const char *version, const struct outcome *outcome, double seconds)
{
    if (service->access_log == NULL)
        return;
    struct access_record record = {
        .address = address[0] != '\0' ? address : NULL,
        .method = request->method_name,
        .target = request->target,
        .version = version,
        .status = outcome->status,
        .body_bytes = outcome->body_bytes,
        .seconds = seconds,
        .cache_state = outcome->cache_state,
        .referer = request->fields.referer,
        .user_agent = request->fields.user_agent,
        .request_id = request_id(request),
        .arm = outcome->arm,
    };
    clock_gettime(CLOCK_REALTIME, &record.time);
    access_log_write(service->access_log, &record);
}

static bool is_slow(const struct snapshot *snapshot, double seconds)
{
    const double slow = snapshot->settings.slow_query_seconds;
    return slow > 0 && seconds >= slow;
}

static void log_slow_query(const struct service *service, struct request *request,
                           const struct snapshot *snapshot, const struct outcome *outcome,
                           double seconds)
{
    if (!is_slow(snapshot, seconds))
        return;
    struct slow_query query = {
        .request_id = request_id(request),
        .method = request->method_name,
        .target = request->target,
        .seconds = seconds,
        .outcome = outcome,
        .index = snapshot->index,
    };
    clock_gettime(CLOCK_REALTIME, &query.time);
    metrics_count_slow_query(service->metrics);
    slow_query_log_write(service->slow_query_log, &query);
}

/* What the page for operators tells of what somebody asked for is no more than the log does. */
static void note_slowest(const struct exchange *exchange, double seconds, double now)
{
    struct slowest_queries *slowest = exchange->service->slowest;
    if (slowest == NULL || !exchange->outcome->has_computed || exchange->endpoint == NULL ||
        exchange->endpoint->audience == ENDPOINT_FOR_PAGES)
        return;
    const char *target = is_slow(exchange->snapshot, seconds) ? exchange->request->target : NULL;
    slowest_queries_note(slowest, exchange->outcome, seconds, target, now);
}

/* The request's arm, where an experiment runs. */
static enum experiment_arm draw_arm(const struct experiment *experiment, const char *client,
                                    struct request *request)
{
    if (experiment == NULL)
        return EXPERIMENT_NONE;
    bool is_by_client = experiment->key == EXPERIMENT_BY_CLIENT;
    return experiment_draw(experiment, is_by_client ? client : request_id(request));
}

/* Queues the answer, or an error where the request has a fault. */
static enum MHD_Result answer_request(struct exchange *exchange, const struct failure *fault)
{
    return fault != NULL ? respond_error(exchange, fault->status, fault->error.message)
                         : respond(exchange);
}

/* Tells what there is to tell of an answer that was queued. No query is slow for having waited,
   from `since` to `start`. */
static void record(const struct exchange *exchange, const struct transaction *transaction,
                   const char *client, double since, double start)
{
    const struct service *service = exchange->service;
    double now = monotonic_seconds();
    double seconds = now - since;
    metrics_record(service->metrics, exchange->outcome, seconds);
    if (exchange->outcome->is_late)
        metrics_count_late_request(service->metrics);
    log_access(service, client, exchange->request, transaction->version, exchange->outcome,
               seconds);
    log_slow_query(service, exchange->request, exchange->snapshot, exchange->outcome, now - start);
    note_slowest(exchange, now - start, now);
}

enum MHD_Result transaction_run(const struct service *service,
                                const struct transaction *transaction, struct transaction_end *end)
{
    struct request request;
    struct outcome outcome;
    struct forwarding forwarding = {.has_client = false};
    double start = monotonic_seconds();
    end->is_put_off = false;
    end->has_computed = false;
    end->put_off.since = transaction->again != NULL ? transaction->again->since : start;
    const struct snapshot *snapshot = published_take(service->snapshots);
    if (snapshot == NULL)
        return MHD_NO; /* not even an error could be made */
    request_read(&request, transaction->connection, transaction->fields, transaction->method,
                 transaction->path, transaction->target);
    request.is_from_loopback = transaction->is_from_loopback;
    if (transaction->is_proxy)
        forwarding_read(service->proxies, &request.fields.forwarding, &forwarding);
    if (forwarding.scheme != NULL)
        request.scheme = forwarding.scheme;
    if (service->access_log != NULL)
        request_id(&request);
    const char *client = forwarding.has_client ? forwarding.client : transaction->address;
    struct exchange exchange; /* large: what the responder sets is left alone */
    exchange.service = service;
    exchange.snapshot = snapshot;
    exchange.connection = transaction->connection;
    exchange.request = &request;
    exchange.arm = draw_arm(service->experiment, client, &request);
    exchange.forwarded_client = forwarding.has_client ? forwarding.client : NULL;
    exchange.asker = transaction->asker;
    exchange.haste = transaction->haste;
    exchange.again = transaction->again;
    exchange.outcome = &outcome;
    enum MHD_Result result = answer_request(&exchange, transaction->fault);
    end->is_put_off = outcome.is_put_off;
    end->has_computed = outcome.has_computed;
    if (outcome.is_put_off)
        end->put_off.ticket = outcome.ticket;
    else
        record(&exchange, transaction, client, end->put_off.since, start);
    published_give_back(service->snapshots);
    return result;
}

void transaction_record_refusal(const struct service *service, const char *target,
                                const char *address, unsigned status)
{
    struct outcome outcome;
    outcome_init(&outcome, router_other());
    outcome.status = status;
    metrics_record(service->metrics, &outcome, 0);
    if (service->access_log == NULL)
        return;
    struct access_record record = {
        .address = address,
        .target = target,
        .status = status,
        .cache_state = CACHE_STATE_NONE,
        .arm = EXPERIMENT_NONE,
    };
    clock_gettime(CLOCK_REALTIME, &record.time);
    access_log_write(service->access_log, &record);
}
