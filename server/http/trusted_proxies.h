/* The networks whose word about a request's origin is believed (--trust-proxy). */
#ifndef CRATEDEX_SERVER_TRUSTED_PROXIES_H
#define CRATEDEX_SERVER_TRUSTED_PROXIES_H

#include <cratedex/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#define TRUSTED_PROXIES_MAX 64

/* An address of either family: IPv4 as ::ffff:a.b.c.d, so that a socket on [::] and one on 0.0.0.0
   see the same. */
struct ip_address {
    unsigned char bytes[16];
};

struct trusted_proxies {
    struct {
        struct ip_address address;
        unsigned n_bits; /* of 128: how many of the address's first bits count */
    } networks[TRUSTED_PROXIES_MAX];
    size_t n_networks;
};

/* Reads `1.2.3.4` or `2001:db8::1`, nothing else. Returns 0 or -1. */
int ip_address_parse(const char *text, struct ip_address *address);

/* Of a connected peer. Returns 0, or -1 for another family than IPv4 and IPv6. */
int ip_address_of(const struct sockaddr *socket_address, struct ip_address *address);

/* 127.0.0.0/8 or ::1. */
bool ip_address_is_loopback(const struct ip_address *address);

/* What of it tells one client from another: all of IPv4, the /64 network of IPv6, which mostly has
   one whole. The rest becomes 0. */
struct ip_address ip_address_of_client(const struct ip_address *address);

/* Writes it to `text`, which has INET6_ADDRSTRLEN bytes; IPv4 without the prefix. */
void ip_address_write(const struct ip_address *address, char *text);

/* Adds `10.0.0.0/8`, `fd00::/8` or a single address. Returns 0, or -1 and what is wrong. */
int trusted_proxies_add(struct trusted_proxies *proxies, const char *network, struct error *error);

bool trusted_proxies_have(const struct trusted_proxies *proxies, const struct ip_address *address);

#endif
