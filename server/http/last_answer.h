/* What is sent past libmicrohttpd, on a connection that it is about to close. */
#ifndef CRATEDEX_SERVER_LAST_ANSWER_H
#define CRATEDEX_SERVER_LAST_ANSWER_H

#include <microhttpd.h>
#include <stdbool.h>

/* Sends a whole answer with this status, of 414 and 431, for scripts of any origin or not. Does not
   wait: what the socket does not take at once is lost. */
void last_answer_send(struct MHD_Connection *connection, unsigned status, bool is_for_own_origin);

/* Reads away what the client has sent and nobody will read, as far as it is here and not endless:
   closed over such bytes the system resets the connection, which takes the answer from a client
   that has not read it yet (RFC 9112, section 9.6). */
void last_answer_drain(struct MHD_Connection *connection);

#endif
