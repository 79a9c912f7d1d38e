/* A handful of networks, compared one after the other; set once at the start and only read
   after. */
#include "server/http/trusted_proxies.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IPV4_PREFIX_BYTES 12
#define IPV6_NETWORK_BYTES 8
static const unsigned char ipv4_prefix[IPV4_PREFIX_BYTES] = {[10] = 0xff, [11] = 0xff};

static void set_ipv4(struct ip_address *address, const struct in_addr *ipv4)
{
    memcpy(address->bytes, ipv4_prefix, sizeof ipv4_prefix);
    memcpy(address->bytes + IPV4_PREFIX_BYTES, ipv4, sizeof *ipv4);
}

static bool is_ipv4(const struct ip_address *address)
{
    return memcmp(address->bytes, ipv4_prefix, sizeof ipv4_prefix) == 0;
}

int ip_address_parse(const char *text, struct ip_address *address)
{
    struct in_addr ipv4;
    if (inet_pton(AF_INET, text, &ipv4) == 1) {
        set_ipv4(address, &ipv4);
        return 0;
    }
    return inet_pton(AF_INET6, text, address->bytes) == 1 ? 0 : -1;
}

int ip_address_of(const struct sockaddr *socket_address, struct ip_address *address)
{
    if (socket_address->sa_family == AF_INET) {
        set_ipv4(address, &((const struct sockaddr_in *)(const void *)socket_address)->sin_addr);
        return 0;
    }
    if (socket_address->sa_family != AF_INET6)
        return -1;
    memcpy(address->bytes, &((const struct sockaddr_in6 *)(const void *)socket_address)->sin6_addr,
           sizeof address->bytes);
    return 0;
}

bool ip_address_is_loopback(const struct ip_address *address)
{
    static const unsigned char ipv6_loopback[sizeof address->bytes] = {[15] = 1};
    return is_ipv4(address) ? address->bytes[IPV4_PREFIX_BYTES] == 127
                            : memcmp(address->bytes, ipv6_loopback, sizeof ipv6_loopback) == 0;
}

struct ip_address ip_address_of_client(const struct ip_address *address)
{
    struct ip_address client = *address;
    if (!is_ipv4(address))
        memset(client.bytes + IPV6_NETWORK_BYTES, 0, sizeof client.bytes - IPV6_NETWORK_BYTES);
    return client;
}

void ip_address_write(const struct ip_address *address, char *text)
{
    bool is_short = is_ipv4(address);
    inet_ntop(is_short ? AF_INET : AF_INET6, address->bytes + (is_short ? IPV4_PREFIX_BYTES : 0),
              text, INET6_ADDRSTRLEN);
}

int trusted_proxies_add(struct trusted_proxies *proxies, const char *network, struct error *error)
{
    static const char form[] = "write an address or a network like 10.0.0.0/8 or fd00::/8";
    if (proxies->n_networks == TRUSTED_PROXIES_MAX)
        return error_set(error, "more than %d networks", TRUSTED_PROXIES_MAX);
    char text[INET6_ADDRSTRLEN];
    size_t length = strcspn(network, "/");
    struct ip_address address;
    if (length >= sizeof text)
        return error_set(error, "bad network '%s': %s", network, form);
    memcpy(text, network, length);
    text[length] = '\0';
    if (ip_address_parse(text, &address) != 0)
        return error_set(error, "bad network '%s': %s", network, form);
    bool is_short = strchr(text, ':') == NULL;
    unsigned long n_bits = is_short ? 32 : 128;
    if (network[length] == '/') {
        const char *digits = network + length + 1;
        size_t n_digits = strspn(digits, "0123456789");
        unsigned long given = n_digits > 0 && n_digits <= 3 ? strtoul(digits, NULL, 10) : 129;
        if (digits[n_digits] != '\0' || given > n_bits)
            return error_set(error,
                             "bad network '%s': what follows the slash is a number from 0 to %lu",
                             network, n_bits);
        n_bits = given;
    }
    proxies->networks[proxies->n_networks].address = address;
    proxies->networks[proxies->n_networks].n_bits =
        (unsigned)n_bits + (is_short ? 8 * IPV4_PREFIX_BYTES : 0);
    proxies->n_networks++;
    return 0;
}

static bool begin_alike(const struct ip_address *left, const struct ip_address *right,
                        unsigned n_bits)
{
    unsigned n_bytes = n_bits / 8;
    unsigned n_more = n_bits % 8;
    if (memcmp(left->bytes, right->bytes, n_bytes) != 0)
        return false;
    return n_more == 0 || (left->bytes[n_bytes] ^ right->bytes[n_bytes]) >> (8 - n_more) == 0;
}

bool trusted_proxies_have(const struct trusted_proxies *proxies, const struct ip_address *address)
{
    for (size_t i = 0; i < proxies->n_networks; i++)
        if (begin_alike(address, &proxies->networks[i].address, proxies->networks[i].n_bits))
            return true;
    return false;
}
