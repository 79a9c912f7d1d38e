/* A whole word is looked up twice. The list of its stem says which crates match, so that a plural
   finds the singular; the list of the word itself, which is a part of it, says which of them have
   what was typed. Scores add the two: `ios` ranks what is for iOS before what does I/O, and of two
   crates that have both, the one that has the word in its name.

   An unfinished word has no stem yet, so its completions are words as they are written: what begins
   with the letters that were typed. Words are numbered by frequency, so the most frequent of them
   are the lowest numbers below a node of their trie. Those that have the stem of what was typed are
   left out: their crates have it already. Where nobody has written the word itself, that its stem
   occurs is chance: `serializ` is the stem of `serializable`, but not of `serialize`. What has it
   counts no more than the completions then. */
#include "index/search/plan/search_alternatives.h"

#include "index/trie/trie.h"
#include "index/trie/trie_complete.h"

#include <cratedex/utf8.h>
#include <math.h>

#define MIN_COMPLETION_MASS 1e-6f /* above 0, which says that a crate was not touched */
#define MIN_MASS 0.01 /* a word that every crate has still counts when all words must occur */
/* Where only the stem is there, short words that are longer than it count so much less: with an `s`
   taken off, most are another word. What is its own stem loses only so much of that: with an `s`
   added (`jwt`, `JWTs`) it is still itself. */
#define SHORT_CHARACTERS 4
#define SHORT_STEM_SHARE 0.5
#define INFLECTED_LOSS 0.25
#define RARE_CRATES 5
/* A few completions will do for a word that so many crates have: it is whole, most likely … */
#define FEW_COMPLETIONS 4
#define COMMON_CRATES 128
/* … and where so many have one of the few: to begin with the same two letters tells nothing. */
#define ENOUGH_CRATES 4096
/* Lists of up to so many crates are made one, which costs a scan less than to look at each. */
#define SHORT_LIST 64

/* Inverse document frequency in the form that cannot be negative (Robertson and Spärck Jones 1976,
   as in Lucene's BM25). */
static float inverse_document_frequency(uint32_t n_crates, uint64_t n_with)
{
    double n = (double)(n_with < n_crates ? n_with : n_crates);
    return (float)fmax(MIN_MASS, log(1 + ((double)n_crates - n + 0.5) / (n + 0.5)));
}

/* Appends a list; an empty one is no alternative. `synonym` is NULL for other kinds. */
static void add(struct search_word *word, enum alternative_kind kind, struct posting_list list,
                const struct synonym *synonym)
{
    if (list.n > 0 && word->n_alternatives < word->capacity)
        word->alternatives[word->n_alternatives++] =
            (struct word_alternative){.list = list, .kind = kind, .synonym = synonym};
}

void search_word_find(struct search_word *word, const struct index *index,
                      struct search_string written, uint32_t stem)
{
    uint32_t number = trie_find_first(&index->words, written.data, written.length);
    word->stem = stem;
    if (word->stem == 0)
        return;
    struct posting_list list = postings_of(&index->postings, word->stem);
    add(word, ALTERNATIVE_STEM, list, NULL);
    if (number > 0)
        word->written = postings_of(&index->written, number);
    word->n_written = word->written.n;
    if (word->written.n == list.n)
        word->written.n = 0;
}

uint64_t search_word_add_synonyms(struct search_word *word, struct index_reader *reader,
                                  struct search_string written)
{
    const struct index *index = reader->index;
    const struct synonym *group = NULL;
    uint64_t n_with = 0;
    uint32_t n = synonyms_find(&index->synonyms, written.data, written.length, &group);
    for (uint32_t i = 0; i < n; i++) {
        char bytes[SYNONYM_MAX_BYTES];
        size_t length =
            text_words_stem(reader->tokenizer, group[i].word, group[i].length, bytes, sizeof bytes);
        uint32_t stem = trie_find_first(&index->terms, bytes, length);
        if (stem == 0 || stem == word->stem)
            continue;
        struct posting_list list = postings_of(&index->postings, stem);
        add(word, ALTERNATIVE_SYNONYM, list, &group[i]);
        n_with += list.n;
    }
    return n_with;
}

/* The numbers of the most frequent words that begin with `written` and have another stem. Lets the
   processor fetch their lists meanwhile, which may lie anywhere. */
static size_t find_completions(const struct search_word *word, const struct index *index,
                               struct search_string written,
                               uint32_t numbers[SEARCH_MAX_COMPLETIONS_OF_WORD])
{
    const struct postings *postings = &index->written;
    size_t n = 0;
    bool is_common = word->n_written >= COMMON_CRATES;
    size_t n_found = trie_complete(&index->words, written.data, written.length, numbers,
                                   is_common ? FEW_COMPLETIONS : SEARCH_MAX_COMPLETIONS_OF_WORD);
    for (size_t i = 0; i < n_found; i++) {
        __builtin_prefetch(&index->word_stems[numbers[i] - 1]);
        __builtin_prefetch(&postings->starts[numbers[i] - 1]);
    }
    for (size_t i = 0; i < n_found; i++) {
        uint32_t start = postings->starts[numbers[i] - 1];
        if (index->word_stems[numbers[i] - 1] == word->stem)
            continue;
        __builtin_prefetch(&postings->ranks[start]);
        __builtin_prefetch(&postings->fields[start]);
        numbers[n++] = numbers[i];
    }
    return n;
}

