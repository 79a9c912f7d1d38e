/* Words are looked up in the trie of stems, whose values are numbered by frequency, so that the
   completions of an unfinished word are put in order by their numbers. They come from that trie
   and, for a word that hardly occurs, from the trie of words as they are written: no stem of
   `serialize` begins with `seriali`, for it is stemmed to `serial`. A word that occurs nowhere is
   replaced by its nearest neighbour, unless a name contains the text; where it has none it carries
   no mass and is left out of what is required, unless every word is. */
#include "index/search/plan/search_plan.h"

#include "index/base/bitmap.h"
#include "index/search/plan/compound_word.h"
#include "index/trie/trie.h"
#include "index/trie/trie_complete.h"

#include <cratedex/canonical_name.h>
#include <cratedex/ranking.h>
#include <math.h>
#include <string.h>

_Static_assert(SEARCH_MAX_TEXT_BYTES == TEXT_WORDS_MAX_BYTES && SEARCH_MAX_WORDS == TEXT_WORDS_MAX,
               "every text that may be searched for can be cut");

#define MIN_COMPLETED_BYTES 2
#define PART_SHARE 0.4F /* of its own weight, that a word has which was typed with another as one */
#define MAX_WORDS_TAKEN_APART 16 /* of a longer text, none is */
#define COMMON_CRATES 64         /* have a word that may stand for what it says, not for a name */
#define MAX_WRITTEN_COMPLETIONS 4
#define MIN_COMPLETION_MASS 1e-6f /* above 0, which says that a crate was not touched */
#define MIN_MASS 0.01 /* a word that every crate has still counts when all words must occur */

/* Inverse document frequency in the form that cannot be negative (Robertson and Spärck Jones 1976,
   as in Lucene's BM25). */
static float inverse_document_frequency(uint32_t n_crates, uint64_t n_with)
{
    double n = (double)(n_with < n_crates ? n_with : n_crates);
    return (float)fmax(MIN_MASS, log(1 + ((double)n_crates - n + 0.5) / (n + 0.5)));
}

/* The number of a stem; 0 where it occurs nowhere. */
static uint32_t find_term(const struct index *index, const char *stem, size_t length)
{
    const unsigned char *values;
    return length > 0 && trie_find(&index->terms, stem, length, &values) > 0 ? trie_value(values, 0)
                                                                             : 0;
}

static struct posting_list find_list(const struct index *index, const char *stem, size_t length)
{
    uint32_t term = find_term(index, stem, length);
    return term > 0 ? postings_of(&index->postings, term) : (struct posting_list){0};
}

/* How many crates have a word as it is written. */
static uint32_t count_written(const struct index *index, const char *word, size_t length)
{
    const unsigned char *values;
    return length > 0 && trie_find(&index->words, word, length, &values) > 0
               ? postings_of(&index->written, trie_value(values, 0)).n
               : 0;
}

/* Puts a number among ascending ones; 0 and what is there already are left out. */
static size_t insert_term(uint32_t *terms, size_t n, uint32_t term)
{
    size_t at = n;
    while (at > 0 && terms[at - 1] > term)
        at--;
    if (term == 0 || (at > 0 && terms[at - 1] == term))
        return n;
    memmove(&terms[at + 1], &terms[at], (n - at) * sizeof *terms);
    terms[at] = term;
    return n + 1;
}

/* Adds the stems of the most frequent words that, as they are written, begin with what was typed,
   folded. */
static size_t complete_written(struct index_reader *reader, const char *typed, size_t length,
                               uint32_t *terms, size_t n_terms)
{
    const struct index *index = reader->index;
    char text[SPELLING_MAX_BYTES];
    uint32_t numbers[MAX_WRITTEN_COMPLETIONS];
    size_t n = trie_complete(&index->spelling, typed, length, numbers, MAX_WRITTEN_COMPLETIONS);
    for (size_t i = 0; i < n; i++) {
        struct counted_word written = word_list_word(&index->spelling_list, numbers[i]);
        size_t n_bytes =
            text_words_stem(reader->tokenizer, written.text, written.length, text, sizeof text);
        n_terms = insert_term(terms, n_terms, find_term(index, text, n_bytes));
    }
    return n_terms;
}

/* Appends a list to the word at hand, which is the last; an empty one is no alternative. `synonym`
   is NULL for other kinds. */
static void add_alternative(struct search_plan *plan, struct search_word *word,
                            enum alternative_kind kind, struct posting_list list,
                            const struct synonym *synonym)
{
    if (list.n == 0 || plan->n_alternatives == SEARCH_MAX_WORD_ALTERNATIVES)
        return;
    plan->alternatives[plan->n_alternatives++] =
        (struct word_alternative){.list = list, .kind = kind, .synonym = synonym};
    word->n_alternatives++;
}

/* The list of the word's own stem; empty where it occurs nowhere. */
static struct posting_list stem_list(const struct search_word *word)
{
    return word->n_alternatives > 0 && word->alternatives[0].kind == ALTERNATIVE_STEM
               ? word->alternatives[0].list
               : (struct posting_list){0};
}

