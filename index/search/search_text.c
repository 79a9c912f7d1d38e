/* The checks of a text, and the form in which it is the key of its answer. Nothing is allocated. */
#include <cratedex/search_text.h>

#include "index/search/plan/query_characters.h"

#include <cratedex/utf8.h>
#include <string.h>

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

enum search_status search_check_text(const char *text, size_t length, struct error *error)
{
    if (length <= SEARCH_MAX_TEXT_BYTES && !utf8_is_valid(text, length)) {
        error_set(error, "the query is not valid UTF-8");
        return SEARCH_BAD_TEXT;
    }
    /* No character has more bytes. */
    if (length > SEARCH_MAX_TEXT_BYTES ||
        utf8_count_characters(text, length) > SEARCH_MAX_TEXT_CHARACTERS) {
        error_set(error, "the query is longer than %d characters", SEARCH_MAX_TEXT_CHARACTERS);
        return SEARCH_BAD_TEXT;
    }
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if ((c < 0x20 && !is_space(text[i])) || c == 0x7f) {
            error_set(error, "the query has a control character");
            return SEARCH_BAD_TEXT;
        }
    }
    return SEARCH_OK;
}

static bool is_small(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_capital(char c)
{
    return c >= 'A' && c <= 'Z';
}

/* Whether the letters are a flag of a command: of `-F` and `-f`, one has a value. */
static bool is_flag(const char *text, size_t start, size_t end, size_t length)
{
    return end == start + 1 && start > 0 && text[start - 1] == '-' &&
           (start == 1 || is_space(text[start - 2])) && (end == length || is_space(text[end]));
}

/* Puts a run of letters in lower case unless a change of case parts it in words, or it is a flag.
   Returns its end. */
static size_t fold_run(char *text, size_t start, size_t length)
{
    size_t end = start;
    bool is_kept = false;
    while (end < length && (is_small(text[end]) || is_capital(text[end]))) {
        is_kept |= end > start && is_capital(text[end]) && is_small(text[end - 1]);
        end++;
    }
    is_kept |= is_flag(text, start, end, length);
    for (size_t i = start; i < end && !is_kept; i++)
        text[i] = (char)(is_capital(text[i]) ? text[i] - 'A' + 'a' : text[i]);
    return end;
}

size_t search_fold_text(char *out, const char *text, size_t length)
{
    size_t n_unified = query_characters_unify(out, text, length);
    size_t n_out = 0;
    for (size_t i = 0; i < n_unified; i++) {
        bool is_first_space = n_out > 0 && !is_space(out[n_out - 1]);
        if (!is_space(out[i]) || is_first_space)
            out[n_out++] = out[i];
        else if (out[i] == '\n' && n_out > 0)
            out[n_out - 1] = '\n'; /* a line's end counts among spaces */
    }
    while (n_out > 0 && is_space(out[n_out - 1]))
        n_out--;
    /* Nothing but symbols is still something that was asked for. */
    if (n_out == 0 && !query_characters_are_blank(text, length)) {
        memcpy(out, text, length);
        return length;
    }
    for (size_t i = 0; i < n_out;) {
        size_t end = fold_run(out, i, n_out);
        i = end > i ? end : i + 1;
    }
    return n_out;
}
