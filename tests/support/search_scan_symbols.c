/* Words with symbols, by the rules that symbol_words.h states: looked for at one place of a text,
   which is a copy that ends in NUL. */
#include "tests/support/search_scan_steps.h"

#include "index/text/symbol_words.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool is_plain(char c)
{
    return isalnum((unsigned char)c) && (unsigned char)c < 128;
}

static bool is_word_byte(char c)
{
    return is_plain(c) || (unsigned char)c > 127;
}

/* Letters and digits, and a symbol at their end. Returns the length; 0: it is none. */
static size_t read_symbol(const char *begin, size_t n_letters, struct scan_text *word)
{
    const char *symbol = begin + n_letters;
    size_t n = strncmp(symbol, "++", 2) == 0 ? 2 : *symbol == '+' || *symbol == '#' ? 1 : 0;
    const char *name = n == 2 ? "plusplus" : *symbol == '+' ? "plus" : "sharp";
    char behind = n > 0 ? symbol[n] : ' ';
    bool is_version = n == 2 && isdigit((unsigned char)behind);
    if (n == 0 || behind == '+' || behind == '#' || behind == '=' ||
        (is_word_byte(behind) && !is_version))
        return 0;
    snprintf(word->text, sizeof word->text, "%.*s%s", (int)n_letters, begin, name);
    return n_letters + n;
}

/* `no` and a word behind it. */
static size_t read_negation(const char *begin, struct scan_text *word, bool *is_certain)
{
    char rest[SEARCH_MAX_TEXT_BYTES + 4] = "";
    int n = 0;
    if (strncasecmp(begin, "no", 2) != 0 ||
        sscanf(begin + 2, "%*1[-_ ]%200[a-zA-Z0-9]%n", rest, &n) != 1 || strlen(rest) < 2 ||
        !isalpha((unsigned char)rest[0]) || (unsigned char)begin[2 + n] > 127)
        return 0;
    *is_certain = strcasecmp(rest, "std") == 0 || strcasecmp(rest, "alloc") == 0;
    if (begin[2] == ' ' && !*is_certain)
        return 0;
    snprintf(word->text, sizeof word->text, "no%.200s", rest);
    return 2 + (size_t)n;
}

size_t scan_symbol_word(const struct search_scan *scan, struct search_string text, size_t start,
                        struct scan_text *word)
{
    char copy[SEARCH_MAX_TEXT_BYTES + 4] = "";
    bool is_certain = false;
    memcpy(copy, text.data, text.length);
    const char *begin = copy + start;
    size_t n_letters = 0;
    while (is_plain(begin[n_letters]))
        n_letters++;
    if (n_letters == 0 || !isalpha((unsigned char)*begin))
        return 0;
    size_t length = read_symbol(begin, n_letters, word);
    if (length == 0 && n_letters == 2)
        length = read_negation(begin, word, &is_certain);
    if (length == 0 || strlen(word->text) > SYMBOL_WORD_MAX_BYTES)
        return 0;
    for (char *c = word->text; *c != '\0'; c++)
        *c = (char)tolower((unsigned char)*c);
    return is_certain || scan_is_written(scan, word->text) ? length : 0;
}