/* Adds the words that mean the same as what was typed; a full match, with a lower score. Returns
   how many crates have them, added. */
static uint64_t add_synonyms(struct search_plan *plan, struct index_reader *reader,
                             const char *typed, size_t typed_length, struct search_word *word)
{
    const struct index *index = reader->index;
    const struct posting_list own = stem_list(word);
    const struct synonym *group = NULL;
    uint64_t n_with = 0;
    uint32_t n = synonyms_find(&index->synonyms, typed, typed_length, &group);
    for (uint32_t i = 0; i < n && plan->ranking->synonym > 0; i++) {
        char stem[SYNONYM_MAX_BYTES];
        size_t length =
            text_words_stem(reader->tokenizer, group[i].word, group[i].length, stem, sizeof stem);
        struct posting_list list = find_list(index, stem, length);
        if (list.ranks == own.ranks)
            continue;
        add_alternative(plan, word, ALTERNATIVE_SYNONYM, list, &group[i]);
        n_with += list.n;
    }
    return n_with;
}

/* Adds the completions of what was typed. */
static void add_completions(struct search_plan *plan, struct index_reader *reader,
                            const char *typed, size_t typed_length, struct search_word *word)
{
    const struct index *index = reader->index;
    const struct posting_list own = stem_list(word);
    uint32_t terms[SEARCH_MAX_COMPLETIONS_OF_WORD + 1 + MAX_WRITTEN_COMPLETIONS];
    uint32_t n = 0;
    size_t n_terms = trie_complete(&index->terms, plan->text_words.bytes + word->start,
                                   word->length, terms, SEARCH_MAX_COMPLETIONS_OF_WORD + 1);
    if (own.n <= SEARCH_RARE_CRATES)
        n_terms = complete_written(reader, typed, typed_length, terms, n_terms);
    for (size_t i = 0; i < n_terms && n < SEARCH_MAX_COMPLETIONS_OF_WORD; i++) {
        struct posting_list list = postings_of(&index->postings, terms[i]);
        if (list.ranks == own.ranks)
            continue;
        add_alternative(plan, word, ALTERNATIVE_COMPLETION, list, NULL);
        plan->n_completed += list.n;
        n++;
    }
}

/* Puts what a word that occurs nowhere may have meant in its place. */
static void replace_word(struct search_plan *plan, struct index_reader *reader,
                         struct search_string text, uint32_t i, struct search_word *word)
{
    struct text_words *words = &plan->text_words;
    char *stem = words->bytes + words->n_bytes;
    size_t length = search_spelling_replace(
        &plan->spelling, reader, text.data + words->words[i].text_start, words->words[i].text_start,
        words->words[i].text_length, stem, sizeof words->bytes - words->n_bytes);
    struct posting_list list = find_list(reader->index, stem, length);
    if (list.n == 0)
        return;
    add_alternative(plan, word, ALTERNATIVE_STEM, list, NULL);
    word->start = words->n_bytes;
    word->length = (uint32_t)length;
    words->n_bytes += (uint32_t)length;
}

/* How many crates have the word's first kind of alternatives, added. */
static uint64_t count_first_kind(const struct search_word *word)
{
    uint64_t n_with = 0;
    for (uint32_t i = 0; i < word->n_alternatives; i++)
        if (word->alternatives[i].kind == word->alternatives[0].kind)
            n_with += word->alternatives[i].list.n;
    return n_with;
}

/* Weighs the word and its alternatives. Where neither its stem nor a synonym occurs it weighs what
   its completions do. */
static void weigh_word(struct search_plan *plan, const struct index *index,
                       struct search_word *word, enum search_match match)
{
    float mass = inverse_document_frequency(index->columns.n_crates, count_first_kind(word));
    float completion_mass = fmaxf(MIN_COMPLETION_MASS, mass * (float)plan->ranking->prefix);
    const float masses[] = {
        [ALTERNATIVE_STEM] = mass,
        [ALTERNATIVE_SYNONYM] = fmaxf(MIN_COMPLETION_MASS, mass * (float)plan->ranking->synonym),
        [ALTERNATIVE_COMPLETION] = completion_mass,
    };
    word->mass = word->alternatives[0].kind == ALTERNATIVE_COMPLETION ? completion_mass : mass;
    for (uint32_t i = 0; i < word->n_alternatives; i++) {
        struct word_alternative *alternative = &word->alternatives[i];
        bool is_whole = alternative->kind != ALTERNATIVE_COMPLETION;
        alternative->mass = masses[alternative->kind];
        alternative->reach = is_whole || match == SEARCH_MATCH_ALL ? word->mass : completion_mass;
    }
}

/* Whether a crate's name is what was typed, or contains it. */
static bool is_in_names(const struct named_crates *named)
{
    return named->n_places > 0 || named_crates_count(named) > 0;
}

