/* The end is read first: a version takes its part of the text off, and what is left is the name,
   once the words around it that only say that it is one are gone too. */
#include "index/search/plan/query_loose_name.h"

#include "index/search/plan/query_statement.h"

#include <string.h>

#define MAX_NAME_WORDS 4
#define JOINING " \n@:=-_/," /* what stands between a name and a version */

static struct query_cursor cursor_of(struct search_string text)
{
    return (struct query_cursor){text.data, text.data + text.length};
}

/* Behind the version: `(*)`, `(proc-macro)`, `(/path)` as `cargo tree` prints them, or the end of a
   file's name. */
static bool ends_here(struct query_cursor *cursor)
{
    if (query_take(cursor, ".crate") || query_take(cursor, ".tar.gz"))
        return query_at_end(cursor);
    query_skip_spaces(cursor);
    return query_at_end(cursor) || query_peek(cursor) == '(';
}

/* `1.0)` too: the bracket before it is cut from the name. */
static enum query_version_form version_at(struct search_string text, size_t at,
                                          struct search_string *version)
{
    struct query_cursor cursor = {text.data + at, text.data + text.length};
    if (query_take(&cursor, "("))
        query_skip_spaces(&cursor);
    enum query_version_form form = query_take_requirement(&cursor, version);
    query_take(&cursor, ")");
    return form != QUERY_VERSION_NONE && ends_here(&cursor) ? form : QUERY_VERSION_NONE;
}

static bool has_digit(struct search_string text)
{
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] >= '0' && text.data[i] <= '9')
            return true;
    }
    return false;
}

/* Finds the version that the text ends in, and takes it off. What joins the two says as much as the
   version: `@` and `=` stand before nothing else, nor does `:` before a point; behind `-`, `_`, `/`
   or `:` a number alone is a part of the name, or a port. */
static enum query_version_form cut_version(struct search_string *text,
                                           struct search_string *version)
{
    if (!has_digit(*text))
        return QUERY_VERSION_NONE;
    for (size_t at = 1; at < text->length; at++) {
        char before = text->data[at - 1];
        if (query_is_name_byte(text->data[at]) && strchr(JOINING, before) == NULL)
            continue;
        if (before == '-' && text->data[at] == '-')
            continue;
        enum query_version_form form = version_at(*text, at, version);
        if (form == QUERY_VERSION_NONE ||
            (strchr("-_/:", before) != NULL && memchr(version->data, '.', version->length) == NULL))
            continue;
        if (strchr("@:=", before) != NULL)
            form = QUERY_VERSION_PLAIN;
        text->length = at;
        while (text->length > 0 && strchr(JOINING, text->data[text->length - 1]) != NULL)
            text->length--;
        return form;
    }
    return QUERY_VERSION_NONE;
}

static void skip_spaces_at_end(struct search_string *text)
{
    while (text->length > 0 && strchr(" \n", text->data[text->length - 1]) != NULL)
        text->length--;
}

/* Takes the word off the end. */
static bool cut_last_word(struct search_string *text, const char *word)
{
    size_t length = strlen(word);
    struct query_cursor cursor = cursor_of(*text);
    if (text->length <= length || query_is_name_byte(cursor.end[-(ptrdiff_t)length - 1]))
        return false;
    cursor.at = cursor.end - length;
    if (!query_take_word(&cursor, word))
        return false;
    text->length -= length;
    skip_spaces_at_end(text);
    return true;
}

/* Takes the word off the beginning; one of `marks` or spaces must stand behind it. */
static bool cut_first_word(struct search_string *text, const char *word, const char *marks)
{
    struct query_cursor cursor = cursor_of(*text);
    if (!query_take_word(&cursor, word) || query_at_end(&cursor) ||
        (query_peek(&cursor) != ' ' && strchr(marks, query_peek(&cursor)) == NULL))
        return false;
    cursor.at++;
    query_skip_spaces(&cursor);
    *text = (struct search_string){cursor.at, (size_t)(cursor.end - cursor.at)};
    return true;
}

/* `@latest`, as other package managers have it. */
static bool cut_latest(struct search_string *text)
{
    static const char latest[] = "@latest";
    size_t length = sizeof latest - 1;
    if (text->length <= length || memcmp(text->data + text->length - length, latest, length) != 0)
        return false;
    text->length -= length;
    return true;
}

