/* The part of the URL Standard (https://url.spec.whatwg.org) that decides whether an http address
   is one and which host it names: white space and control characters go, slashes may be any number
   of either kind, the host begins behind the last @, is percent-decoded and becomes ASCII. Behind
   the host nothing can fail. crates.io parses by a library of that standard, and so does the
   browser that gets the link: a parser of RFC 3986 (uriparser, libcurl) would let `http:\\host` and
   `java\nscript:` be something else than they are there. Debian 12 has no C library of that
   standard. International names are libidn2's work, by the tables of Unicode.

   The text up to the end of the host is copied once, without what is dropped, and taken apart in
   place. No name of a host is longer than 253 bytes, so an address whose host and user part pass a
   buffer is none. */
#include "index/dump/web_address.h"

#include "index/base/ascii.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <idn2.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MAX_AUTHORITY_BYTES 1024

/* What an address is read from, a character at a time. */
struct characters {
    const char *at;
    const char *end;
};

static bool is_space_or_control(char c)
{
    return (unsigned char)c <= ' ';
}

/* The next character, but for tabs and line ends, which are no part of an address; 0 at the end. */
static char next_character(struct characters *characters)
{
    while (characters->at < characters->end) {
        char c = *characters->at++;
        if (c != '\t' && c != '\n' && c != '\r')
            return c;
    }
    return '\0';
}

/* Reads over `http:` or `https:`. */
static bool skip_scheme(struct characters *characters)
{
    char scheme[sizeof "https"];
    size_t length = 0;
    char c;
    while ((c = next_character(characters)) != ':') {
        if (c == '\0' || length == sizeof scheme - 1)
            return false;
        scheme[length++] = c;
    }
    scheme[length] = '\0';
    return strcasecmp(scheme, "http") == 0 || strcasecmp(scheme, "https") == 0;
}

/* Copies what lies between the slashes and the path, NUL-terminated. */
static bool copy_authority(struct characters *characters, char authority[MAX_AUTHORITY_BYTES])
{
    size_t length = 0;
    char c = next_character(characters);
    while (c == '/' || c == '\\')
        c = next_character(characters);
    for (; c != '\0' && strchr("/\\?#", c) == NULL; c = next_character(characters)) {
        if (length == MAX_AUTHORITY_BYTES - 1)
            return false;
        authority[length++] = c;
    }
    authority[length] = '\0';
    /* A NUL byte is no end of the text: it can be in no host. */
    return c != '\0' || characters->at == characters->end;
}

/* Cuts `:port` off and says whether it is a port; none, and nothing behind the colon, is one. */
static bool cut_port(char *host)
{
    char *colon = strchr(host[0] == '[' ? host + strcspn(host, "]") : host, ':');
    if (colon == NULL)
        return true;
    *colon = '\0';
    const char *digits = colon + 1;
    return digits[strspn(digits, "0123456789")] == '\0' && strtoul(digits, NULL, 10) <= UINT16_MAX;
}

/* Decodes `%41` in place; a % that begins no such thing stays, and is refused later. Returns false
   where that makes a NUL byte. */
static bool decode_percents(char *text)
{
    char *out = text;
    for (const char *in = text; *in != '\0'; in++) {
        *out = *in;
        if (in[0] == '%' && isxdigit((unsigned char)in[1]) && isxdigit((unsigned char)in[2])) {
            const char digits[] = {in[1], in[2], '\0'};
            *out = (char)strtol(digits, NULL, 16);
            in += 2;
        }
        if (*out++ == '\0')
            return false;
    }
    *out = '\0';
    return true;
}

/* Whether no character stands in the name that no domain may have. */
static bool has_only_domain_characters(const char *host)
{
    for (const char *c = host; *c != '\0'; c++)
        if (is_space_or_control(*c) || *c == 0x7f || strchr("#%/:<>?@[\\]^|", *c) != NULL)
            return false;
    return true;
}

static bool is_international(const char *host)
{
    for (const char *label = host; label != NULL; label = strchr(label, '.')) {
        label += *label == '.';
        if (strncasecmp(label, "xn--", 4) == 0)
            return true;
    }
    for (; *host != '\0'; host++)
        if ((unsigned char)*host >= 0x80)
            return true;
    return false;
}

/* A name with letters beyond ASCII as it is in the DNS. libidn2 refuses symbols, which the standard
   and browsers do not, unless it is told to go by the older rules: those are tried for such a
   name. */
