/* By recursive descent, anew for every question: what a licence is worth is decided by the caller's
   function, for which each is read. */
#include "tests/support/license_scan.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define MAX_NAME 256

/* What is left to read, and what names are for. */
struct reader {
    const char *at;
    bool is_wrong;
    bool (*judge)(void *context, const char *name);
    void *context;
};

/* The next name or operator, or the character that is none; "" at the end. Does not move on. */
static size_t peek(struct reader *reader, char word[MAX_NAME])
{
    while (*reader->at == ' ')
        reader->at++;
    size_t n =
        strspn(reader->at, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-+:");
    n = n == 0 && *reader->at != '\0' ? 1 : n;
    snprintf(word, MAX_NAME, "%.*s", (int)n, reader->at);
    return n;
}

/* Whether it is the other in small letters. */
static bool is_lower(const char *word, const char *other)
{
    return strcasecmp(word, other) == 0 && islower((unsigned char)word[0]);
}

static bool is_operator(const char *word)
{
    static const char *const operators[] = {"AND", "OR", "WITH"};
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (strcmp(word, operators[i]) == 0 || is_lower(word, operators[i]))
            return true;
    return false;
}

static bool take(struct reader *reader, const char *expected)
{
    char word[MAX_NAME];
    size_t n = peek(reader, word);
    if (strcmp(word, expected) != 0 && !is_lower(word, expected))
        return false;
    reader->at += n;
    return true;
}

static bool read_any(struct reader *reader);

static bool read_name(struct reader *reader)
{
    char name[2 * MAX_NAME];
    char word[MAX_NAME];
    size_t n = peek(reader, word);
    if (n == 0 || !isalnum((unsigned char)word[0]) || is_operator(word)) {
        reader->is_wrong = true;
        return false;
    }
    reader->at += n;
    snprintf(name, sizeof name, "%s", word);
    if (take(reader, "WITH")) {
        n = peek(reader, word);
        reader->is_wrong = reader->is_wrong || n == 0;
        reader->at += n;
        snprintf(name + strlen(name), sizeof name - strlen(name), " WITH %s", word);
    }
    return reader->judge(reader->context, name);
}

static bool read_one(struct reader *reader)
{
    if (!take(reader, "("))
        return read_name(reader);
    bool is_met = read_any(reader);
    reader->is_wrong = reader->is_wrong || !take(reader, ")");
    return is_met;
}

static bool read_all(struct reader *reader)
{
    bool is_met = read_one(reader);
    while (!reader->is_wrong && take(reader, "AND"))
        is_met = read_one(reader) && is_met;
    return is_met;
}

static bool read_any(struct reader *reader)
{
    bool is_met = read_all(reader);
    while (!reader->is_wrong && (take(reader, "OR") || take(reader, "/")))
        is_met = read_all(reader) || is_met;
    return is_met;
}

static bool read_whole(const char *expression, bool (*judge)(void *context, const char *name),
                       void *context, bool *is_met)
{
    struct reader reader = {expression, false, judge, context};
    char word[MAX_NAME];
    *is_met = read_any(&reader);
    return !reader.is_wrong && peek(&reader, word) == 0;
}

static bool nothing(void *context, const char *name)
{
    (void)context;
    (void)name;
    return false;
}

struct names {
    const struct search_string *names;
    size_t n;
};

static bool is_named(void *context, const char *name)
{
    const struct names *names = context;
    for (size_t i = 0; i < names->n; i++)
        if (names->names[i].length == strlen(name) &&
            strncasecmp(names->names[i].data, name, names->names[i].length) == 0)
            return true;
    return false;
}

bool license_scan_is_met(const char *expression, const struct search_string *names, size_t n)
{
    struct names named = {names, n};
    bool is_met;
    if (read_whole(expression, is_named, &named, &is_met))
        return is_met;
    return is_named(&named, expression);
}

struct visit {
    void (*on_name)(void *context, const char *name);
    void *context;
};

static bool pass_on(void *context, const char *name)
{
    const struct visit *visit = context;
    visit->on_name(visit->context, name);
    return true;
}

void license_scan_each(const char *expression, void (*on_name)(void *context, const char *name),
                       void *context)
{
    struct visit visit = {on_name, context};
    bool is_met;
    if (read_whole(expression, nothing, NULL, &is_met))
        read_whole(expression, pass_on, &visit, &is_met);
    else
        on_name(context, expression);
}
