/* The language of the search box: which pieces of a text are filters, exclusions, quoted words or
   flags, by their form alone. What names and values there are is for others to know. */
#ifndef CRATEDEX_INDEX_QUERY_LANGUAGE_H
#define CRATEDEX_INDEX_QUERY_LANGUAGE_H

#include <cratedex/search_query.h>

#include <stdbool.h>

enum query_token_kind {
    QUERY_TOKEN_TEXT,    /* anything else */
    QUERY_TOKEN_FILTER,  /* `license:mit`, `license:"Apache-2.0 WITH LLVM-exception"` */
    QUERY_TOKEN_WITHOUT, /* `-word`: one hyphen before a letter, and nothing but a word behind it */
    QUERY_TOKEN_QUOTED,  /* `"some words"`: between spaces or ends, see query_token_next */
    QUERY_TOKEN_FLAG     /* `--features`, `-F`: of a command, not of what it is about */
};

/* The strings lie in the text that is read. */
struct query_token {
    enum query_token_kind kind;
    struct search_string whole; /* as it stands, without the white space around it */
    struct search_string name;  /* FILTER: before the colon; else empty */
    struct search_string value; /* FILTER, QUOTED: without quotes; WITHOUT: the word; else empty */
};

/* Whether the text may have any token but TEXT: a colon, a quote, a hyphen where a word begins, or
   what is no ASCII, which may stand for one of them. */
bool query_language_may_be_in(struct search_string text);

/* Stores the next token of a text that query_characters_unify left, from `*at` on, and sets `*at`
   behind it. Returns false at the end.

   Quoted words are taken for such only where nobody quotes a value: neither `=`, `,`, `:` nor a
   bracket stands beside them, spaces aside, and within are only words: no version, path or
   statement. */
bool query_token_next(struct search_string text, size_t *at, struct query_token *token);

#endif
