/* A reverse proxy on this machine connects from a loopback address, too; what it adds to a request
   tells it from somebody who sits here, and so does the host that a client asked it for. */
#include "server/http/local_request.h"

#include <string.h>
#include <strings.h>

static bool is_forwarded(const struct request_fields *fields)
{
    return fields->forwarding.forwarded != NULL || fields->forwarding.x_forwarded_for != NULL ||
           fields->forwarding.x_forwarded_proto != NULL || fields->via != NULL ||
           fields->x_real_ip != NULL;
}

/* `host` is valid (request_head.c), with or without a port. */
static bool is_loopback_host(const char *host)
{
    static const char *const names[] = {"localhost", "[::1]"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t length = strlen(names[i]);
        if (strncasecmp(host, names[i], length) == 0 &&
            (host[length] == '\0' || host[length] == ':'))
            return true;
    }
    size_t length = strcspn(host, ":");
    return strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") == length;
}

bool request_is_local(const struct request *request)
{
    return request->is_from_loopback && !is_forwarded(&request->fields) && request->host != NULL &&
           is_loopback_host(request->host);
}
