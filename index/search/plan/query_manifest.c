/* TOML 1.0 as far as manifests go: keys with points, strings, inline tables, arrays. Without a
   header a key names a crate where its value is a version requirement or a table, and `name` does
   by its value. */
#include "index/search/plan/query_manifest.h"

#include <string.h>

static const struct search_string nothing = {NULL, 0};

static bool is_text(struct search_string string, const char *text)
{
    return string.length == strlen(text) && memcmp(string.data, text, string.length) == 0;
}

static bool ends_with(struct search_string string, const char *end)
{
    size_t length = strlen(end);
    return string.length >= length &&
           memcmp(string.data + string.length - length, end, length) == 0;
}

/* A string on one line, without its quotes. */
static bool take_quoted(struct query_cursor *cursor, struct search_string *string)
{
    char quote = query_peek(cursor);
    if (quote != '"' && quote != '\'')
        return false;
    const char *start = cursor->at + 1;
    const char *end = memchr(start, quote, (size_t)(cursor->end - start));
    if (end == NULL)
        return false;
    *string = (struct search_string){start, (size_t)(end - start)};
    cursor->at = end + 1;
    return true;
}

/* `a.b."c"`: the last two parts. */
static bool take_key(struct query_cursor *cursor, struct search_string *before,
                     struct search_string *last)
{
    *before = nothing;
    if (!query_take_name(cursor, last) && !take_quoted(cursor, last))
        return false;
    while (query_take(cursor, ".")) {
        *before = *last;
        if (!query_take_name(cursor, last) && !take_quoted(cursor, last))
            return false;
    }
    return true;
}

static bool is_name(struct search_string string)
{
    struct query_cursor cursor = {string.data, string.data + string.length};
    struct search_string name;
    return query_take_name(&cursor, &name) && query_at_end(&cursor);
}

/* `[dependencies]`, `[dependencies.serde]`, `[[package]]`. */
static bool take_header(struct query_cursor *cursor, enum query_section *section,
                        struct query_names *names)
{
    struct search_string before;
    struct search_string last;
    if (!query_take(cursor, "["))
        return false;
    bool is_array = query_take(cursor, "[");
    query_skip_spaces(cursor);
    if (!take_key(cursor, &before, &last))
        return false;
    query_skip_spaces(cursor);
    if (!query_take(cursor, is_array ? "]]" : "]"))
        return false;
    *section = ends_with(last, "dependencies") ? QUERY_SECTION_DEPENDENCIES : QUERY_SECTION_OTHER;
    if (before.data != NULL && ends_with(before, "dependencies") && is_name(last)) {
        query_names_add(names, last);
        *section = QUERY_SECTION_OTHER;
    }
    return true;
}

/* Moves behind the end of an array or an inline table, or of the text where it is cut short. */
static void skip_nested(struct query_cursor *cursor)
{
    size_t depth = 0;
    struct search_string string;
    do {
        char c = query_peek(cursor);
        if (take_quoted(cursor, &string))
            continue;
        depth += c == '{' || c == '[';
        depth -= c == '}' || c == ']';
        cursor->at++;
    } while (depth > 0 && !query_at_end(cursor));
}

/* The string that a key of an inline table has. */
static struct search_string member_of(struct query_cursor table, const char *key)
{
    struct search_string string;
    for (; !query_at_end(&table); table.at += !query_at_end(&table)) {
        if (query_is_name_byte(table.at[-1]) || !query_take_word(&table, key))
            continue;
        query_skip_spaces(&table);
        if (!query_take(&table, "="))
            continue;
        query_skip_spaces(&table);
        return take_quoted(&table, &string) ? string : nothing;
    }
    return nothing;
}

/* The first version of a whole requirement; nothing where it is none. */
static struct search_string version_of(struct search_string requirement)
{
    struct search_string version = nothing;
    if (requirement.data == NULL)
        return nothing;
    struct query_cursor cursor = {requirement.data, requirement.data + requirement.length};
    query_skip_spaces(&cursor);
    if (query_take_requirement(&cursor, &version) == QUERY_VERSION_NONE)
        return nothing;
    query_skip_spaces(&cursor);
    return query_at_end(&cursor) ? version : nothing;
}