uint64_t search_word_complete(struct search_word *word, const struct index *index,
                              struct word_union *unite, struct search_string written)
{
    uint32_t numbers[SEARCH_MAX_COMPLETIONS_OF_WORD];
    size_t n_found = find_completions(word, index, written, numbers);
    uint64_t n_postings = 0;
    uint64_t n_crates = 0;
    size_t n_short = 0;
    for (size_t i = 0; i < n_found; i++) {
        struct posting_list list = postings_of(&index->written, numbers[i]);
        if (i >= FEW_COMPLETIONS && n_postings >= ENOUGH_CRATES)
            break;
        n_postings += list.n;
        word->n_completions++;
        if (list.n <= SHORT_LIST) {
            numbers[n_short++] = numbers[i];
            continue;
        }
        add(word, ALTERNATIVE_COMPLETION, list, NULL);
        n_crates += list.n;
    }
    struct posting_list united = word_union_make(unite, &index->written, numbers, n_short);
    add(word, ALTERNATIVE_COMPLETION, united, NULL);
    return n_crates + united.n;
}

/* What the stem alone counts of a word. Where the word is hardly written anywhere, but begins
   others, it may be unfinished. */
static double stem_share(const struct search_word *word, const struct ranking *ranking,
                         struct search_string written)
{
    bool is_short = utf8_count_characters(written.data, written.length) <= SHORT_CHARACTERS;
    double share = word->length >= written.length ? 1 - INFLECTED_LOSS * (1 - ranking->stem)
                   : is_short                     ? ranking->stem * SHORT_STEM_SHARE
                                                  : ranking->stem;
    bool may_be_unfinished = word->n_completions > 0 && word->n_written <= RARE_CRATES;
    return may_be_unfinished ? fmin(share, ranking->prefix) : share;
}

/* How many of the alternatives are the word, or as good: all but the completions. The stem is none
   where nobody has written the word, which begins others. */
static uint32_t count_whole(const struct search_word *word)
{
    uint32_t n = 0;
    while (n < word->n_alternatives && word->alternatives[n].kind != ALTERNATIVE_COMPLETION)
        n++;
    bool is_chance = n == 1 && word->alternatives[0].kind == ALTERNATIVE_STEM &&
                     word->n_written == 0 && word->n_completions > 0;
    return is_chance ? 0 : n;
}

/* How many crates have the word: by its stem, or else by synonyms, or else by completions. */
static uint64_t count_crates(const struct search_word *word, uint32_t n_whole)
{
    uint64_t n_with = 0;
    for (uint32_t i = 0; i < word->n_alternatives; i++) {
        if (n_whole == 0 || word->alternatives[i].kind == word->alternatives[0].kind)
            n_with += word->alternatives[i].list.n;
    }
    return n_with;
}

void search_word_weigh(struct search_word *word, const struct index *index,
                       const struct ranking *ranking, struct search_string written,
                       enum search_match match)
{
    uint32_t n_whole = count_whole(word);
    float mass = inverse_document_frequency(index->columns.n_crates, count_crates(word, n_whole));
    float completion_mass = fmaxf(MIN_COMPLETION_MASS, mass * (float)ranking->prefix);
    float synonym_mass = fmaxf(MIN_COMPLETION_MASS, mass * (float)ranking->synonym);
    word->mass = n_whole > 0 ? mass : completion_mass;
    float stem_mass = word->mass;
    if (word->written.n > 0)
        stem_mass = word->mass * (float)stem_share(word, ranking, written);
    word->written_mass = word->mass - stem_mass;
    for (uint32_t i = 0; i < word->n_alternatives; i++) {
        struct word_alternative *alternative = &word->alternatives[i];
        bool is_whole = i < n_whole;
        alternative->mass = !is_whole                                  ? completion_mass
                            : alternative->kind == ALTERNATIVE_SYNONYM ? synonym_mass
                                                                       : stem_mass;
        alternative->reach = is_whole || match == SEARCH_MATCH_ALL ? word->mass : completion_mass;
    }
}

void search_word_scale(struct search_word *word, float share)
{
    word->mass *= share;
    word->written_mass *= share;
    for (uint32_t i = 0; i < word->n_alternatives; i++) {
        word->alternatives[i].mass *= share;
        word->alternatives[i].reach *= share;
    }
}
