/* Names that begin with what was typed, or a later word of which does, whatever separates words. */
#ifndef CRATEDEX_INDEX_NAME_COMPLETIONS_H
#define CRATEDEX_INDEX_NAME_COMPLETIONS_H

#include "index/segment/open_index.h"
#include "index/text/loose_text.h"
#include "index/trie/trie_loose.h"

#include <cratedex/search_query.h>

/* Of a kind. */
#define NAME_COMPLETIONS_MAX TRIE_MAX_COMPLETIONS

/* What was typed, in the forms in which it is compared. */
struct typed_name {
    char text[SEARCH_MAX_TEXT_BYTES]; /* canonical, with `_` for what no name has between words */
    size_t length;
    size_t n_characters;
    bool has_letters; /* and this is what it is without separators */
    struct loose_text loose;
    bool has_spaces;  /* between words */
    bool is_sentence; /* more than two words with spaces: hardly a name with slips */
};

/* Reads a text of at most SEARCH_MAX_TEXT_BYTES; spaces around it are left out. */
void typed_name_read(struct typed_name *typed, const char *text, size_t length);

/* The smallest values of a trie's keys that begin with the text, ascending and at most `limit` (up
   to NAME_COMPLETIONS_MAX): of those that have all its boundaries, then of the others. */
void typed_name_complete(const struct typed_name *typed, const struct trie *trie,
                         uint32_t values[2][NAME_COMPLETIONS_MAX], size_t n_values[2],
                         size_t limit);

/* Ranks, ascending. */
struct name_list {
    uint32_t beginnings[NAME_COMPLETIONS_MAX];  /* names that begin with the text */
    uint32_t later_words[NAME_COMPLETIONS_MAX]; /* names with a later word that does */
    size_t n_beginnings;
    size_t n_later_words;
};

struct name_completions {
    struct name_list lists[2]; /* of names with all boundaries of the text, and of the others */
    uint32_t best[3];          /* ranks, by enum trie_loose_kind; UINT32_MAX where there is none */
};

/* Whether any name begins with the text and has all its boundaries. */
bool name_completions_any(const struct index *index, const struct typed_name *typed);

void name_completions_find(struct name_completions *completions, const struct index *index,
                           const struct typed_name *typed, size_t limit);

#endif
