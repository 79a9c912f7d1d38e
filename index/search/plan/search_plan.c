/* Every word gets the lists of crates that may have it (search_alternatives.c); the last one may be
   unfinished. A word that occurs nowhere is replaced by its nearest neighbour, unless a name
   contains the text; where it has none it carries no mass and is left out of what is required,
   unless every word is. */
#include "index/search/plan/search_plan.h"

#include "index/base/bitmap.h"
#include "index/search/plan/compound_word.h"
#include "index/search/plan/query_characters.h"
#include "index/trie/trie.h"

#include <cratedex/canonical_name.h>
#include <cratedex/ranking.h>
#include <string.h>

_Static_assert(SEARCH_MAX_TEXT_BYTES == TEXT_WORDS_MAX_BYTES && SEARCH_MAX_WORDS == TEXT_WORDS_MAX,
               "every text that may be searched for can be cut");

#define PART_SHARE 0.4F /* of its own weight, that a word has which was typed with another as one */
#define MAX_WORDS_TAKEN_APART 16 /* of a longer text, none is */
#define COMMON_CRATES 64         /* have a word that may stand for what it says, not for a name */

/* The number of a word's stem; 0 where it occurs nowhere. */
static uint32_t find_stem(const struct search_plan *plan, const struct index *index,
                          const struct search_word *word)
{
    return trie_find_first(&index->terms, plan->text_words.bytes + word->start, word->length);
}

/* A word that is about to be found, whose stem lies at `start` of text_words.bytes. */
static struct search_word new_word(struct search_plan *plan, uint32_t start, uint32_t length)
{
    return (struct search_word){.alternatives = &plan->alternatives[plan->n_alternatives],
                                .capacity = SEARCH_MAX_WORD_ALTERNATIVES - plan->n_alternatives,
                                .start = start,
                                .length = length};
}

/* Counts a word that has been weighed. */
static void take_word(struct search_plan *plan, const struct search_word *word)
{
    plan->words[plan->n_words++] = *word;
    plan->n_alternatives += word->n_alternatives;
    plan->total_mass += word->mass;
}

/* Puts what a word that occurs nowhere may have meant in its place, and in that of `written`. */
static void replace_word(struct search_plan *plan, struct index_reader *reader,
                         struct search_string text, uint32_t i, struct search_word *word,
                         struct search_string *written)
{
    struct text_words *words = &plan->text_words;
    char *stem = words->bytes + words->n_bytes;
    size_t length = search_spelling_replace(
        &plan->spelling, reader, text.data + words->words[i].text_start, words->words[i].text_start,
        words->words[i].text_length, stem, sizeof words->bytes - words->n_bytes, written);
    if (length == 0)
        return;
    *word = new_word(plan, words->n_bytes, (uint32_t)length);
    words->n_bytes += word->length;
    search_word_find(word, reader->index, *written, find_stem(plan, reader->index, word));
}

/* Whether a crate's name is what was typed, or contains it. */
static bool is_in_names(const struct named_crates *named)
{
    return named->n_places > 0 || named_crates_count(named) > 0;
}

/* Adds a word that stands for a part of what was typed, folded. */
static void add_part(struct search_plan *plan, struct index_reader *reader,
                     struct search_string part, enum search_match match)
{
    struct text_words *words = &plan->text_words;
    char *stem = words->bytes + words->n_bytes;
    size_t n = text_words_stem(reader->tokenizer, part.data, part.length, stem,
                               sizeof words->bytes - words->n_bytes);
    struct search_word word = new_word(plan, words->n_bytes, (uint32_t)n);
    search_word_find(&word, reader->index, part, find_stem(plan, reader->index, &word));
    if (word.n_alternatives == 0)
        return;
    words->n_bytes += (uint32_t)n;
    search_word_weigh(&word, reader->index, plan->ranking, part, match);
    search_word_scale(&word, PART_SHARE);
    take_word(plan, &word);
}

/* Searches for the two words that a word is which occurs nowhere, unless a single edit makes it
   one that does. Returns false where it is none. */
static bool take_apart(struct search_plan *plan, struct index_reader *reader, uint32_t i,
                       enum search_match match)
{
    const struct text_words *words = &plan->text_words;
    const char *written = words->written + words->words[i].written_start;
    size_t length = words->words[i].written_length;
    size_t first;
    if (words->n_words > MAX_WORDS_TAKEN_APART ||
        !compound_word_part(reader->index, written, length, &first) ||
        spelling_is_one_edit_off(reader->index, written, length) ||
        !search_spelling_part(&plan->spelling, written, first, length, words->words[i].text_start,
                              words->words[i].text_length))
        return false;
    plan->n_taken_apart++;
    add_part(plan, reader, (struct search_string){written, first}, match);
    add_part(plan, reader, (struct search_string){written + first, length - first}, match);
    return true;
}

