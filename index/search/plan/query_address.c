/* A table of patterns says where in a path a name stands; `*` is any segment. Addresses are looked
   for where a word begins, so that they are found in Markdown and in angle brackets too. */
#include "index/search/plan/query_address.h"

#include "index/base/ascii.h"
#include "index/search/plan/query_cursor.h"

#include <string.h>

static const char *const patterns[] = {
    "pkg:cargo/",
    "crates.io/crates/",
    "crates.io/api/v1/crates/",
    "crates.io/install/",
    "crates.io/search?q=",
    "static.crates.io/crates/",
    "static.crates.io/readmes/",
    "index.crates.io/*/*/",
    "docs.rs/crate/",
    "docs.rs/",
    "lib.rs/crates/",
    "lib.rs/install/",
    "lib.rs/search?q=",
    "deps.rs/crate/",
    "libraries.io/cargo/",
    "rustsec.org/packages/",
    "img.shields.io/crates/*/",
    "img.shields.io/docsrs/",
    "shields.io/crates/*/",
    "badge.fury.io/rs/",
    "github.com/*/",
    "git@github.com:*/",
    "raw.githubusercontent.com/*/",
    "api.github.com/repos/*/",
    "gitlab.com/*/",
    "git@gitlab.com:*/",
    "codeberg.org/*/",
    "bitbucket.org/*/",
    "git.sr.ht/*/",
};

/* First segments that are pages of the site itself. */
static const char *const pages[] = {"about", "releases", "search", "-"};

static bool is_of_segment(char c)
{
    return query_is_name_byte(c) || c == '.' || c == '~' || c == '%' || c == '+' || c == '@';
}

static bool take_segment(struct query_cursor *cursor)
{
    const char *start = cursor->at;
    while (is_of_segment(query_peek(cursor)))
        cursor->at++;
    return cursor->at > start;
}

static bool take_pattern(struct query_cursor *cursor, const char *pattern)
{
    struct query_cursor ahead = *cursor;
    for (; *pattern != '\0'; pattern++) {
        if (*pattern == '*') {
            if (!take_segment(&ahead))
                return false;
        } else if (ascii_lower(query_peek(&ahead)) == *pattern) {
            ahead.at++;
        } else {
            return false;
        }
    }
    *cursor = ahead;
    return true;
}

/* What other registries have behind `//host`, ours among them. */
static const char *const registry_patterns[] = {"*/crates/", "*:*/crates/", "*/api/v1/crates/",
                                                "*:*/api/v1/crates/"};

static bool take_any(struct query_cursor *cursor, const char *const *list, size_t n_list)
{
    for (size_t i = 0; i < n_list; i++) {
        if (take_pattern(cursor, list[i]))
            return true;
    }
    return false;
}
#define TAKE_ANY(cursor, list) take_any(cursor, list, sizeof(list) / sizeof *(list))

static bool is_page(struct search_string name)
{
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        if (name.length == strlen(pages[i]) && memcmp(name.data, pages[i], name.length) == 0)
            return true;
    }
    return false;
}

/* The name, and a version behind `/` or `@`, at what a pattern led to. */
static bool take_crate(struct query_cursor *cursor, struct query_names *names)
{
    struct search_string name;
    struct search_string version;
    if (!query_take_name(cursor, &name) || is_page(name) || query_peek(cursor) == '+' ||
        query_peek(cursor) == '%') /* several words */
        return false;
    query_names_add(names, name);
    struct query_cursor ahead = *cursor;
    if ((query_take(&ahead, "/") || query_take(&ahead, "@")) &&
        query_take_version(&ahead, &version))
        query_names_set_version(names, version);
    return true;
}

bool query_addresses_read(struct search_string text, struct query_names *names)
{
    struct query_cursor cursor = {text.data, text.data + text.length};
    if (text.length == 0 || memchr(text.data, '/', text.length) == NULL)
        return false;
    while (!query_at_end(&cursor)) {
        struct query_cursor ahead = cursor;
        size_t n_before = (size_t)(cursor.at - text.data);
        bool begins_word =
            n_before == 0 || (!query_is_name_byte(cursor.at[-1]) && cursor.at[-1] != '.');
        bool has_scheme = n_before > 2 && cursor.at[-1] == '/' && cursor.at[-2] == '/';
        if (begins_word)
            take_pattern(&ahead, "www.");
        if (begins_word &&
            (TAKE_ANY(&ahead, patterns) || (has_scheme && TAKE_ANY(&ahead, registry_patterns))) &&
            take_crate(&ahead, names)) {
            /* The rest of the address is not looked at. */
            while (!query_at_end(&ahead) && strchr(" \n)]>\"'", *ahead.at) == NULL)
                ahead.at++;
            cursor = ahead;
        } else {
            cursor.at++;
        }
    }
    return names->n_names > 0;
}
