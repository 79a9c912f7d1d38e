/* libmicrohttpd keeps the head of a request and that of its answer in one piece of memory. Where
   the first leaves no room for the second it closes the connection without a word, but calls
   MHD_OPTION_NOTIFY_COMPLETED before: there the socket is still open, and nothing was sent. */
#include "server/http/last_answer.h"

#include "server/http/request_id.h"

#include <stdio.h>
#include <sys/socket.h>
#include <time.h>

#define DRAIN_BYTES 65536

static int descriptor_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info != NULL ? info->connect_fd : -1;
}

/* JSON whatever Accept said: nobody knows any more. */
void last_answer_send(struct MHD_Connection *connection, unsigned status, bool is_for_own_origin)
{
    static const char url_body[] = "{\"errors\":[{\"detail\":\"the URL is too long\"}]}";
    static const char fields_body[] =
        "{\"errors\":[{\"detail\":\"there are too many header fields or cookies, or they are too "
        "long\"}]}";
    const char *body = status == MHD_HTTP_URI_TOO_LONG ? url_body : fields_body;
    char text[1024];
    char id[REQUEST_ID_SIZE];
    char date[64];
    struct tm tm;
    time_t now = time(NULL);
    size_t body_size =
        status == MHD_HTTP_URI_TOO_LONG ? sizeof url_body - 1 : sizeof fields_body - 1;
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&now, &tm));
    request_id_make(id);
    int length =
        snprintf(text, sizeof text,
                 "HTTP/1.1 %u %s\r\nDate: %s\r\nConnection: close\r\n"
                 "Content-Type: application/json\r\nCache-Control: no-store\r\n"
                 "Server: cratedex/" CRATEDEX_VERSION "\r\nX-Request-Id: %s\r\n"
                 "%sContent-Length: %zu\r\n\r\n%s",
                 status, MHD_get_reason_phrase_for(status), date, id,
                 is_for_own_origin ? "" : "Access-Control-Allow-Origin: *\r\n", body_size, body);
    send(descriptor_of(connection), text, (size_t)length, MSG_DONTWAIT | MSG_NOSIGNAL);
    last_answer_drain(connection);
}

void last_answer_drain(struct MHD_Connection *connection)
{
    char unread[4096];
    int descriptor = descriptor_of(connection);
    for (size_t drained = 0; drained < DRAIN_BYTES; drained += sizeof unread)
        if (recv(descriptor, unread, sizeof unread, MSG_DONTWAIT) <= 0)
            return;
}
