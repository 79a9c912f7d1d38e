/* What the readers of pasted text take from it, piece by piece. The text is what
   query_characters_unify left: white space is a space or a newline. */
#ifndef CRATEDEX_INDEX_QUERY_CURSOR_H
#define CRATEDEX_INDEX_QUERY_CURSOR_H

#include <cratedex/search_query.h>

#include <stdbool.h>
#include <stddef.h>

/* Every function moves `at` behind what it took and leaves it where it was when there is
   nothing. */
struct query_cursor {
    const char *at;
    const char *end;
};

/* Letters, digits, `_` and `-` of ASCII: what crate names are made of. */
bool query_is_name_byte(char c);

/* The text without spaces and newlines around it. */
struct search_string query_without_spaces(struct search_string text);

/* True at the end of the text, too, where it is not the character asked for. */
bool query_at_end(const struct query_cursor *cursor);
char query_peek(const struct query_cursor *cursor); /* 0 at the end */

void query_skip_spaces(struct query_cursor *cursor); /* and newlines */

/* This very text. */
bool query_take(struct query_cursor *cursor, const char *text);

/* This word (lower case) in any case, with nothing of a name behind it. */
bool query_take_word(struct query_cursor *cursor, const char *word);

/* A crate's name: name bytes, the first of them no `-`. */
bool query_take_name(struct query_cursor *cursor, struct search_string *name);

/* A version, or the beginning of one: `1`, `1.0.2-rc.1+build`, `1.*`. Nothing of a name or a
   version may follow. */
bool query_take_version(struct query_cursor *cursor, struct search_string *version);

/* How sure it is that a version is meant. */
enum query_version_form {
    QUERY_VERSION_NONE,
    QUERY_VERSION_NUMBER, /* `1`: may as well be a part of a name (`sha 2`) */
    QUERY_VERSION_SHORT,  /* `1.0`, `v1`: may as well be that of a standard (`tls 1.3`) */
    QUERY_VERSION_PLAIN   /* `1.0.2`, or an operator or the word `version` before it */
};

/* A requirement as cargo reads it: `^1.2`, `>=1, <2`, `version 1.0`. `version` is the first version
   in it. */
enum query_version_form query_take_requirement(struct query_cursor *cursor,
                                               struct search_string *version);

#endif
