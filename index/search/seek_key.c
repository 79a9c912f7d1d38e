/* Inside the base64url lies `<sort letter>:<value>:<id>`, by relevance
   `s:<stage>:<score>:<popularity>:<id>`, in alphabetical order `<letter>:<id>:<name>`. Scores are
   written as hexadecimal floating point, so that they read back equal to the bit. */
#include "index/search/seek_key.h"

#include "index/base/base64url.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* By enum search_sort. */
static const char sort_letters[] = {'s', 'a', 'd', 'r', 'u', 'n'};
#define EXACT_LETTER 'e'

void seek_key_format(const struct seek_key *key, char text[SEARCH_MAX_SEEK_KEY])
{
    char inside[SEARCH_MAX_SEEK_KEY / 2 + 64];
    char letter = sort_letters[key->sort];
    int length;
    if (key->sort == SEARCH_SORT_ALPHABETICAL)
        length =
            snprintf(inside, sizeof inside, "%c:%" PRId64 ":%.*s",
                     key->exact ? EXACT_LETTER : letter, key->id, (int)key->name_length, key->name);
    else if (key->sort == SEARCH_SORT_RELEVANCE)
        length = snprintf(inside, sizeof inside, "%c:%d:%a:%a:%" PRId64, letter, (int)key->stage,
                          key->score, (double)key->popularity, key->id);
    else
        length =
            snprintf(inside, sizeof inside, "%c:%" PRId64 ":%" PRId64, letter, key->value, key->id);
    base64url_encode(text, inside, (size_t)length);
}

/* Reads a number up to `end`; returns 0 where all of it was one. */
static int parse_integer(const char *text, char end, int64_t *value, const char **rest)
{
    char *after;
    errno = 0;
    if (*text != '-' && (*text < '0' || *text > '9'))
        return -1;
    *value = strtoll(text, &after, 10);
    if (errno != 0 || after == text || *after != end)
        return -1;
    *rest = after + (end != '\0');
    return 0;
}

/* The same for a finite number in floating point. */
static int parse_float(const char *text, char end, double *value, const char **rest)
{
    char *after;
    *value = strtod(text, &after);
    if (after == text || *after != end || !isfinite(*value))
        return -1;
    *rest = after + 1;
    return 0;
}

static int parse_relevance(struct seek_key *key, const char *text)
{
    int64_t stage;
    double popularity;
    if (parse_integer(text, ':', &stage, &text) != 0 || stage < 0 || stage >= N_SEEK_STAGES ||
        parse_float(text, ':', &key->score, &text) != 0 ||
        parse_float(text, ':', &popularity, &text) != 0 || !(popularity >= 0 && popularity <= 1))
        return -1;
    key->stage = (enum seek_stage)stage;
    key->popularity = (float)popularity;
    return parse_integer(text, '\0', &key->id, &text);
}

static int parse_value(struct seek_key *key, const char *text)
{
    if (parse_integer(text, ':', &key->value, &text) != 0)
        return -1;
    return parse_integer(text, '\0', &key->id, &text);
}

static int parse_name(struct seek_key *key, const char *text, const char *end)
{
    if (parse_integer(text, ':', &key->id, &text) != 0 || (size_t)(end - text) > sizeof key->name)
        return -1;
    key->name_length = (size_t)(end - text);
    memcpy(key->name, text, key->name_length);
    return 0;
}

int seek_key_parse(struct seek_key *key, enum search_sort sort, const char *text, size_t length)
{
    char inside[SEARCH_MAX_SEEK_KEY];
    size_t size;
    if (base64url_decode(inside, sizeof inside - 1, &size, text, length) != 0 || size < 2 ||
        inside[1] != ':' || memchr(inside, '\0', size) != NULL)
        return -1;
    inside[size] = '\0';
    memset(key, 0, sizeof *key);
    key->sort = sort;
    key->exact = sort == SEARCH_SORT_ALPHABETICAL && inside[0] == EXACT_LETTER;
    if (inside[0] != sort_letters[sort] && !key->exact)
        return -1;
    if (sort == SEARCH_SORT_ALPHABETICAL)
        return parse_name(key, inside + 2, inside + size);
    return sort == SEARCH_SORT_RELEVANCE ? parse_relevance(key, inside + 2)
                                         : parse_value(key, inside + 2);
}
