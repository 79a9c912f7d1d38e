/* A name is read as parts between separators, and a part as words. Every byte has one of five
   kinds; whether a word ends before a byte depends on the kinds of the byte before it, the byte
   itself and the byte after it, so words are found one after the other in a single pass without
   memory. Bytes above 127 are parts of UTF-8 characters: they are letters without case, so that no
   cut falls inside a character. */
#include "index/text/name_words.h"

#include <stdbool.h>

enum byte_kind { SEPARATOR, DIGIT, LOWER, UPPER, CASELESS };

static enum byte_kind kind_of(char byte)
{
    unsigned char c = (unsigned char)byte;
    if (c >= 'a' && c <= 'z')
        return LOWER;
    if (c >= 'A' && c <= 'Z')
        return UPPER;
    if (c >= '0' && c <= '9')
        return DIGIT;
    return c > 127 ? CASELESS : SEPARATOR;
}

/* Says whether a new word begins at `at`, which is inside a part and not its first byte. */
static bool word_begins(const char *name, size_t at, size_t part_end)
{
    enum byte_kind before = kind_of(name[at - 1]);
    enum byte_kind here = kind_of(name[at]);
    if ((before == DIGIT) != (here == DIGIT))
        return true;
    if (here != UPPER)
        return false;
    return before == LOWER ||
           (before == UPPER && at + 1 < part_end && kind_of(name[at + 1]) == LOWER);
}

/* Finds the next part at or after `*start`. Returns false where there is none. */
static bool next_part(const char *name, size_t length, size_t *start, size_t *end)
{
    size_t at = *start;
    while (at < length && kind_of(name[at]) == SEPARATOR)
        at++;
    *start = at;
    while (at < length && kind_of(name[at]) != SEPARATOR)
        at++;
    *end = at;
    return *start < *end;
}

/* The end of the word that begins at `start`. */
static size_t word_end(const char *name, size_t start, size_t part_end)
{
    size_t at = start + 1;
    while (at < part_end && !word_begins(name, at, part_end))
        at++;
    return at;
}

size_t name_words_split(const char *name, size_t length, struct name_word *words, size_t capacity)
{
    size_t n_words = 0;
    size_t part_end = 0;
    for (size_t part = 0; next_part(name, length, &part, &part_end); part = part_end) {
        for (size_t start = part, end; start < part_end; start = end) {
            end = word_end(name, start, part_end);
            if (n_words < capacity)
                words[n_words] = (struct name_word){(uint32_t)start, (uint32_t)(end - start)};
            n_words++;
        }
    }
    return n_words;
}

/* Appends `length` bytes, with a space before them unless they are the first of this text. */
static int append(msgpack_sbuffer *out, bool *is_first, const char *text, size_t length)
{
    if (!*is_first && msgpack_sbuffer_write(out, " ", 1) != 0)
        return -1;
    *is_first = false;
    return msgpack_sbuffer_write(out, text, length);
}

int name_words_text(const char *name, size_t length, msgpack_sbuffer *out)
{
    bool is_first = true;
    size_t part_end = 0;
    for (size_t part = 0; next_part(name, length, &part, &part_end); part = part_end) {
        for (size_t start = part, end; start < part_end; start = end) {
            end = word_end(name, start, part_end);
            if (append(out, &is_first, name + start, end - start) != 0)
                return -1;
        }
    }
    for (size_t part = 0; next_part(name, length, &part, &part_end); part = part_end) {
        if (word_end(name, part, part_end) < part_end &&
            append(out, &is_first, name + part, part_end - part) != 0)
            return -1;
    }
    return 0;
}
