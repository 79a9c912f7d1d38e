/* Each function works on a copy of the cursor and gives it back when all of its piece is there. */
#include "index/search/plan/query_cursor.h"

#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool query_is_name_byte(char c)
{
    return is_letter(c) || is_digit(c) || c == '_' || c == '-';
}

static bool is_space(char c)
{
    return c == ' ' || c == '\n';
}

struct search_string query_without_spaces(struct search_string text)
{
    for (; text.length > 0 && is_space(text.data[0]); text.length--)
        text.data++;
    while (text.length > 0 && is_space(text.data[text.length - 1]))
        text.length--;
    return text;
}

bool query_at_end(const struct query_cursor *cursor)
{
    return cursor->at == cursor->end;
}

char query_peek(const struct query_cursor *cursor)
{
    return query_at_end(cursor) ? '\0' : *cursor->at;
}

void query_skip_spaces(struct query_cursor *cursor)
{
    while (is_space(query_peek(cursor)))
        cursor->at++;
}

bool query_take(struct query_cursor *cursor, const char *text)
{
    size_t length = strlen(text);
    if ((size_t)(cursor->end - cursor->at) < length || memcmp(cursor->at, text, length) != 0)
        return false;
    cursor->at += length;
    return true;
}

bool query_take_word(struct query_cursor *cursor, const char *word)
{
    struct query_cursor ahead = *cursor;
    for (; *word != '\0'; word++, ahead.at++) {
        char c = query_peek(&ahead);
        if (c != *word && !(is_letter(c) && (c | 0x20) == *word))
            return false;
    }
    if (query_is_name_byte(query_peek(&ahead)))
        return false;
    *cursor = ahead;
    return true;
}

bool query_take_name(struct query_cursor *cursor, struct search_string *name)
{
    const char *start = cursor->at;
    if (query_peek(cursor) == '-')
        return false;
    while (query_is_name_byte(query_peek(cursor)))
        cursor->at++;
    *name = (struct search_string){start, (size_t)(cursor->at - start)};
    return name->length > 0;
}

static void skip_digits(struct query_cursor *cursor)
{
    while (is_digit(query_peek(cursor)))
        cursor->at++;
}

/* The `.2`, `.*` or `.x` of a version. */
static bool take_part(struct query_cursor *cursor)
{
    struct query_cursor ahead = *cursor;
    if (!query_take(&ahead, "."))
        return false;
    if (is_digit(query_peek(&ahead)))
        skip_digits(&ahead);
    else if (!query_take(&ahead, "*") && !query_take(&ahead, "x") && !query_take(&ahead, "X"))
        return false;
    *cursor = ahead;
    return true;
}

bool query_take_version(struct query_cursor *cursor, struct search_string *version)
{
    struct query_cursor ahead = *cursor;
    bool has_parts = false;
    if (!is_digit(query_peek(&ahead)))
        return false;
    skip_digits(&ahead);
    while (take_part(&ahead))
        has_parts = true;
    /* A pre-release or build metadata. */
    if (has_parts && (query_peek(&ahead) == '-' || query_peek(&ahead) == '+')) {
        while (query_is_name_byte(query_peek(&ahead)) || query_peek(&ahead) == '+' ||
               (query_peek(&ahead) == '.' && ahead.end - ahead.at > 1 &&
                query_is_name_byte(ahead.at[1])))
            ahead.at++;
    }
    if (query_is_name_byte(query_peek(&ahead)))
        return false;
    *version = (struct search_string){cursor->at, (size_t)(ahead.at - cursor->at)};
    *cursor = ahead;
    return true;
}

/* One comparator; `*form` says how sure it is. */
static bool take_comparator(struct query_cursor *cursor, struct search_string *version,
                            enum query_version_form *form)
{
    static const char *const operators[] = {"==", ">=", "<=", "^", "~", "=", ">", "<"};
    struct query_cursor ahead = *cursor;
    bool has_operator = query_take_word(&ahead, "version");
    query_skip_spaces(&ahead);
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        if (query_take(&ahead, operators[i])) {
            has_operator = true;
            break;
        }
    }
    query_skip_spaces(&ahead);
    bool has_letter = query_take(&ahead, "v") || query_take(&ahead, "V");
    if (!query_take_version(&ahead, version))
        return false;
    size_t n_points = 0;
    for (size_t i = 0; i < version->length; i++)
        n_points += version->data[i] == '.';
    *form = has_operator || n_points > 1  ? QUERY_VERSION_PLAIN
            : has_letter || n_points == 1 ? QUERY_VERSION_SHORT
                                          : QUERY_VERSION_NUMBER;
    *cursor = ahead;
    return true;
}

enum query_version_form query_take_requirement(struct query_cursor *cursor,
                                               struct search_string *version)
{
    enum query_version_form form;
    if (!take_comparator(cursor, version, &form))
        return QUERY_VERSION_NONE;
    for (;;) {
        struct query_cursor ahead = *cursor;
        struct search_string next;
        enum query_version_form next_form;
        query_skip_spaces(&ahead);
        if (!query_take(&ahead, ","))
            return form;
        query_skip_spaces(&ahead);
        if (!take_comparator(&ahead, &next, &next_form))
            return form;
        form = QUERY_VERSION_PLAIN;
        *cursor = ahead;
    }
}
