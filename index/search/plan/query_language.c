/* A text is cut at white space, and a piece is what its first bytes say that it may be, where all
   of it has that form; else it is text. Quotes may hold white space. That they quote words and not
   a value is told by what stands beside them, and by the readers of pasted text, which must find
   nothing of theirs within. */
#include "index/search/plan/query_language.h"

#include "index/search/plan/query_cursor.h"
#include "index/search/plan/query_text.h"

#include <string.h>

static const struct search_string nothing = {NULL, 0};

static bool is_space(char c)
{
    return c == ' ' || c == '\n';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c > 127;
}

static bool is_of_filter_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_one_of(char c, const char *marks)
{
    return c != '\0' && strchr(marks, c) != NULL;
}

bool query_language_may_be_in(struct search_string text)
{
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        if (c == ':' || c == '"' || (unsigned char)c > 127)
            return true;
        if (c == '-' && (i == 0 || (unsigned char)text.data[i - 1] <= ' ') && i + 1 < text.length &&
            (is_letter(text.data[i + 1]) || text.data[i + 1] == '-'))
            return true;
    }
    return false;
}

static struct search_string part_of(struct search_string text, size_t start, size_t end)
{
    return (struct search_string){text.data + start, end - start};
}

/* The end of what begins at `at`: a space, or the end of the text. */
static size_t piece_end(struct search_string text, size_t at)
{
    while (at < text.length && !is_space(text.data[at]))
        at++;
    return at;
}

/* The place of the quote that closes the one at `at`, with white space or the end behind it; the
   text's length where there is none. */
static size_t closing_quote(struct search_string text, size_t at)
{
    const char *end = text.data + text.length;
    const char *found = memchr(text.data + at + 1, '"', text.length - at - 1);
    if (found == NULL || (found + 1 < end && !is_space(found[1])))
        return text.length;
    return (size_t)(found - text.data);
}

/* Whether a value is quoted from `start` to `end`, and no words: by what stands beside it. */
static bool is_value(struct search_string text, size_t start, size_t end)
{
    while (start > 0 && is_space(text.data[start - 1]))
        start--;
    while (end < text.length && is_space(text.data[end]))
        end++;
    return (start > 0 && is_one_of(text.data[start - 1], "=[{(,:")) ||
           (end < text.length && is_one_of(text.data[end], "=]}),:"));
}

/* Whether the text has a word that is a version: `1.0`, `v1`, `^1`; a number only where it is all
   of the text. */
static bool has_version(struct search_string text)
{
    for (size_t at = 0, end; at < text.length; at = end + 1) {
        struct query_cursor cursor = {text.data + at, text.data + text.length};
        struct search_string version;
        end = piece_end(text, at);
        enum query_version_form form = query_take_requirement(&cursor, &version);
        if (form >= QUERY_VERSION_SHORT ||
            (form == QUERY_VERSION_NUMBER && at == 0 && query_at_end(&cursor)))
            return true;
    }
    return false;
}

/* Whether there are words, and nothing else. A single one may be what names a crate: `json.rs`,
   `serde-1.0.crate`. */
static bool are_words(struct search_string quoted)
{
    struct query_text read;
    bool has_word = false;
    for (size_t i = 0; i < quoted.length; i++) {
        if (is_one_of(quoted.data[i], "=[]{}()<>:;@$`\\|~^*"))
            return false;
        has_word = has_word || is_letter(quoted.data[i]) || is_digit(quoted.data[i]);
    }
    if (!has_word || has_version(quoted))
        return false;
    query_text_read(&read, quoted);
    bool is_single = memchr(quoted.data, ' ', quoted.length) == NULL;
    return read.kind == QUERY_TEXT_PLAIN || (read.kind == QUERY_TEXT_PERHAPS &&
                                             read.version_form < QUERY_VERSION_SHORT && !is_single);
}

static bool take_quoted(struct search_string text, size_t *at, struct query_token *token)
{
    size_t close = closing_quote(text, *at);
    if (close == text.length || is_value(text, *at, close + 1))
        return false;
    struct search_string quoted = query_without_spaces(part_of(text, *at + 1, close));
    if (!are_words(quoted))
        return false;
    token->kind = QUERY_TOKEN_QUOTED;
    token->value = quoted;
    token->whole = part_of(text, *at, close + 1);
    *at = close + 1;
    return true;
}

/* What stands behind a colon, to a space or between quotes; false where there is none. `*end` is
   behind it, quotes included. */
static bool take_value(struct search_string text, size_t start, struct search_string *value,
                       size_t *end)
{
    if (start == text.length)
        return false;
    if (text.data[start] == '"') {
        size_t close = closing_quote(text, start);
        *value = part_of(text, start + 1, close);
        *end = close + 1;
        return close < text.length && value->length > 0;
    }
    *end = piece_end(text, start);
    *value = part_of(text, start, *end);
    return value->length > 0 && memchr(value->data, '"', value->length) == NULL;
}

/* `name:value`; behind `::` a path goes on. */
static bool take_filter(struct search_string text, size_t *at, struct query_token *token)
{
    size_t colon = *at;
    size_t end;
    while (colon < text.length && is_of_filter_name(text.data[colon]))
        colon++;
    if (colon == *at || colon == text.length || text.data[colon] != ':' ||
        !take_value(text, colon + 1, &token->value, &end) || token->value.data[0] == ':') {
        token->value = nothing;
        return false;
    }
    token->kind = QUERY_TOKEN_FILTER;
    token->name = part_of(text, *at, colon);
    token->whole = part_of(text, *at, end);
    *at = end;
    return true;
}

static bool is_flag(struct search_string piece)
{
    if (piece.length > 2 && piece.data[0] == '-' && piece.data[1] == '-')
        return is_letter(piece.data[2]);
    return piece.length == 2 && piece.data[0] == '-' && is_letter(piece.data[1]);
}

/* A word behind a hyphen, without the punctuation behind it; empty where there is none. */
static struct search_string excluded_word(struct search_string piece)
{
    struct search_string word = {piece.data + 1, piece.length - 1};
    while (word.length > 0 && is_one_of(word.data[word.length - 1], ",;.!?"))
        word.length--;
    if (piece.data[0] != '-' || word.length == 0 || !is_letter(word.data[0]))
        return nothing;
    for (size_t i = 0; i < word.length; i++) {
        char c = word.data[i];
        if (!is_letter(c) && !is_digit(c) && !is_one_of(c, "_-+#.'"))
            return nothing;
    }
    return word;
}

bool query_token_next(struct search_string text, size_t *at, struct query_token *token)
{
    while (*at < text.length && is_space(text.data[*at]))
        ++*at;
    if (*at == text.length)
        return false;
    token->name = nothing;
    token->value = nothing;
    if (text.data[*at] == '"' ? take_quoted(text, at, token) : take_filter(text, at, token))
        return true;
    size_t end = piece_end(text, *at);
    struct search_string piece = part_of(text, *at, end);
    struct search_string word = excluded_word(piece);
    token->kind = QUERY_TOKEN_TEXT;
    token->whole = piece;
    if (is_flag(piece)) {
        token->kind = QUERY_TOKEN_FLAG;
    } else if (word.length > 0) {
        token->kind = QUERY_TOKEN_WITHOUT;
        token->value = word;
    }
    *at = end;
    return true;
}
