/* Both fields are lists to which each proxy appends what it sees, so only the right end can be
   believed. They are read once from the left: an address that is not a proxy's takes the place of
   what was found before, one that is a proxy's only where nothing was found; an element that hides
   its address makes the findings void. What is left at the end is what a walk from the right would
   have found.

   Which of the two fields a proxy writes is not known here. X-Forwarded-For goes first, for it is
   what nginx, Varnish, HAProxy and CDNs write unasked: a client's own Forwarded then passes through
   such a proxy without effect. */
#include "server/http/forwarding.h"

#include <string.h>
#include <strings.h>

struct span {
    const char *text;
    size_t length;
};

/* Cuts the part up to the next `delimiter` off the front, minding quoted strings where
   `has_quotes`; then returns false where the last one has no end. */
static bool take_part(struct span *rest, char delimiter, bool has_quotes, struct span *part)
{
    bool is_quoted = false;
    *part = (struct span){rest->text, 0};
    while (part->length < rest->length && (is_quoted || part->text[part->length] != delimiter)) {
        if (has_quotes && part->text[part->length] == '"')
            is_quoted = !is_quoted;
        else if (is_quoted && part->text[part->length] == '\\' && part->length + 1 < rest->length)
            part->length++;
        part->length++;
    }
    size_t taken = part->length < rest->length ? part->length + 1 : part->length;
    rest->text += taken;
    rest->length -= taken;
    return !is_quoted;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

static struct span trim(struct span span)
{
    while (span.length > 0 && is_space(span.text[0])) {
        span.text++;
        span.length--;
    }
    while (span.length > 0 && is_space(span.text[span.length - 1]))
        span.length--;
    return span;
}

/* No address and no scheme has anything to escape, so that quotes can just be taken off. */
static struct span unquote(struct span span)
{
    if (span.length >= 2 && span.text[0] == '"' && span.text[span.length - 1] == '"')
        return (struct span){span.text + 1, span.length - 2};
    return span;
}

/* An address, `[IPv6]`, and either with a port. Returns -1 for `unknown`, `_hidden` and the
   like. */
static int parse_node(struct span node, struct ip_address *address)
{
    char text[64];
    if (node.length >= sizeof text)
        return -1;
    memcpy(text, node.text, node.length);
    text[node.length] = '\0';
    if (text[0] == '[') {
        char *end = strchr(text, ']');
        if (end == NULL || (end[1] != '\0' && end[1] != ':'))
            return -1;
        *end = '\0';
        return ip_address_parse(text + 1, address);
    }
    char *colon = strchr(text, ':');
    if (colon != NULL && strchr(colon + 1, ':') == NULL)
        *colon = '\0';
    return ip_address_parse(text, address);
}

static const char *known_scheme(struct span scheme)
{
    if (scheme.length == 5 && strncasecmp(scheme.text, "https", 5) == 0)
        return "https";
    if (scheme.length == 4 && strncasecmp(scheme.text, "http", 4) == 0)
        return "http";
    return NULL;
}

/* Takes the next element's word for it. */
static void see_node(const struct trusted_proxies *proxies, struct span node, const char *scheme,
                     struct forwarding *forwarding)
{
    struct ip_address address;
    if (parse_node(node, &address) != 0) {
        forwarding->has_client = false;
        forwarding->scheme = scheme;
        return;
    }
    if (forwarding->has_client && trusted_proxies_have(proxies, &address))
        return;
    forwarding->has_client = true;
    forwarding->scheme = scheme;
    ip_address_write(&address, forwarding->client);
}

static void read_element(const struct trusted_proxies *proxies, struct span element,
                         struct forwarding *forwarding)
{
    struct span node = {"", 0};
    const char *scheme = NULL;
    while (element.length > 0) {
        struct span value;
        struct span name;
        take_part(&element, ';', true, &value);
        value = trim(value);
        take_part(&value, '=', true, &name);
        if (name.length == 3 && strncasecmp(name.text, "for", 3) == 0)
            node = unquote(value);
        else if (name.length == 5 && strncasecmp(name.text, "proto", 5) == 0)
            scheme = known_scheme(unquote(value));
    }
    see_node(proxies, node, scheme, forwarding);
}

/* A client may open a quoted string that swallows what the proxies append. They close what they
   open, so that one quote is then left over in the end, and nothing is believed. */
static void read_forwarded(const struct trusted_proxies *proxies, struct span rest,
                           struct forwarding *forwarding)
{
    while (rest.length > 0) {
        struct span element;
        if (!take_part(&rest, ',', true, &element)) {
            forwarding->has_client = false;
            forwarding->scheme = NULL;
            return;
        }
        element = trim(element);
        if (element.length > 0)
            read_element(proxies, element, forwarding);
    }
}

static void read_x_forwarded_for(const struct trusted_proxies *proxies, struct span rest,
                                 struct forwarding *forwarding)
{
    while (rest.length > 0) {
        struct span node;
        take_part(&rest, ',', false, &node);
        node = trim(node);
        if (node.length > 0)
            see_node(proxies, node, NULL, forwarding);
    }
}

void forwarding_read(const struct trusted_proxies *proxies, const struct forwarding_fields *fields,
                     struct forwarding *forwarding)
{
    forwarding->has_client = false;
    forwarding->scheme = NULL;
    if (fields->x_forwarded_for != NULL)
        read_x_forwarded_for(
            proxies, (struct span){fields->x_forwarded_for, strlen(fields->x_forwarded_for)},
            forwarding);
    else if (fields->forwarded != NULL)
        read_forwarded(proxies, (struct span){fields->forwarded, strlen(fields->forwarded)},
                       forwarding);
    if (fields->x_forwarded_proto != NULL) {
        const char *comma = strrchr(fields->x_forwarded_proto, ',');
        const char *last = comma != NULL ? comma + 1 : fields->x_forwarded_proto;
        forwarding->scheme = known_scheme(trim((struct span){last, strlen(last)}));
    }
}