/* Adds a word of the text; one that carries no mass is left out. */
static void add_word(struct search_plan *plan, struct index_reader *reader,
                     struct word_union *unite, struct search_string text, uint32_t i,
                     enum search_match match)
{
    const struct index *index = reader->index;
    const struct text_words *words = &plan->text_words;
    struct search_word word = new_word(plan, words->words[i].start, words->words[i].length);
    struct search_string written = {words->written + words->words[i].written_start,
                                    words->words[i].written_length};
    bool may_be_unfinished = i + 1 == words->n_words;
    search_word_find(&word, index, written, plan->stems[i]);
    plan->n_with[i] = word.n_written;
    if (plan->ranking->synonym > 0)
        plan->n_with[i] += search_word_add_synonyms(&word, reader, written);
    if (may_be_unfinished && written.length >= SEARCH_MIN_COMPLETED_BYTES &&
        plan->ranking->prefix > 0)
        plan->n_completed = search_word_complete(&word, index, unite, written);
    if (word.n_alternatives > 0) {
        plan->n_occurring++;
    } else if (plan->ranking->typos && !is_in_names(&plan->named) &&
               plan->n_respelt < SEARCH_MAX_REPLACEMENTS) {
        plan->n_respelt++;
        if (take_apart(plan, reader, i, match))
            return;
        replace_word(plan, reader, text, i, &word, &written);
    }
    if (word.n_alternatives == 0) {
        plan->n_left_out++;
        return;
    }
    search_word_weigh(&word, index, plan->ranking, written, match);
    take_word(plan, &word);
}

/* Whether all words of the text are common, so that it may mean what they say. One word among stop
   words says nothing: `to method`. */
static bool has_common_words(const struct search_plan *plan, const struct index *index,
                             struct search_string text)
{
    const struct text_words *words = &plan->text_words;
    bool has_spaces = text.length > 0 && memchr(text.data, ' ', text.length) != NULL;
    bool is_common = words->n_words > (has_spaces ? 1U : 0U);
    for (uint32_t i = 0; i < words->n_words && is_common; i++)
        is_common =
            plan->stems[i] > 0 && postings_of(&index->postings, plan->stems[i]).n >= COMMON_CRATES;
    return is_common;
}

/* Looks for the crates that the text nearly names. */
static void find_near_names(struct search_plan *plan, const struct index *index,
                            struct search_string text)
{
    char canonical[SEARCH_MAX_TEXT_BYTES];
    canonical_name(canonical, text.data, text.length);
    search_spelling_take_names(&plan->spelling, index, canonical, text.length);
    for (uint32_t i = 0; i < plan->spelling.n_near_names; i++)
        named_crates_add(&plan->named, plan->spelling.near_names[i], NAMED_NEARLY);
}

/* Whether any crate has a word as it is written. */
static bool is_written(const void *context, const char *word, size_t length)
{
    const struct index *index = context;
    return trie_find_first(&index->words, word, length) > 0;
}

/* Takes the text for the beginning of a name that is being typed: `serde js`. */
static void take_beginning(struct search_plan *plan, const struct index *index,
                           struct search_string text)
{
    uint32_t node;
    uint32_t n_unread;
    plan->beginning_length = (uint32_t)text.length;
    query_characters_join(plan->beginning, text.data, text.length);
    if (memchr(plan->beginning, '_', text.length) == NULL ||
        !trie_locate(&index->names, plan->beginning, plan->beginning_length, &node, &n_unread))
        plan->beginning_length = 0;
}

int search_plan_make(struct search_plan *plan, struct index_reader *reader,
                     const struct ranking *ranking, const struct query_reading *reading,
                     enum search_match match, struct error *error)
{
    struct search_string text = reading->text;
    struct word_union *unite = word_union_of_reader(reader, error);
    if (unite == NULL || text_words_cut(reader->tokenizer, text.data, text.length, is_written,
                                        reader->index, &plan->text_words, error) != 0)
        return -1;
    plan->ranking = ranking;
    plan->n_words = 0;
    plan->n_taken_apart = 0;
    plan->n_respelt = 0;
    plan->n_left_out = 0;
    plan->n_occurring = 0;
    plan->n_completed = 0;
    plan->n_alternatives = 0;
    plan->total_mass = 0;
    plan->spelling.n_replacements = 0;
    plan->spelling.n_near_names = 0;
    plan->spelling.is_relaxed = false;
    plan->text_length = (uint32_t)text.length;
    uint32_t n_cut = plan->text_words.n_words;
    for (uint32_t i = 0; i < n_cut; i++)
        plan->stems[i] = trie_find_first(&reader->index->terms,
                                         plan->text_words.bytes + plan->text_words.words[i].start,
                                         plan->text_words.words[i].length);
    named_crates_read(&plan->named, reader->index, reading,
                      has_common_words(plan, reader->index, text));
    take_beginning(plan, reader->index, text);
    for (uint32_t i = 0; i < n_cut; i++)
        add_word(plan, reader, unite, text, i, match);
    plan->no_words_match =
        plan->n_words == 0 || (match == SEARCH_MATCH_ALL && plan->n_left_out > 0);
    plan->required =
        match == SEARCH_MATCH_ALL ? plan->total_mass : plan->total_mass * (float)ranking->min_share;
    plan->may_fall_back = match == SEARCH_MATCH_BEST;
    if (ranking->typos && n_cut > 0 && plan->n_occurring == 0 && !is_in_names(&plan->named))
        find_near_names(plan, reader->index, text);
    return 0;
}

void search_plan_rewind(struct search_plan *plan)
{
    for (uint32_t i = 0; i < plan->n_alternatives; i++)
        plan->alternatives[i].list.position = 0;
    for (uint32_t i = 0; i < plan->n_words; i++)
        plan->words[i].written.position = 0;
}
