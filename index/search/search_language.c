/* The text is cut into tokens (query_language.h), each of which is taken or stays. A filter that is
   refused is tried once more behind all others, for `kind` goes with a `depends_on` wherever that
   stands; what is refused again is text. The words of a quote are taken one by one and sorted with
   all others, so that their order makes no other query. */
#include <cratedex/search_language.h>

#include "index/base/ascii.h"
#include "index/search/plan/query_language.h"
#include "index/search/plan/query_text.h"
#include "index/segment/open_index.h"
#include "index/text/symbol_words.h"
#include "index/trie/trie.h"

#include <cratedex/canonical_name.h>
#include <cratedex/search_filters.h>
#include <cratedex/search_text.h>
#include <string.h>

#define MAX_TOKENS SEARCH_MAX_WORDS

struct language {
    const struct index *index;
    struct search_filters *filters;
    struct query_token tokens[MAX_TOKENS];
    bool is_taken[MAX_TOKENS];
    size_t n_tokens;
};

/* A copy in small letters (ASCII). */
static struct search_string fold(char *copy, struct search_string text)
{
    for (size_t i = 0; i < text.length; i++)
        copy[i] = ascii_lower(text.data[i]);
    return (struct search_string){copy, text.length};
}

static bool is_text(struct search_string string, const char *text)
{
    return string.length == strlen(text) && memcmp(string.data, text, string.length) == 0;
}

/* Adds a word; false where there is no room. */
static bool add_word(struct language *language, enum search_filter_kind kind,
                     struct search_string word)
{
    char folded[SEARCH_MAX_TEXT_BYTES];
    return search_filters_add_value(language->filters, kind, fold(folded, word), 0, NULL) == 0;
}

static bool add_filter(struct language *language, const struct query_token *token)
{
    char name[SEARCH_MAX_TEXT_BYTES];
    char value[SEARCH_MAX_TEXT_BYTES];
    struct search_string folded = fold(name, token->name);
    if (is_text(folded, search_filter_name(SEARCH_FILTER_IN)))
        return is_text(fold(value, token->value), "name") &&
               add_word(language, SEARCH_FILTER_IN, token->value);
    return search_filters_add(language->filters, language->index, folded, token->value, NULL) == 0;
}

static bool is_mark(char c)
{
    return strchr(" \n,.!?&%'/-", c) != NULL;
}

/* The next word of a quote, from `*at` on, without punctuation around it. `no std` is one. */
static bool next_word(struct search_string quoted, size_t *at, struct search_string *word)
{
    while (*at < quoted.length && is_mark(quoted.data[*at]))
        ++*at;
    size_t start = *at;
    size_t end = start;
    while (end < quoted.length && quoted.data[end] != ' ' && quoted.data[end] != '\n')
        end++;
    struct symbol_word symbol;
    size_t behind_symbol = start;
    if (symbol_words_next(quoted.data, quoted.length, &behind_symbol, &symbol) &&
        symbol.start == start && symbol.length > end - start)
        end = behind_symbol;
    *at = end;
    while (end > start && is_mark(quoted.data[end - 1]))
        end--;
    *word = (struct search_string){quoted.data + start, end - start};
    return end > start;
}

static bool add_quoted(struct language *language, const struct query_token *token)
{
    struct search_filters before = *language->filters;
    struct search_string word;
    size_t at = 0;
    while (next_word(token->value, &at, &word)) {
        if (!add_word(language, SEARCH_FILTER_ALL_OF, word)) {
            *language->filters = before;
            return false;
        }
    }
    return true;
}

static bool take(struct language *language, const struct query_token *token)
{
    switch (token->kind) {
    case QUERY_TOKEN_FILTER:
        return add_filter(language, token);
    case QUERY_TOKEN_WITHOUT:
        /* Where there is no room for more: at least it is not looked for. */
        (void)add_word(language, SEARCH_FILTER_WITHOUT, token->value);
        return true;
    case QUERY_TOKEN_QUOTED:
        return add_quoted(language, token);
    default:
        return token->kind == QUERY_TOKEN_FLAG;
    }
}

/* Takes what can be taken. Returns whether there was anything. */
static bool take_all(struct language *language)
{
    bool is_any = false;
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < language->n_tokens; i++) {
            if (!language->is_taken[i])
                language->is_taken[i] = take(language, &language->tokens[i]);
            is_any = is_any || language->is_taken[i];
        }
    }
    return is_any;
}

/* What stays of a token: what was quoted, and what was not taken. */
static struct search_string rest_of(const struct language *language, size_t i)
{
    const struct query_token *token = &language->tokens[i];
    if (!language->is_taken[i])
        return token->whole;
    return token->kind == QUERY_TOKEN_QUOTED ? token->value : (struct search_string){NULL, 0};
}

/* Between tokens there is one space, or a line's end. */
static size_t write_rest(const struct language *language, char *rest)
{
    size_t length = 0;
    for (size_t i = 0; i < language->n_tokens; i++) {
        struct search_string left = rest_of(language, i);
        if (left.length == 0)
            continue;
        if (length > 0)
            rest[length++] = language->tokens[i].whole.data[-1];
        memcpy(rest + length, left.data, left.length);
        length += left.length;
    }
    return length;
}

/* Whether the text says something as a whole: it is pasted and names crates, or is such a name. */
static bool is_whole(const struct index *index, struct search_string text)
{
    struct query_text read;
    char canonical[SEARCH_MAX_TEXT_BYTES];
    canonical_name(canonical, text.data, text.length);
    if (trie_find_first(&index->names, canonical, text.length) > 0)
        return true;
    query_text_read(&read, text);
    return read.kind == QUERY_TEXT_NAMES;
}

static bool has_only_flags(const struct language *language)
{
    size_t i = 0;
    while (i < language->n_tokens && language->tokens[i].kind == QUERY_TOKEN_FLAG)
        i++;
    return i == language->n_tokens;
}

bool search_language_read(const struct index *index, struct search_string text,
                          struct search_filters *filters, char *rest, size_t *rest_length)
{
    if (!query_language_may_be_in(text))
        return false;
    char folded[SEARCH_MAX_TEXT_BYTES];
    struct language language = {.index = index, .filters = filters};
    struct search_string read = {folded, search_fold_text(folded, text.data, text.length)};
    size_t at = 0;
    bool is_any = false;
    while (language.n_tokens < MAX_TOKENS &&
           query_token_next(read, &at, &language.tokens[language.n_tokens]))
        is_any = language.tokens[language.n_tokens++].kind != QUERY_TOKEN_TEXT || is_any;
    if (!is_any || has_only_flags(&language) || is_whole(index, read) || !take_all(&language))
        return false;
    *rest_length = write_rest(&language, rest);
    return true;
}