static bool make_ascii(char *host, size_t capacity)
{
    char *ascii = NULL;
    int result = idn2_to_ascii_8z(host, &ascii, IDN2_NONTRANSITIONAL);
    if (result == IDN2_DISALLOWED)
        result = idn2_to_ascii_8z(host, &ascii, IDN2_TRANSITIONAL);
    bool fits = result == IDN2_OK && strlen(ascii) < capacity;
    if (fits)
        memcpy(host, ascii, strlen(ascii) + 1);
    if (result == IDN2_OK)
        idn2_free(ascii);
    return fits;
}

/* A number of an IPv4 address: decimal, 0x hexadecimal or 0 octal; `0x` alone is zero. What passes
   64 bits is the largest number. */
static bool parse_ipv4_number(const char *text, uint64_t *value)
{
    const char *digits = "0123456789";
    int base = 10;
    if (text[0] == '\0')
        return false;
    if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
        digits = "0123456789abcdefABCDEF";
        base = 16;
        text += 2;
    } else if (text[0] == '0') {
        digits = "01234567";
        base = 8;
    }
    *value = strtoull(text, NULL, base);
    return text[strspn(text, digits)] == '\0';
}

/* Whether the last label, before a final dot, is a number: then the host is an IPv4 address or
   none. */
static bool ends_in_number(char *host)
{
    uint64_t value;
    size_t length = strlen(host);
    bool has_final_dot = host[length - 1] == '.';
    if (has_final_dot)
        host[length - 1] = '\0';
    const char *dot = strrchr(host, '.');
    const char *label = dot == NULL ? host : dot + 1;
    bool is_number = (label[0] != '\0' && label[strspn(label, "0123456789")] == '\0') ||
                     parse_ipv4_number(label, &value);
    if (has_final_dot)
        host[length - 1] = '.';
    return is_number;
}

/* One to four numbers, the last of which has the bits that are left. Cuts the host up. */
static bool is_ipv4_address(char *host)
{
    uint64_t value = 0;
    for (unsigned n_before = 0; n_before < 4; n_before++) {
        char *dot = strchr(host, '.');
        bool is_last = dot == NULL || dot[1] == '\0';
        if (dot != NULL)
            *dot = '\0';
        if (!parse_ipv4_number(host, &value))
            return false;
        if (is_last)
            return value < UINT64_C(1) << (8 * (4 - n_before));
        if (value > UINT8_MAX)
            return false;
        host = dot + 1;
    }
    return false;
}

/* Domains that crates.io leaves out, with all below them: nobody hosts documentation there any
   more. */
static const char *const left_out[] = {"rust-ci.org",  "rustless.org", "ironframework.io",
                                       "nebulanet.cc", "esp-rs.org",   "ncollide.org"};

/* A final dot means the same domain. */
static bool is_left_out(const char *host)
{
    size_t length = strlen(host);
    if (host[length - 1] == '.')
        length--;
    for (size_t i = 0; i < sizeof left_out / sizeof *left_out; i++) {
        size_t n = strlen(left_out[i]);
        if (length >= n && memcmp(host + length - n, left_out[i], n) == 0 &&
            (length == n || host[length - n - 1] == '.'))
            return true;
    }
    return false;
}

/* Judges a host, which is changed on the way. */
static bool host_is_shown(char *host, size_t capacity)
{
    size_t length = strlen(host);
    if (host[0] == '[') {
        struct in6_addr address;
        if (host[length - 1] != ']')
            return false;
        host[length - 1] = '\0';
        return inet_pton(AF_INET6, host + 1, &address) == 1;
    }
    if (!decode_percents(host) || (is_international(host) && !make_ascii(host, capacity)))
        return false;
    for (char *c = host; *c != '\0'; c++)
        *c = ascii_lower(*c);
    if (host[0] == '\0' || !has_only_domain_characters(host) || is_left_out(host))
        return false;
    return !ends_in_number(host) || is_ipv4_address(host);
}

bool web_address_is_shown(const char *text, size_t length)
{
    char authority[MAX_AUTHORITY_BYTES] = "";
    struct characters characters = {text, text + length};
    while (characters.at < characters.end && is_space_or_control(*characters.at))
        characters.at++;
    while (characters.at < characters.end && is_space_or_control(characters.end[-1]))
        characters.end--;
    if (!skip_scheme(&characters) || !copy_authority(&characters, authority))
        return false;
    char *at_sign = strrchr(authority, '@');
    char *host = at_sign == NULL ? authority : at_sign + 1;
    return cut_port(host) && host_is_shown(host, (size_t)(authority + sizeof authority - host));
}
