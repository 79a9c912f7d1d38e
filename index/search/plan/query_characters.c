/* A table of ranges, sorted, says what becomes of a character beyond ASCII; what it does not name
   stays. It lists only what no word has in any script: general categories P, S, Z and C of the
   Unicode Character Database, by blocks. Whatever is missing from it is a separator to the
   tokenizer all the same; it only keeps a name from being recognised. */
#include "index/search/plan/query_characters.h"

#include <cratedex/canonical_name.h>
#include <string.h>

enum replacement { SPACE, SYMBOL, LINE_END, INVISIBLE, HYPHEN, QUOTE, DOUBLE_QUOTE, ITSELF };

static const struct {
    unsigned first;
    unsigned last;
    enum replacement replacement;
} ranges[] = {
    {0x80, 0x84, SYMBOL},
    {0x85, 0x85, LINE_END}, /* next line */
    {0x86, 0x9f, SYMBOL},
    {0xa0, 0xa0, SPACE},  /* no-break space */
    {0xa1, 0xa9, SYMBOL}, /* punctuation and symbols of Latin-1 */
    {0xab, 0xab, DOUBLE_QUOTE},
    {0xac, 0xac, SYMBOL},
    {0xad, 0xad, INVISIBLE}, /* soft hyphen */
    {0xae, 0xb1, SYMBOL},
    {0xb4, 0xb4, QUOTE}, /* acute accent */
    {0xb6, 0xb8, SYMBOL},
    {0xbb, 0xbb, DOUBLE_QUOTE},
    {0xbf, 0xbf, SYMBOL},
    {0xd7, 0xd7, SYMBOL},
    {0xf7, 0xf7, SYMBOL},
    {0x61c, 0x61c, INVISIBLE},
    {0x1680, 0x1680, SPACE},
    {0x180e, 0x180e, INVISIBLE},
    {0x2000, 0x200a, SPACE},
    {0x200b, 0x200f, INVISIBLE}, /* zero-width space and joiners, marks of direction */
    {0x2010, 0x2013, HYPHEN},
    {0x2014, 0x2017, SYMBOL},
    {0x2018, 0x201b, QUOTE},
    {0x201c, 0x201f, DOUBLE_QUOTE},
    {0x2020, 0x2027, SYMBOL},
    {0x2028, 0x2029, LINE_END},
    {0x202a, 0x202e, INVISIBLE},
    {0x202f, 0x202f, SPACE},
    {0x2030, 0x2038, SYMBOL},
    {0x2039, 0x203a, QUOTE},
    {0x203b, 0x205e, SYMBOL},
    {0x205f, 0x205f, SPACE},
    {0x2060, 0x206f, INVISIBLE},
    {0x20a0, 0x20cf, SYMBOL}, /* currencies */
    {0x20dd, 0x20e0, SYMBOL}, /* what encloses a symbol: keycaps */
    {0x20e2, 0x20e4, SYMBOL},
    {0x2122, 0x2122, SYMBOL}, /* trade mark */
    {0x2190, 0x2211, SYMBOL}, /* arrows, operators */
    {0x2212, 0x2212, HYPHEN},
    {0x2213, 0x245f, SYMBOL}, /* operators, technical symbols */
    {0x2500, 0x2775, SYMBOL}, /* boxes, shapes, symbols, dingbats */
    {0x2794, 0x2bff, SYMBOL},
    {0x2e00, 0x2e2e, SYMBOL}, /* punctuation; U+2E2F is a letter */
    {0x2e30, 0x2e7f, SYMBOL},
    {0x3000, 0x3000, SPACE},
    {0x3001, 0x3004, SYMBOL},
    {0x3008, 0x3020, SYMBOL},
    {0x3030, 0x3030, SYMBOL},
    {0xfe00, 0xfe0f, INVISIBLE}, /* variation selectors */
    {0xfe10, 0xfe19, SYMBOL},
    {0xfe30, 0xfe52, SYMBOL},
    {0xfe54, 0xfe66, SYMBOL},
    {0xfe68, 0xfe6b, SYMBOL},
    {0xfeff, 0xfeff, INVISIBLE}, /* byte order mark */
    {0xfff9, 0xfffd, SYMBOL},
    {0x1f000, 0x1f0ff, SYMBOL}, /* tiles and cards */
    {0x1f110, 0x1fbef, SYMBOL}, /* enclosed letters, flags, emoji; before and behind are digits */
    {0xe0000, 0xe0fff, INVISIBLE},
};
#define N_RANGES (sizeof ranges / sizeof *ranges)

static enum replacement replacement_of(unsigned character)
{
    if (character < 0x80) {
        if (character == '\n' || character == '\v' || character == '\f' || character == '\r')
            return LINE_END;
        return character <= ' ' || character == 0x7f ? SPACE : ITSELF;
    }
    size_t low = 0;
    size_t high = N_RANGES;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (ranges[middle].last < character)
            low = middle + 1;
        else
            high = middle;
    }
    return low < N_RANGES && ranges[low].first <= character ? ranges[low].replacement : ITSELF;
}

/* The code point that begins at `text`, and in `*length` its bytes. */
static unsigned decode(const char *text, size_t *length)
{
    const unsigned char *bytes = (const unsigned char *)text;
    if (bytes[0] < 0x80) {
        *length = 1;
        return bytes[0];
    }
    *length = bytes[0] < 0xe0 ? 2 : bytes[0] < 0xf0 ? 3 : 4;
    unsigned character = bytes[0] & (0x7fU >> *length);
    for (size_t i = 1; i < *length; i++)
        character = character << 6 | (bytes[i] & 0x3fU);
    return character;
}

static bool is_of_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

size_t query_characters_unify(char *out, const char *typed, size_t length)
{
    static const char replacements[] = {
        [SPACE] = ' ',  [SYMBOL] = ' ', [LINE_END] = '\n',   [INVISIBLE] = ' ',
        [HYPHEN] = '-', [QUOTE] = '\'', [DOUBLE_QUOTE] = '"'};
    size_t n_out = 0;
    size_t n_bytes;
    for (size_t at = 0; at < length; at += n_bytes) {
        enum replacement replacement = replacement_of(decode(typed + at, &n_bytes));
        if (replacement == ITSELF) {
            memmove(out + n_out, typed + at, n_bytes);
            n_out += n_bytes;
        } else if (replacement != INVISIBLE || n_out == 0 || !is_of_name(out[n_out - 1]) ||
                   at + n_bytes == length || !is_of_name(typed[at + n_bytes])) {
            out[n_out++] = replacements[replacement];
        }
    }
    return n_out;
}

bool query_characters_are_blank(const char *typed, size_t length)
{
    size_t n_bytes;
    for (size_t at = 0; at < length; at += n_bytes) {
        enum replacement replacement = replacement_of(decode(typed + at, &n_bytes));
        if (replacement != SPACE && replacement != LINE_END && replacement != INVISIBLE)
            return false;
    }
    return true;
}

void query_characters_join(char *out, const char *text, size_t length)
{
    canonical_name(out, text, length);
    for (size_t i = 0; i < length; i++)
        out[i] = out[i] == ' ' ? '_' : out[i];
}
