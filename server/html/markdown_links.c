/* An address is taken apart no further than needed to know that it is one of http or https. What
   stands in the attribute is ASCII without quotes: all else is percent-encoded, as URLs have it
   (RFC 3986), so that nothing of it can end the attribute.

   cmark-gfm's extension for addresses in text is not used: that of Debian 12 reads before the
   beginning of its buffer (CVE-2023-22485) and takes a time that grows with the square of the text
   (CVE-2023-22483). */
#include "server/html/markdown_links.h"

#include "server/html/escape.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define MAX_ADDRESS 2048
#define LINK_BEGIN "<a rel=\"nofollow noopener\" href=\""

static bool is_web_address(const char *address, size_t length)
{
    size_t scheme = length > 8 && strncasecmp(address, "https://", 8) == 0  ? 8
                    : length > 7 && strncasecmp(address, "http://", 7) == 0 ? 7
                                                                            : 0;
    unsigned char first = scheme > 0 ? (unsigned char)address[scheme] : '/';
    return first > ' ' && strchr("/?#\\@:\"<>", first) == NULL;
}

static int write_address(const char *address, size_t length, msgpack_sbuffer *out)
{
    static const char digits[] = "0123456789ABCDEF";
    int result = 0;
    for (size_t i = 0; i < length && result == 0; i++) {
        unsigned char byte = (unsigned char)address[i];
        if (byte == '&') {
            result = html_append(out, "&amp;", 5);
        } else if (byte <= ' ' || byte >= 0x7F || strchr("\"'<>\\^`{|}", byte) != NULL) {
            char encoded[3] = {'%', digits[byte >> 4], digits[byte & 15]};
            result = html_append(out, encoded, sizeof encoded);
        } else {
            result = html_append(out, address + i, 1);
        }
    }
    return result;
}

/* A path below the base: no scheme, no host, and it does not climb. */
static bool is_below(const char *address)
{
    size_t first = strcspn(address, "/?#:");
    if (address[0] == '\0' || address[first] == ':' || address[0] == '#' || address[0] == '?' ||
        strncmp(address, "//", 2) == 0 || strchr(address, '\\') != NULL)
        return false;
    return strncmp(address, "..", 2) != 0 && strstr(address, "/..") == NULL;
}

int markdown_link_begin(const char *address, const char *base, bool *is_link, msgpack_sbuffer *out)
{
    size_t length = strlen(address);
    bool is_relative = base[0] != '\0' && is_below(address);
    *is_link = length <= MAX_ADDRESS && (is_relative || is_web_address(address, length));
    if (!*is_link)
        return 0;
    int result = html_append(out, LINK_BEGIN, strlen(LINK_BEGIN));
    if (is_relative && result == 0) {
        address += strncmp(address, "./", 2) == 0 ? 2 : address[0] == '/' ? 1 : 0;
        result = write_address(base, strlen(base), out);
    }
    if (result == 0)
        result = write_address(address, strlen(address), out);
    return result == 0 ? html_append(out, "\">", 2) : -1;
}

/* The address at `text` without what ends a sentence or a bracket around it, as GitHub has it. */
static size_t address_length(const char *text, size_t length)
{
    size_t n = 0;
    int n_open = 0;
    while (n < length && n <= MAX_ADDRESS && (unsigned char)text[n] > ' ' && text[n] != '<') {
        n_open += (text[n] == '(') - (text[n] == ')');
        n++;
    }
    while (n > 0 &&
           (strchr("?!.,:;*_~'\"", text[n - 1]) != NULL || (text[n - 1] == ')' && n_open < 0))) {
        n_open += text[n - 1] == ')';
        n--;
    }
    return n <= MAX_ADDRESS && is_web_address(text, n) ? n : 0;
}

static bool may_begin(const char *text, size_t at)
{
    unsigned char before = at == 0 ? ' ' : (unsigned char)text[at - 1];
    return before <= ' ' || strchr("*_~(\"'", before) != NULL;
}

static int write_link(const char *address, size_t length, msgpack_sbuffer *out)
{
    return html_append(out, LINK_BEGIN, strlen(LINK_BEGIN)) == 0 &&
                   write_address(address, length, out) == 0 && html_append(out, "\">", 2) == 0 &&
                   html_escape(out, address, length) == 0 && html_append(out, "</a>", 4) == 0
               ? 0
               : -1;
}

int markdown_link_text(const char *text, size_t length, msgpack_sbuffer *out)
{
    size_t run = 0;
    for (size_t i = 0; i + 7 < length; i++) {
        if ((text[i] != 'h' && text[i] != 'H') || !may_begin(text, i))
            continue;
        size_t n = is_web_address(text + i, length - i) ? address_length(text + i, length - i) : 0;
        if (n == 0)
            continue;
        if (html_escape(out, text + run, i - run) != 0 || write_link(text + i, n, out) != 0)
            return -1;
        run = i + n;
        i = run - 1;
    }
    return html_escape(out, text + run, length - run);
}

const char *markdown_link_base(const char *repository, char *base, size_t size)
{
    static const struct {
        const char *host;
        const char *files;
    } hosts[] = {{"github.com/", "/blob/"}, {"gitlab.com/", "/-/blob/"}};
    base[0] = '\0';
    if (!is_web_address(repository, strlen(repository)))
        return base;
    const char *host = strstr(repository, "//") + 2;
    host += strncasecmp(host, "www.", 4) == 0 ? 4 : 0;
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        size_t n_host = strlen(hosts[i].host);
        if (strncasecmp(host, hosts[i].host, n_host) != 0)
            continue;
        const char *owner = host + n_host;
        size_t n_owner = strcspn(owner, "/?#");
        const char *name = owner[n_owner] == '/' ? owner + n_owner + 1 : "";
        size_t n_name = strcspn(name, "/?#");
        /* The branch and the folder, where the address has them. */
        const char *rest = name + n_name;
        rest += strncmp(rest, "/-", 2) == 0 ? 2 : 0;
        const char *tree = strncmp(rest, "/tree/", 6) == 0 ? rest + 6 : "HEAD";
        size_t n_tree = strcspn(tree, "?#");
        while (n_tree > 0 && tree[n_tree - 1] == '/')
            n_tree--;
        if (n_name > 4 && strncmp(name + n_name - 4, ".git", 4) == 0)
            n_name -= 4;
        int length = snprintf(base, size, "https://%s%.*s/%.*s%s%.*s/", hosts[i].host, (int)n_owner,
                              owner, (int)n_name, name, hosts[i].files, (int)n_tree, tree);
        if (n_owner == 0 || n_name == 0 || n_tree == 0 || length < 0 || (size_t)length >= size)
            base[0] = '\0';
        break;
    }
    return base;
}