/* What cargo says that it does to a crate and its version. */
static void cut_deed(struct search_string *text)
{
    static const char *const deeds[] = {"compiling",   "checking",   "adding",      "updating",
                                        "downgrading", "downloaded", "downloading", "installing",
                                        "removing",    "fresh",      "documenting", "locking"};
    for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++) {
        if (cut_first_word(text, deeds[i], ""))
            return;
    }
}

/* What says that a name stands beside it. */
static bool cut_words_about_it(struct search_string *text)
{
    bool is_any = false;
    cut_first_word(text, "the", "");
    while (cut_first_word(text, "crate", ":/") || cut_first_word(text, "crates", ":/") ||
           cut_first_word(text, "rust", "") || cut_last_word(text, "crate") ||
           cut_last_word(text, "rust"))
        is_any = true;
    return is_any;
}

/* Quotes around what is left. */
static void cut_quotes(struct search_string *text)
{
    while (text->length > 2 && strchr("`'\"", text->data[0]) != NULL &&
           text->data[text->length - 1] == text->data[0]) {
        text->data++;
        text->length -= 2;
    }
}

/* `serde_json::Value`, `rand::thread_rng()`, `json!({})`: what stands before the first `::` or
   `!`. */
static bool cut_path(struct search_string *text)
{
    struct query_cursor cursor = cursor_of(*text);
    struct search_string name;
    if (!query_take_name(&cursor, &name) || query_is_reserved(name) ||
        !(query_take(&cursor, "::") || query_take(&cursor, "!")))
        return false;
    *text = name;
    return true;
}

/* `regex.rs`, but not what every crate has. */
static bool cut_file_ending(struct search_string *text)
{
    static const char *const files[] = {"lib", "main", "mod", "build", "docs"};
    struct query_cursor cursor = cursor_of(*text);
    struct search_string name;
    if (!query_take_name(&cursor, &name) || !query_take(&cursor, ".rs") || !query_at_end(&cursor))
        return false;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        if (name.length == strlen(files[i]) && memcmp(name.data, files[i], name.length) == 0)
            return false;
    }
    *text = name;
    return true;
}

/* The one word in backticks of a sentence that speaks of crates: what compilers say. */
static bool cut_quoted_name(struct search_string *text)
{
    const char *end = text->data + text->length;
    const char *open = memchr(text->data, '`', text->length);
    const char *close = open == NULL ? NULL : memchr(open + 1, '`', (size_t)(end - open - 1));
    if (close == NULL)
        return false;
    bool is_about_crates = false;
    for (const char *at = text->data; at < end && !is_about_crates; at++) {
        struct query_cursor cursor = {at, at < open ? open : end};
        is_about_crates =
            (at < open || at > close) && (at == text->data || !query_is_name_byte(at[-1])) &&
            (query_take_word(&cursor, "crate") || query_take_word(&cursor, "import") ||
             query_take_word(&cursor, "package") || query_take_word(&cursor, "module"));
    }
    struct query_cursor cursor = {open + 1, close};
    struct search_string name;
    if (!is_about_crates || !query_take_name(&cursor, &name) || query_is_reserved(name))
        return false;
    *text = name;
    return true;
}

/* One word or a few: only name bytes and single spaces. */
static bool is_name_of_words(struct search_string text)
{
    size_t n_words = 1;
    struct query_cursor cursor = cursor_of(text);
    struct search_string word;
    while (query_take_name(&cursor, &word)) {
        if (query_at_end(&cursor))
            return n_words <= MAX_NAME_WORDS;
        if (!query_take(&cursor, " "))
            return false;
        n_words++;
    }
    return false;
}

bool query_loose_name_read(struct search_string text, struct query_names *names,
                           enum query_version_form *form)
{
    struct search_string version = {NULL, 0};
    bool is_named = cut_quoted_name(&text);
    if (!is_named) {
        is_named = cut_latest(&text);
        *form = is_named ? QUERY_VERSION_NONE : cut_version(&text, &version);
        if (*form != QUERY_VERSION_NONE)
            cut_deed(&text);
        is_named |= cut_words_about_it(&text);
        cut_quotes(&text);
        is_named |= cut_path(&text) || cut_file_ending(&text);
    }
    if ((!is_named && *form == QUERY_VERSION_NONE) || !is_name_of_words(text) ||
        query_is_reserved(text))
        return false;
    query_names_add(names, text);
    if (*form != QUERY_VERSION_NONE)
        query_names_set_version(names, version);
    return true;
}
