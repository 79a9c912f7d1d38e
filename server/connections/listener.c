/* The socket is opened here and not by libmicrohttpd, which would hide why it failed and which port
   the system chose. */
#include "server/connections/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/filter.h>
#include <netdb.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int listen_address_parse(const char *text, struct listen_address *address, struct error *error)
{
    static const char form[] = "write ADDR:PORT, e.g. 127.0.0.1:8888 or [::1]:8888";
    const char *colon = strrchr(text, ':');
    if (colon == NULL || colon == text)
        return error_set(error, "bad address '%s': %s", text, form);
    const char *host = text;
    size_t length = (size_t)(colon - text);
    if (host[0] == '[' && host[length - 1] == ']') {
        host++;
        length -= 2;
    } else if (memchr(host, ':', length) != NULL) {
        return error_set(error, "bad address '%s': put an IPv6 address in brackets, [::1]:8888",
                         text);
    }
    if (length == 0 || length >= sizeof address->host)
        return error_set(error, "bad address '%s': %s", text, form);
    char *end;
    errno = 0;
    unsigned long port = strtoul(colon + 1, &end, 10);
    if (colon[1] < '0' || colon[1] > '9' || *end != '\0' || errno != 0 || port > 65535)
        return error_set(error, "bad port in '%s': a port is a number from 0 to 65535", text);
    *address = (struct listen_address){.port = (unsigned short)port};
    memcpy(address->host, host, length);
    return 0;
}

static int explain(const struct listen_address *address, const char *option, struct error *error)
{
    const char *hint = "";
    if (errno == EADDRINUSE)
        hint = ": stop the program that uses it or choose another port with ";
    else if (errno == EACCES)
        hint = ": ports below 1024 need privileges, choose another with ";
    else if (errno == EADDRNOTAVAIL)
        hint = ": this machine has no such address, choose another with ";
    return error_set(error, "cannot listen on %s, port %u: %s%s%s", address->host,
                     (unsigned)address->port, strerror(errno), hint, hint[0] != '\0' ? option : "");
}

static int open_socket(const struct addrinfo *info)
{
    int descriptor = socket(info->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return -1;
    const int on = 1;
    const int off = 0;
    /* A restart need not wait for the old connections' end; [::] serves IPv4 too. */
    if (setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        (info->ai_family != AF_INET6 ||
         setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) == 0) &&
        bind(descriptor, info->ai_addr, info->ai_addrlen) == 0 &&
        listen(descriptor, SOMAXCONN) == 0)
        return descriptor;
    int reason = errno;
    close(descriptor);
    errno = reason;
    return -1;
}

/* To be freed by freeaddrinfo; NULL and why. */
static struct addrinfo *look_up(const struct listen_address *address, struct error *error)
{
    char port[8];
    snprintf(port, sizeof port, "%u", (unsigned)address->port);
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    struct addrinfo *found;
    const char *host = address->number[0] != '\0' ? address->number : address->host;
    int status = getaddrinfo(host, port, &hints, &found);
    if (status == 0)
        return found;
    error_set(error, "cannot listen on '%s': %s", address->host, gai_strerror(status));
    return NULL;
}

int listen_address_resolve(struct listen_address *address, struct error *error)
{
    struct addrinfo *found = look_up(address, error);
    if (found == NULL)
        return -1;
    const struct sockaddr_in *ipv4 = (const void *)found->ai_addr;
    const struct sockaddr_in6 *ipv6 = (const void *)found->ai_addr;
    bool is_ipv6 = found->ai_family == AF_INET6;
    char host[INET6_ADDRSTRLEN];
    inet_ntop(found->ai_family,
              is_ipv6 ? (const void *)&ipv6->sin6_addr : (const void *)&ipv4->sin_addr, host,
              sizeof host);
    if (is_ipv6 && ipv6->sin6_scope_id != 0)
        snprintf(address->number, sizeof address->number, "%s%%%" PRIu32, host,
                 ipv6->sin6_scope_id);
    else
        snprintf(address->number, sizeof address->number, "%s", host);
    freeaddrinfo(found);
    return 0;
}

int listener_open(const struct listen_address *address, const char *option, struct error *error)
{
    struct addrinfo *found = look_up(address, error);
    if (found == NULL)
        return -1;
    int descriptor = open_socket(found);
    if (descriptor < 0)
        explain(address, option, error);
    freeaddrinfo(found);
    return descriptor;
}

/* A socket filter sees a segment from its TCP header on; of those that come to a listening socket,
   only the first of a connection has SYN. */
int listener_stop_handshakes(int descriptor)
{
    enum { FLAGS_OFFSET = 13, SYN = 0x02 };
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, FLAGS_OFFSET),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, SYN, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0),
        BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
    };
    const struct sock_fprog filter = {sizeof code / sizeof code[0], code};
    return setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter);
}

bool listener_is_wanted(int descriptor)
{
    struct pollfd polled = {.fd = descriptor, .events = POLLIN};
    return poll(&polled, 1, 0) == 1;
}

int listener_name(int descriptor, char name[LISTENER_NAME_SIZE], struct error *error)
{
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    char host[INET6_ADDRSTRLEN];
    char port[8];
    if (getsockname(descriptor, (struct sockaddr *)&address, &size) != 0 ||
        getnameinfo((struct sockaddr *)&address, size, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return error_set(error, "cannot tell the address that the server listens on: %s",
                         strerror(errno));
    snprintf(name, LISTENER_NAME_SIZE, address.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host,
             port);
    return 0;
}
