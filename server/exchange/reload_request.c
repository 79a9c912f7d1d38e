/* A reload takes longer than a request may keep its thread: the first run of a request asks the
   desk (reload_desk.h) and puts the request off, later ones look what became of it. An answer after
   the end is of the snapshot that this run took, which is the new one or one that is newer still.

   A page of the web, of any site that somebody at this machine looks at, can send a POST to an
   address that only this machine reaches. No form can send a header of its own, and a script only
   where the answer to OPTIONS allows it (https://fetch.spec.whatwg.org/#http-cors-protocol), which
   ours does not. A site whose name leads to this machine (DNS rebinding) needs no leave of that
   kind, but browsers tell the Origin of every POST, and nobody else does. */
#include "server/exchange/reload_request.h"

#include "server/service/reload_desk.h"

#include <string.h>

#define RELOAD_HEADER "X-Cratedex-Reload"

/* The one value, with white space behind it or not, which libmicrohttpd leaves there. */
static bool has_reload_header(struct MHD_Connection *connection)
{
    const char *value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, RELOAD_HEADER);
    return value != NULL && value[0] == '1' && value[1 + strspn(value + 1, " \t")] == '\0';
}

/* NULL where nothing speaks against it. */
static const char *why_forbidden(struct MHD_Connection *connection)
{
    if (!has_reload_header(connection))
        return "a reload needs the header " RELOAD_HEADER ": 1";
    if (MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Origin") != NULL)
        return "a reload is nothing for a web page: the request has an Origin";
    return NULL;
}

static enum MHD_Result refuse(const struct exchange *exchange, const struct error *error)
{
    return exchange_error(exchange, MHD_HTTP_CONFLICT, error->message);
}

bool reload_is_over(const struct exchange *exchange, enum MHD_Result *result)
{
    const struct service *service = exchange->service;
    const char *forbidden = why_forbidden(exchange->connection);
    if (forbidden != NULL) {
        *result = exchange_error(exchange, MHD_HTTP_FORBIDDEN, forbidden);
        return false;
    }
    if (atomic_load(&service->is_stopping)) {
        *result = exchange_error(exchange, MHD_HTTP_SERVICE_UNAVAILABLE, "shutting down");
        return false;
    }
    if (exchange->again == NULL && exchange->haste == TRANSACTION_LATE) {
        *result = exchange_error(exchange, MHD_HTTP_SERVICE_UNAVAILABLE,
                                 "too many wait for a reload: try again later");
        return false;
    }
    uint64_t ticket =
        exchange->again != NULL ? exchange->again->ticket : reload_desk_ask(service->reloads);
    struct error error;
    switch (reload_desk_look(service->reloads, ticket, &error)) {
    case RELOAD_DONE:
        return true;
    case RELOAD_REFUSED:
        *result = refuse(exchange, &error);
        return false;
    default:
        *result = exchange_put_off(exchange, ticket);
        return false;
    }
}
