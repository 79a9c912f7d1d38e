/* What was typed, reduced to the characters that names and words are made of. */
#ifndef CRATEDEX_INDEX_QUERY_CHARACTERS_H
#define CRATEDEX_INDEX_QUERY_CHARACTERS_H

#include <stdbool.h>
#include <stddef.h>

/* Writes `typed` (valid UTF-8) to `out`, which has room for as many bytes and may be `typed`
   itself, and returns the length.
   - White space becomes a space or, where it ends a line, a newline.
   - Typographic hyphens and quotation marks become those of ASCII.
   - Characters that are not to be seen (soft hyphen, zero-width space, byte order mark, …) are left
     out inside a name and are spaces elsewhere: there they part words, as in the index.
   - Emoji and other symbols beyond ASCII, which are part of no word, are spaces.
   No word of the tokenizer (index/text/text_words.h) is changed by it, but that what was parted
   inside of a name is one again. */
size_t query_characters_unify(char *out, const char *typed, size_t length);

/* Writes the text as canonical names are, with `_` for spaces too: as one name, or one keyword, of
   all its words. `out` has room for `length` bytes. */
void query_characters_join(char *out, const char *text, size_t length);

/* Whether there is nothing but white space and characters that are not to be seen. */
bool query_characters_are_blank(const char *typed, size_t length);

#endif
