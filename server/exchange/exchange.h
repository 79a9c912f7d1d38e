/* One request on its way to an answer, and the ways to end it without one from an endpoint. */
#ifndef CRATEDEX_SERVER_EXCHANGE_H
#define CRATEDEX_SERVER_EXCHANGE_H

#include "server/cache/recent_hits.h"
#include "server/endpoints/endpoint.h"
#include "server/exchange/haste.h"
#include "server/http/failure.h"
#include "server/http/request.h"
#include "server/service/service.h"
#include "server/service/snapshot.h"
#include "server/telemetry/asked_query.h"
#include "server/telemetry/outcome.h"

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct exchange {
    const struct service *service;
    const struct snapshot *snapshot; /* held until the exchange is logged */
    struct MHD_Connection *connection;
    struct request *request;
    enum experiment_arm arm;      /* that the request drew; NONE where no experiment runs */
    const char *forwarded_client; /* as a trusted proxy has it; NULL: the peer is the client */
    const struct asker *asker;    /* the peer */
    enum transaction_haste haste;
    const struct put_off *again; /* it was put off before; NULL: this is the first run */
    struct outcome *outcome;
    /* What the responder finds out; not set before. */
    const struct endpoint *endpoint; /* NULL until the request is routed */
    enum encoding encoding;
    struct recent_key recent_key;
};

/* Whether it came in at the admin address, whose answers no script of another origin may read. */
static inline bool exchange_is_admin(const struct exchange *exchange)
{
    return exchange->service->role == ADDRESS_ADMIN;
}

/* Whether no script of another origin may read what is answered. */
static inline bool exchange_is_private(const struct exchange *exchange)
{
    return exchange_is_admin(exchange) ||
           (exchange->endpoint != NULL && (endpoint_is_page(exchange->endpoint) ||
                                           exchange->endpoint->audience == ENDPOINT_FOR_STATUS));
}

/* All of these return what libmicrohttpd wants to hear: MHD_NO, which closes the connection, where
   there was no memory for the response. */

/* Queues `response`, which stays the caller's, and notes status and size of the body. */
enum MHD_Result exchange_queue(const struct exchange *exchange, unsigned status,
                               struct MHD_Response *response, size_t body_bytes);

/* The same, and destroys `response`; NULL is allowed and makes MHD_NO. */
enum MHD_Result exchange_queue_once(const struct exchange *exchange, unsigned status,
                                    struct MHD_Response *response, size_t body_bytes);

/* Notes what the body is written in. */
void exchange_note_body(const struct exchange *exchange, bool is_plain, enum content_coding coding);

/* Queues nothing: the request is to be run again. `ticket` as in struct put_off. */
enum MHD_Result exchange_put_off(const struct exchange *exchange, uint64_t ticket);

/* The answer to OPTIONS: the methods that there are, as in Allow. */
enum MHD_Result exchange_options(const struct exchange *exchange, const char *methods);

/* An error of which `detail` tells the client. `allow` lists methods for a 405, else NULL. */
enum MHD_Result exchange_error_allowing(const struct exchange *exchange, unsigned status,
                                        const char *detail, const char *allow);

/* The same, where a 405 allows what all endpoints do. */
enum MHD_Result exchange_error(const struct exchange *exchange, unsigned status,
                               const char *detail);

/* 406: Accept names no encoding of ours. */
enum MHD_Result exchange_not_acceptable(const struct exchange *exchange);

/* Clients are told what they did wrong; what went wrong here (500) goes to standard error. */
enum MHD_Result exchange_failure(const struct exchange *exchange, const struct failure *failure);
enum MHD_Result exchange_out_of_memory(const struct exchange *exchange);

#endif