/* Adds a word that stands for a part of what was typed, folded. */
static void add_part(struct search_plan *plan, struct index_reader *reader, const char *part,
                     size_t length)
{
    struct text_words *words = &plan->text_words;
    struct search_word *word = &plan->words[plan->n_words];
    char *stem = words->bytes + words->n_bytes;
    size_t n = text_words_stem(reader->tokenizer, part, length, stem,
                               sizeof words->bytes - words->n_bytes);
    *word = (struct search_word){.alternatives = &plan->alternatives[plan->n_alternatives],
                                 .start = words->n_bytes,
                                 .length = (uint32_t)n};
    add_alternative(plan, word, ALTERNATIVE_STEM, find_list(reader->index, stem, n), NULL);
    if (word->n_alternatives == 0)
        return;
    words->n_bytes += (uint32_t)n;
    word->mass = PART_SHARE * inverse_document_frequency(reader->index->columns.n_crates,
                                                         word->alternatives[0].list.n);
    word->alternatives[0].mass = word->alternatives[0].reach = word->mass;
    plan->n_words++;
    plan->total_mass += word->mass;
}

/* Searches for the two words that a word is which occurs nowhere, unless a single edit makes it
   one that does. Returns false where it is none. */
static bool take_apart(struct search_plan *plan, struct index_reader *reader, uint32_t i)
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
    add_part(plan, reader, written, first);
    add_part(plan, reader, written + first, length - first);
    return true;
}

/* Fills the next word; one that carries no mass is left out. */
static void add_word(struct search_plan *plan, struct index_reader *reader,
                     struct search_string text, uint32_t i, enum search_match match)
{
    const struct index *index = reader->index;
    const struct text_words *words = &plan->text_words;
    struct search_word *word = &plan->words[plan->n_words];
    *word = (struct search_word){.alternatives = &plan->alternatives[plan->n_alternatives],
                                 .start = words->words[i].start,
                                 .length = words->words[i].length};
    const char *written = words->written + words->words[i].written_start;
    size_t length = words->words[i].written_length;
    bool may_be_unfinished = i + 1 == words->n_words;
    add_alternative(plan, word, ALTERNATIVE_STEM,
                    find_list(index, words->bytes + word->start, word->length), NULL);
    plan->n_with[i] =
        count_written(index, written, length) + add_synonyms(plan, reader, written, length, word);
    if (may_be_unfinished && word->length >= MIN_COMPLETED_BYTES && plan->ranking->prefix > 0)
        add_completions(plan, reader, written, length, word);
    if (word->n_alternatives > 0) {
        plan->n_occurring++;
    } else if (plan->ranking->typos && !is_in_names(&plan->named) &&
               plan->n_respelt < SEARCH_MAX_REPLACEMENTS) {
        plan->n_respelt++;
        if (take_apart(plan, reader, i))
            return;
        replace_word(plan, reader, text, i, word);
    }
    if (word->n_alternatives == 0) {
        plan->n_left_out++;
        return;
    }
    weigh_word(plan, index, word, match);
    plan->n_words++;
    plan->total_mass += word->mass;
}

/* Whether all words of the text are common, so that it may mean what they say. One word among stop
   words says nothing: `to method`. */
static bool has_common_words(const struct search_plan *plan, const struct index *index,
                             struct search_string text)
{
    const struct text_words *words = &plan->text_words;
    bool has_spaces = text.length > 0 && memchr(text.data, ' ', text.length) != NULL;
    bool is_common = words->n_words > (has_spaces ? 1U : 0U);
    for (uint32_t i = 0; i < words->n_words && is_common; i++) {
        const char *stem = words->bytes + words->words[i].start;
        is_common = find_list(index, stem, words->words[i].length).n >= COMMON_CRATES;
    }
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
    const unsigned char *values;
    return trie_find(&index->words, word, length, &values) > 0;
}

/* Takes the text for the beginning of a name that is being typed: `serde js`. */
static void take_beginning(struct search_plan *plan, struct search_string text)
{
    bool has_separator = false;
    plan->beginning_length = (uint32_t)text.length;
    canonical_name(plan->beginning, text.data, plan->beginning_length);
    for (uint32_t i = 0; i < plan->beginning_length; i++) {
        if (plan->beginning[i] == ' ')
            plan->beginning[i] = '_';
        has_separator = has_separator || plan->beginning[i] == '_';
    }
    if (!has_separator)
        plan->beginning_length = 0;
}

int search_plan_make(struct search_plan *plan, struct index_reader *reader,
                     const struct ranking *ranking, const struct query_reading *reading,
                     enum search_match match, struct error *error)
{
    struct search_string text = reading->text;
    if (text_words_cut(reader->tokenizer, text.data, text.length, is_written, reader->index,
                       &plan->text_words, error) != 0)
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
    named_crates_read(&plan->named, reader->index, reading,
                      has_common_words(plan, reader->index, text));
    take_beginning(plan, text);
    for (uint32_t i = 0; i < n_cut; i++)
        add_word(plan, reader, text, i, match);
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
}
