/* Where the service manager listens to its services: a datagram socket that NOTIFY_SOCKET names
   (sd_notify(3)). */
#ifndef CRATEDEX_SERVER_NOTIFY_SOCKET_H
#define CRATEDEX_SERVER_NOTIFY_SOCKET_H

/* Sends a message of lines, KEY=VALUE each, without waiting. Returns 0, also where nobody listens,
   or -1 where there is no room for it now: another time there may be. */
int notify_socket_send(const char *message);

#endif
