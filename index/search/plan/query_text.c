/* Three readers in turn, the surest first: statements (query_statement.h), addresses
   (query_address.h), and last what a short text may be that names a crate among words: with a
   version, a path, a file name, the word `crate`. A name with a whole version comes before
   addresses, for lines of Cargo.lock have both. What none of them understands is words. */
#include "index/search/plan/query_text.h"

#include "index/base/ascii.h"
#include "index/search/plan/query_address.h"
#include "index/search/plan/query_characters.h"
#include "index/search/plan/query_loose_name.h"
#include "index/search/plan/query_statement.h"

#include <string.h>

static bool is_space(char c)
{
    return c == ' ' || c == '\n';
}

static bool is_of_word(char c)
{
    return (query_is_name_byte(c) && c != '-') || (unsigned char)c > 127;
}

/* Takes the `1. ` of a list off. */
static struct search_string without_number(struct search_string text)
{
    size_t n = 0;
    while (n < text.length && text.data[n] >= '0' && text.data[n] <= '9')
        n++;
    if (n == 0 || text.length - n < 3 || text.data[n] != '.' || !is_space(text.data[n + 1]))
        return text;
    return query_without_spaces((struct search_string){text.data + n + 1, text.length - n - 1});
}

/* Takes off marks that stand alone before the words, such as `$`, `-`, `#`, and behind them, such
   as `=` and `;`: but not `+`, which may belong to what stands before it. */
static struct search_string without_marks(struct search_string text)
{
    struct search_string rest = without_number(text);
    while (rest.length > 0 && !is_of_word(rest.data[0]) && rest.data[0] != '.') {
        size_t n = 0;
        while (n < rest.length && !is_space(rest.data[n]) && !is_of_word(rest.data[n]))
            n++;
        if (n == rest.length || !is_space(rest.data[n]))
            break;
        rest = query_without_spaces((struct search_string){rest.data + n, rest.length - n});
    }
    while (rest.length > 0 && strchr("=:;,.!?|&", rest.data[rest.length - 1]) != NULL) {
        rest.length--;
        rest = query_without_spaces(rest);
    }
    return rest.length > 0 ? rest : text;
}

static const char *find(struct search_string text, char c)
{
    return text.length == 0 ? NULL : memchr(text.data, c, text.length);
}

/* False where the quote stands inside of the text; `text` is what follows the first one. */
static bool is_closed_at_end(struct search_string text, char quote)
{
    size_t start = 0;
    size_t end = text.length;
    while (start < end && text.data[start] == quote)
        start++;
    while (end > start && text.data[end - 1] == quote)
        end--;
    return find((struct search_string){text.data + start, end - start}, quote) == NULL;
}

/* Takes one mark off the beginning: an opening bracket, a quote that is closed at the end, what
   Markdown and Rust write before a word. */
static bool take_off_first(struct search_string *text)
{
    static const char marks[] = "([{<*#&~,;:|>$!+%^";
    struct search_string rest = {text->data + 1, text->length - 1};
    char first = text->data[0];
    bool is_quote = first == '"' || first == '\'' || first == '`';
    if (rest.length == 0 ||
        !(is_quote ? is_closed_at_end(rest, first) : strchr(marks, first) != NULL))
        return false;
    *text = rest;
    return true;
}

/* Whether the text ends in a `+` that is no part of a word: two are (`c++`), and one behind a
   single letter may be. */
static bool ends_in_plus(struct search_string text)
{
    const char *end = text.data + text.length;
    return text.length > 2 && end[-1] == '+' && is_of_word(end[-2]) && is_of_word(end[-3]);
}

/* Takes one mark off the end: a closing bracket that nothing opens or that is empty, a quote that
   nothing opens, punctuation. */
static bool take_off_last(struct search_string *text)
{
    static const char closing[] = ")]}>\"'`";
    static const char opening[] = "([{<\"'`";
    static const char marks[] = "*!?,;:.|&~=%^";
    struct search_string rest = {text->data, text->length - 1};
    char last = text->data[rest.length];
    const char *found = strchr(closing, last);
    if (rest.length == 0 || last == '\0' ||
        (found == NULL && strchr(marks, last) == NULL && !ends_in_plus(*text)) ||
        (last == '*' && rest.data[rest.length - 1] == '.')) /* `1.*` */
        return false;
    if (found != NULL) {
        char opens = opening[found - closing];
        if (rest.data[rest.length - 1] == opens && rest.length > 1)
            rest.length--;
        else if (find(rest, opens) != NULL)
            return false;
    }
    *text = rest;
    return true;
}

static struct search_string without_decoration(struct search_string text)
{
    struct search_string rest = without_marks(query_without_spaces(text));
    while (rest.length > 1 && (take_off_first(&rest) || take_off_last(&rest)))
        rest = query_without_spaces(rest);
    for (size_t i = 0; i < rest.length; i++) {
        if (is_of_word(rest.data[i]))
            return rest;
    }
    return query_without_spaces(text); /* nothing but marks: they are what was asked for */
}

static size_t write_words(char *out, struct search_string text)
{
    size_t length = 0;
    for (size_t at = 0; at < text.length; at++) {
        if (!is_space(text.data[at]))
            out[length++] = text.data[at];
        else if (out[length - 1] != ' ') /* no text begins with one */
            out[length++] = ' ';
    }
    return length;
}

/* True where the text is its first `length` bytes again and again, with a space between. */
static bool is_repetition(struct search_string text, size_t length)
{
    if ((text.length + 1) % (length + 1) != 0)
        return false;
    for (size_t i = length; i < text.length; i++) {
        char first = i % (length + 1) == length ? ' ' : ascii_lower(text.data[i % (length + 1)]);
        if (ascii_lower(text.data[i]) != first)
            return false;
    }
    return true;
}

/* The words once where all of them are repeated. A single word that stands twice among others is
   left there: names have such words (`rustc-ap-rustc_ast`). */
static struct search_string without_repetition(struct search_string text)
{
    for (size_t i = 1; i < text.length; i++) {
        if (text.data[i] == ' ' && is_repetition(text, i))
            return (struct search_string){text.data, i};
    }
    return text;
}

void query_text_read(struct query_text *read, struct search_string typed)
{
    memset(&read->names, 0, sizeof read->names);
    read->version_form = QUERY_VERSION_NONE;
    size_t n_unified = query_characters_unify(read->unified, typed.data, typed.length);
    struct search_string unified =
        query_without_spaces((struct search_string){read->unified, n_unified});
    struct search_string plain = without_decoration(unified);
    read->typed = unified;
    read->words_typed = (struct search_string){read->words, write_words(read->words, plain)};
    read->text = without_repetition(read->words_typed);
    struct query_names loose = {.n_names = 0};
    enum query_version_form form = QUERY_VERSION_NONE;
    bool may_be_name = query_loose_name_read(plain, &loose, &form);
    bool has_version = may_be_name && form == QUERY_VERSION_PLAIN;
    read->kind = QUERY_TEXT_PLAIN;
    if (query_statements_read(unified, &read->names) ||
        (plain.length < unified.length && query_statements_read(plain, &read->names)) ||
        (!has_version && query_addresses_read(unified, &read->names))) {
        read->kind = QUERY_TEXT_NAMES;
    } else if (may_be_name) {
        read->kind = QUERY_TEXT_PERHAPS;
        read->names = loose;
        read->version_form = form;
    }
}
