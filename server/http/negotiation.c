/* Both fields are lists of members with weights (RFC 9110, sections 5.6.1 and 12.4.2). A member is
   cut out first, at the next comma that is in no quoted string, and parsed by the grammar then; so
   one bad member spoils nothing but itself. Every byte is looked at a fixed number of times:
   linear in the field, nothing allocated, nothing shared.

   Weights are kept in thousandths. Of all ranges that fit one of our representations the most
   specific decides, and among equally specific ones the highest weight. */
#include "server/http/negotiation.h"

#include "server/http/token.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define FULL_QUALITY 1000
#define NOT_NAMED (-1)

/* The specificity of a range that names a type, from which on it names one. */
#define SPECIFIC 3

/* A borrowed part of the field. */
struct span {
    const char *text;
    size_t length;
};

/* A parsed member: a coding, or a media range, whose name then has a slash. */
struct member {
    struct span name;
    int quality;
    bool has_parameters; /* other than q */
    struct span version; /* the value of that parameter; empty where there is none */
};

const char *encoding_media_type(enum encoding encoding)
{
    return encoding == ENCODING_JSON ? "application/json" : "application/msgpack";
}

const char *content_coding_name(enum content_coding coding)
{
    static const char *const names[N_CONTENT_CODINGS] = {"identity", "gzip", "br", "zstd"};
    return names[coding];
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

static bool span_is(struct span span, const char *text)
{
    return strlen(text) == span.length && strncasecmp(span.text, text, span.length) == 0;
}

static void skip(struct span *span, size_t n_bytes)
{
    span->text += n_bytes;
    span->length -= n_bytes;
}

static void skip_space(struct span *span)
{
    while (span->length > 0 && is_space(span->text[0]))
        skip(span, 1);
}

static bool skip_byte(struct span *span, char c)
{
    if (span->length == 0 || span->text[0] != c)
        return false;
    skip(span, 1);
    return true;
}

/* Takes a token off the front; its length is 0 where there is none. */
static struct span take_token(struct span *span)
{
    struct span token = {span->text, 0};
    while (token.length < span->length && is_token_byte(span->text[token.length]))
        token.length++;
    skip(span, token.length);
    return token;
}

/* How many bytes the quoted string at the front has (section 5.6.4); all that is left where its end
   is missing. */
static size_t quoted_length(struct span span)
{
    size_t length = 1;
    while (length < span.length && span.text[length] != '"')
        length += span.text[length] == '\\' && length + 1 < span.length ? 2 : 1;
    return length < span.length ? length + 1 : span.length;
}

/* Takes a quoted string off the front; false where there is none or its end is missing. */
static bool skip_quoted(struct span *span)
{
    size_t length = quoted_length(*span);
    if (length < 2 || span->text[length - 1] != '"')
        return false;
    skip(span, length);
    return true;
}

/* Parses a weight: `0` or `1` with at most three decimals and at most 1. A missing zero in front of
   the point passes too: `q=.2` is what Java's HttpURLConnection sends by default. */
static bool parse_quality(struct span text, int *quality)
{
    int whole = 0;
    if (text.length > 0 && (text.text[0] == '0' || text.text[0] == '1')) {
        whole = text.text[0] - '0';
        skip(&text, 1);
    } else if (text.length < 2 || text.text[0] != '.') {
        return false;
    }
    int thousandths = 0;
    if (skip_byte(&text, '.')) {
        if (text.length > 3)
            return false;
        for (int unit = 100; text.length > 0; unit /= 10) {
            if (text.text[0] < '0' || text.text[0] > '9')
                return false;
            thousandths += (text.text[0] - '0') * unit;
            skip(&text, 1);
        }
    }
    *quality = whole * FULL_QUALITY + thousandths;
    return text.length == 0 && *quality <= FULL_QUALITY;
}

/* Parses what follows a member's name: `;`-separated parameters, of which one may be the weight. */
static bool parse_parameters(struct span rest, struct member *member)
{
    bool has_weight = false;
    member->quality = FULL_QUALITY;
    member->has_parameters = false;
    member->version = (struct span){rest.text, 0};
    for (;;) {
        skip_space(&rest);
        if (rest.length == 0)
            return true;
        if (!skip_byte(&rest, ';'))
            return false;
        skip_space(&rest);
        struct span name = take_token(&rest);
        if (name.length == 0)
            continue; /* an empty parameter; anything but `;` next is a fault */
        if (!skip_byte(&rest, '='))
            return false;
        struct span value = take_token(&rest);
        if (span_is(name, "q")) {
            if (has_weight || !parse_quality(value, &member->quality))
                return false;
            has_weight = true;
        } else {
            if (value.length == 0 && !skip_quoted(&rest))
                return false;
            member->has_parameters = true;
            if (span_is(name, "version"))
                member->version = value;
        }
    }
}

/* Moves `*field` behind its next member. Returns false at the end of the field. */
static bool next_member(struct span *field, struct span *text)
{
    while (field->length > 0 && (is_space(field->text[0]) || field->text[0] == ','))
        skip(field, 1);
    *text = (struct span){field->text, 0};
    while (text->length < field->length && field->text[text->length] != ',') {
        struct span rest = *field;
        skip(&rest, text->length);
        text->length += rest.text[0] == '"' ? quoted_length(rest) : 1;
    }
    skip(field, text->length);
    return text->length > 0;
}

static bool parse_media_range(struct span text, struct member *member)
{
    const char *start = text.text;
    struct span type = take_token(&text);
    if (!skip_byte(&text, '/'))
        return false;
    struct span subtype = take_token(&text);
    member->name = (struct span){start, type.length + 1 + subtype.length};
    return type.length > 0 && subtype.length > 0 && parse_parameters(text, member);
}

static bool parse_coding(struct span text, struct member *member)
{
    member->name = take_token(&text);
    return member->name.length > 0 && parse_parameters(text, member) && !member->has_parameters;
}

/* How well a range fits an encoding, 0 for not at all. Ours have no parameters, so a plain name
   fits best; one with parameters (`application/json;charset=utf-8`) is still taken as the type it
   names. */
static int specificity(const struct member *range, enum encoding encoding)
{
    static const char *const names[N_ENCODINGS][3] = {
        [ENCODING_JSON] = {"application/json"},
        [ENCODING_MESSAGEPACK] = {"application/msgpack", "application/vnd.msgpack",
                                  "application/x-msgpack"},
    };
    for (size_t i = 0; i < 3 && names[encoding][i] != NULL; i++)
        if (span_is(range->name, names[encoding][i]))
            return range->has_parameters ? SPECIFIC : SPECIFIC + 1;
    if (span_is(range->name, "application/*"))
        return 2;
    return span_is(range->name, "*/*") ? 1 : 0;
}

int negotiate_encoding(const char *accept, enum encoding *encoding)
{
    *encoding = ENCODING_JSON;
    if (accept == NULL)
        return 0;

    int best[N_ENCODINGS] = {0};
    int quality[N_ENCODINGS] = {0};
    bool has_range = false;
    struct span field = {accept, strlen(accept)};
    struct span text;
    while (next_member(&field, &text)) {
        struct member range;
        if (!parse_media_range(text, &range))
            continue;
        has_range = true;
        for (int i = 0; i < N_ENCODINGS; i++) {
            int fit = specificity(&range, (enum encoding)i);
            if (fit > best[i] || (fit > 0 && fit == best[i] && range.quality > quality[i])) {
                best[i] = fit;
                quality[i] = range.quality;
            }
        }
    }
    if (!has_range)
        return 0;
    if (quality[ENCODING_MESSAGEPACK] > quality[ENCODING_JSON])
        *encoding = ENCODING_MESSAGEPACK;
    return quality[*encoding] > 0 ? 0 : -1;
}

bool accept_names_encoding(const char *accept)
{
    if (accept == NULL)
        return false;
    struct span field = {accept, strlen(accept)};
    struct span text;
    while (next_member(&field, &text)) {
        struct member range;
        if (!parse_media_range(text, &range) || range.quality == 0)
            continue;
        for (int i = 0; i < N_ENCODINGS; i++)
            if (specificity(&range, (enum encoding)i) >= SPECIFIC)
                return true;
    }
    return false;
}

bool accept_names_html(const char *accept)
{
    struct span field = {accept, accept != NULL ? strlen(accept) : 0};
    struct span text;
    while (next_member(&field, &text)) {
        struct member range;
        if (parse_media_range(text, &range) && span_is(range.name, "text/html") &&
            range.quality > 0)
            return true;
    }
    return false;
}

bool accept_prefers_openmetrics(const char *accept)
{
    int openmetrics = 0;
    int plain = 0;
    struct span field = {accept, accept != NULL ? strlen(accept) : 0};
    struct span text;
    while (next_member(&field, &text)) {
        struct member range;
        if (!parse_media_range(text, &range))
            continue;
        bool is_ours = range.version.length == 0 || span_is(range.version, "1.0.0");
        if (span_is(range.name, "application/openmetrics-text") && is_ours &&
            range.quality > openmetrics)
            openmetrics = range.quality;
        if (span_is(range.name, "text/plain") && range.quality > plain)
            plain = range.quality;
    }
    return openmetrics > 0 && openmetrics >= plain;
}

/* Which coding a member names, or -1. */
static int coding_by_name(struct span name)
{
    for (int i = 0; i < N_CONTENT_CODINGS; i++)
        if (span_is(name, content_coding_name((enum content_coding)i)))
            return i;
    return span_is(name, "x-gzip") ? CODING_GZIP : -1;
}

enum content_coding negotiate_coding(const char *accept_encoding)
{
    if (accept_encoding == NULL)
        return CODING_IDENTITY;

    int quality[N_CONTENT_CODINGS] = {NOT_NAMED, NOT_NAMED, NOT_NAMED, NOT_NAMED};
    int others = NOT_NAMED; /* the weight of `*` */
    struct span field = {accept_encoding, strlen(accept_encoding)};
    struct span text;
    while (next_member(&field, &text)) {
        struct member member;
        if (!parse_coding(text, &member))
            continue;
        int coding = coding_by_name(member.name);
        int *named = coding >= 0 ? &quality[coding] : &others;
        bool counts = coding >= 0 || span_is(member.name, "*");
        if (counts && member.quality > *named)
            *named = member.quality;
    }

    static const enum content_coding preference[N_CONTENT_CODINGS] = {CODING_ZSTD, CODING_BROTLI,
                                                                      CODING_GZIP, CODING_IDENTITY};
    enum content_coding chosen = CODING_IDENTITY;
    int highest = 0;
    for (size_t i = 0; i < N_CONTENT_CODINGS; i++) {
        enum content_coding coding = preference[i];
        int weight = quality[coding] != NOT_NAMED ? quality[coding] : others;
        if (weight > highest) {
            highest = weight;
            chosen = coding;
        }
    }
    return chosen;
}
