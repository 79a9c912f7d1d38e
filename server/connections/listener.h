/* The listening socket. */
#ifndef CRATEDEX_SERVER_LISTENER_H
#define CRATEDEX_SERVER_LISTENER_H

#include <cratedex/error.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

#define LISTEN_HOST_SIZE 256

/* Where to listen: a numeric address or a host name, and a port (0: any that is free). */
struct listen_address {
    char host[LISTEN_HOST_SIZE]; /* an IPv6 address without its brackets */
    unsigned short port;
    char number[LISTEN_HOST_SIZE]; /* the host's address; empty: it has not been looked up */
};

/* Parses `127.0.0.1:8888`, `[::1]:0`, `localhost:80`. Returns 0, or -1 and what to write
   instead. */
int listen_address_parse(const char *text, struct listen_address *address, struct error *error);

/* Looks up the address of the host, for times when no name can be.
   Returns 0, or -1 and why. */
int listen_address_resolve(struct listen_address *address, struct error *error);

/* Opens, binds and listens: the descriptor, or -1 and why, with what to do about it. `option`
   (--listen) is what the address was given by. */
int listener_open(const struct listen_address *address, const char *option, struct error *error);

/* Has the kernel begin no more connections on a listening socket, while those that have begun are
   still to be accepted: who tries finds nobody yet, and tries again after a second. Returns -1
   where the kernel cannot do that. */
int listener_stop_handshakes(int descriptor);

/* Whether connections wait to be accepted. */
bool listener_is_wanted(int descriptor);

/* Writes the address of a socket as a URL has it, `127.0.0.1:8888` or `[::1]:8888`. Returns 0 or
   -1. */
#define LISTENER_NAME_SIZE (INET6_ADDRSTRLEN + 16)
int listener_name(int descriptor, char name[LISTENER_NAME_SIZE], struct error *error);

#endif
