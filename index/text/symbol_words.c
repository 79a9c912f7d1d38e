/* One pass. A word may only begin behind a byte that is no part of a word, so a run of letters and
   digits is looked at once, at its begin: what it is, and what stands behind it, decide. Bytes
   above 127 are parts of words, as letters, that no symbol word has. */
#include "index/text/symbol_words.h"

#include "index/base/ascii.h"

#include <string.h>

/* What `no` may stand before with a space between: only what people mean as one word. In running
   text it stands before anything. */
static const char *const absent_things[] = {"std", "alloc"};
#define N_ABSENT_THINGS (sizeof absent_things / sizeof *absent_things)

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_letter_or_digit(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9');
}

static bool is_word_byte(char c)
{
    return is_letter_or_digit(c) || (unsigned char)c > 127;
}

/* The end of the letters and digits that begin at `at`. */
static size_t run_end(const char *text, size_t length, size_t at)
{
    while (at < length && is_letter_or_digit(text[at]))
        at++;
    return at;
}

/* The byte at `at`; a space behind the end. */
static char byte_at(const char *text, size_t length, size_t at)
{
    return at < length ? text[at] : ' ';
}

static bool add(struct symbol_word *found, const char *bytes, size_t n)
{
    if (n > sizeof found->word - found->word_length)
        return false;
    for (size_t i = 0; i < n; i++)
        found->word[found->word_length++] = ascii_lower(bytes[i]);
    return true;
}

/* A word with a symbol at its end. `end` is where the symbol would begin. */
static bool read_symbol(const char *text, size_t length, size_t start, size_t end,
                        struct symbol_word *found)
{
    char first = byte_at(text, length, end);
    bool is_double = first == '+' && byte_at(text, length, end + 1) == '+';
    size_t n_bytes = is_double ? 2 : 1;
    char behind = byte_at(text, length, end + n_bytes);
    const char *name = is_double ? "plusplus" : first == '+' ? "plus" : "sharp";
    if ((first != '+' && first != '#') || behind == '+' || behind == '#' || behind == '=' ||
        (is_word_byte(behind) && !(is_double && behind >= '0' && behind <= '9')))
        return false;
    found->word_length = 0;
    found->length = (uint32_t)(end + n_bytes - start);
    return add(found, text + start, end - start) && add(found, name, strlen(name));
}

static bool is_absent_thing(const char *word, size_t length)
{
    for (size_t i = 0; i < N_ABSENT_THINGS; i++) {
        size_t at = 0;
        while (at < length && ascii_lower(word[at]) == absent_things[i][at])
            at++;
        if (at == length && absent_things[i][at] == '\0')
            return true;
    }
    return false;
}

/* `no` and what is not there. `end` is where `no` ends. */
static bool read_negation(const char *text, size_t length, size_t start, size_t end,
                          struct symbol_word *found)
{
    if (end - start != 2 || ascii_lower(text[start]) != 'n' || ascii_lower(text[start + 1]) != 'o')
        return false;
    char separator = byte_at(text, length, end);
    bool is_joined = separator == '_' || separator == '-';
    bool is_apart = separator == ' ' || separator == '\t' || separator == '\n';
    size_t thing = end + 1;
    size_t thing_end = run_end(text, length, thing < length ? thing : length);
    if ((!is_joined && !is_apart) || thing_end < thing + 2 || !is_letter(text[thing]) ||
        is_word_byte(byte_at(text, length, thing_end)))
        return false;
    found->word_length = 0;
    found->is_certain = is_absent_thing(text + thing, thing_end - thing);
    found->length = (uint32_t)(thing_end - start);
    return (is_joined || found->is_certain) && add(found, "no", 2) &&
           add(found, text + thing, thing_end - thing);
}

bool symbol_words_next(const char *text, size_t length, size_t *at, struct symbol_word *found)
{
    size_t i = *at;
    while (i < length) {
        bool begins = is_letter(text[i]) && (i == 0 || !is_word_byte(text[i - 1]));
        if (!begins) {
            i++;
            continue;
        }
        size_t end = run_end(text, length, i);
        found->start = (uint32_t)i;
        found->is_certain = false;
        if (read_symbol(text, length, i, end, found) ||
            read_negation(text, length, i, end, found)) {
            *at = i + found->length;
            return true;
        }
        i = end;
    }
    *at = length;
    return false;
}

int symbol_words_append(const char *text, size_t length, msgpack_sbuffer *out)
{
    struct symbol_word found;
    size_t at = 0;
    while (symbol_words_next(text, length, &at, &found)) {
        if (msgpack_sbuffer_write(out, " ", 1) != 0 ||
            msgpack_sbuffer_write(out, found.word, found.word_length) != 0)
            return -1;
    }
    return 0;
}