/* What stands behind `name =` where a dependency does. */
static bool take_dependency(struct query_cursor *cursor, struct search_string key,
                            struct query_names *names)
{
    struct search_string value;
    struct search_string version = nothing;
    if (query_peek(cursor) == '{') {
        struct query_cursor table = {cursor->at + 1, cursor->end};
        skip_nested(cursor);
        table.end = cursor->at;
        struct search_string package = member_of(table, "package");
        if (package.data != NULL && is_name(package))
            key = package;
        version = version_of(member_of(table, "version"));
    } else if (take_quoted(cursor, &value)) {
        version = version_of(value);
        if (version.data == NULL && !is_text(value, "*"))
            return false;
    } else if (query_take_requirement(cursor, &version) < QUERY_VERSION_SHORT) {
        return false; /* the quotes are forgotten easily, but not any number is a version */
    }
    query_names_add(names, key);
    if (version.data != NULL)
        query_names_set_version(names, version);
    return true;
}

/* What stands behind `key =` in a table about one crate: `name`, `package` and `version` count. */
static bool take_property(struct query_cursor *cursor, struct search_string key,
                          struct query_names *names)
{
    struct search_string value;
    if (query_peek(cursor) == '{' || query_peek(cursor) == '[') {
        skip_nested(cursor);
        return true;
    }
    if (!take_quoted(cursor, &value))
        return query_take_word(cursor, "true") || query_take_word(cursor, "false") ||
               query_take_version(cursor, &value);
    if (is_text(key, "name") && is_name(value))
        query_names_add(names, value);
    else if (is_text(key, "version") && version_of(value).data != NULL)
        query_names_set_version(names, version_of(value));
    else if (is_text(key, "package") && names->n_names > 0 && is_name(value))
        names->names[names->n_names - 1] = value;
    return true;
}

static void skip_comment(struct query_cursor *cursor)
{
    while (query_peek(cursor) == ' ' || query_peek(cursor) == ',')
        cursor->at++;
    struct query_cursor ahead = *cursor;
    if (!query_take(&ahead, "#") || query_peek(&ahead) == '[' || query_peek(&ahead) == '!')
        return;
    while (!query_at_end(cursor) && query_peek(cursor) != '\n')
        cursor->at++;
}

static bool take_assignment(struct query_cursor *cursor, enum query_section *section,
                            struct query_names *names)
{
    struct search_string before;
    struct search_string key;
    if (!take_key(cursor, &before, &key))
        return false;
    query_skip_spaces(cursor);
    if (!query_take(cursor, "="))
        return false;
    query_skip_spaces(cursor);
    if (*section == QUERY_SECTION_OTHER)
        return take_property(cursor, key, names);
    if (*section == QUERY_SECTION_NONE && before.data == NULL && is_text(key, "name")) {
        size_t n_before = names->n_names;
        *section = QUERY_SECTION_OTHER;
        return take_property(cursor, key, names) && names->n_names > n_before;
    }
    if (before.data != NULL && ends_with(before, "dependencies"))
        return is_name(key) && take_dependency(cursor, key, names);
    if (before.data != NULL && is_name(before)) { /* `serde.workspace = true` */
        query_names_add(names, before);
        return take_property(cursor, key, names);
    }
    return is_name(key) && take_dependency(cursor, key, names);
}

bool query_manifest_take(struct query_cursor *cursor, enum query_section *section,
                         struct query_names *names)
{
    struct query_cursor ahead = *cursor;
    struct query_names found = *names;
    enum query_section within = *section;
    if (!take_header(&ahead, &within, &found)) {
        ahead = *cursor;
        found = *names;
        within = *section;
        if (!take_assignment(&ahead, &within, &found))
            return false;
    }
    skip_comment(&ahead);
    *cursor = ahead;
    *names = found;
    *section = within;
    return true;
}
