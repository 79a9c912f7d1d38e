/* The name of one exchange (X-Request-Id), by which a client's report, a proxy's log and ours find
   each other. */
#ifndef CRATEDEX_SERVER_REQUEST_ID_H
#define CRATEDEX_SERVER_REQUEST_ID_H

#include <stdbool.h>

#define REQUEST_ID_MAX_BYTES 128
#define REQUEST_ID_SIZE 33 /* of one of ours, with the NUL */

/* Whether a client's id may be repeated in headers and logs as it is: 1 to REQUEST_ID_MAX_BYTES
   bytes of A-Z a-z 0-9 . _ ~ + / = - only. */
bool request_id_is_sane(const char *text);

/* Writes a new one: 32 hexadecimal digits, unique for all practical purposes but no secret. Takes
   no lock. */
void request_id_make(char id[REQUEST_ID_SIZE]);

#endif
