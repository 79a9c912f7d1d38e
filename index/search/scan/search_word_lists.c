/* A plan's words, taken apart into lists, and what they must reach together. Words that cannot
   reach the required mass without help of others are not essential: only the crates of the
   essential ones have to be looked at (MaxScore, Turtle and Flood 1995), and those that do not
   matter are chosen to be the frequent ones. */
#include "index/search/scan/search_word_lists.h"
#include "index/search/rank/search_score.h"

#include <math.h>

/* Of more words than this, the function of what is promising does not tell what is written as it
   was typed from what is not: it would be large. */
#define FEW_WORDS 1

/* The most of the weights of crates that have the word in a keyword, and of the others. */
static void find_most(const float weights[16], float most[2])
{
    most[0] = 0;
    most[1] = 0;
    for (unsigned fields = 1; fields <= POSTING_ALL_FIELDS; fields++) {
        float *of_kind = (fields & POSTING_KEYWORDS) != 0 ? &most[0] : &most[1];
        *of_kind = fmaxf(*of_kind, weights[fields]);
    }
}

/* Begins the next alternative of the word at hand. NULL where there is no room. */
static struct search_alternative *add_alternative(struct search_lists *lists, float mass,
                                                  float reach)
{
    struct threshold_words *masses = &lists->masses;
    uint8_t *end = &masses->first[masses->n_words + 1];
    struct search_alternative *alternative = &lists->alternatives[*end];
    if (*end == SEARCH_MAX_ALTERNATIVES)
        return NULL;
    unsigned number = 2U * *end;
    masses->is_part_of_next[*end] = false;
    masses->values[(*end)++] = reach;
    *alternative = (struct search_alternative){
        .first_list = lists->n_lists, .end_list = lists->n_lists, .mass = mass};
    search_plan_weigh(lists->scan->plan, mass, alternative->weights);
    find_most(alternative->weights, &lists->most[number]);
    for (unsigned i = number; i < number + 2; i++) {
        lists->weights.is_part_of_next[i] = false;
        lists->weights.values[i] = lists->most[i];
    }
    return alternative;
}

static bool add_list(struct search_lists *lists, struct search_alternative *alternative,
                     const struct posting_list *list)
{
    if (alternative == NULL || lists->n_lists == SEARCH_MAX_LISTS)
        return false;
    lists->lists[lists->n_lists++] = *list;
    alternative->end_list = lists->n_lists;
    return true;
}

/* Adds the word as it is written, as a part of its first alternative. Of many words the function of
   what is promising would be large; there the whole is said to add as much as its part. */
static bool add_written(struct search_lists *lists, const struct search_word *word)
{
    unsigned number = lists->masses.first[lists->masses.n_words + 1];
    const struct word_alternative *stem = &word->alternatives[0];
    struct search_alternative *written = add_alternative(lists, word->written_mass, stem->reach);
    if (!add_list(lists, written, &word->written))
        return false;
    struct search_alternative *whole = add_alternative(lists, stem->mass, stem->reach);
    if (!add_list(lists, whole, &stem->list))
        return false;
    written->is_part_of_next = true;
    bool tells_parts = lists->scan->plan->n_words <= FEW_WORDS;
    written->is_looked_up = !tells_parts && word->written.bitmap == NULL;
    lists->masses.is_part_of_next[number] = true;
    /* A crate that has it in no keyword may have another form of it in one. */
    const float *stem_most = &lists->most[2 * (number + 1)];
    lists->most[2 * number] += stem_most[0];
    lists->most[2 * number + 1] += fmaxf(stem_most[0], stem_most[1]);
    for (unsigned i = 2 * number; i < 2 * number + 2; i++) {
        if (written->is_looked_up)
            lists->most[i + 2] = lists->most[i];
        lists->weights.values[i] = lists->most[i];
        lists->weights.values[i + 2] = tells_parts ? lists->most[i + 2] : lists->most[i];
        lists->weights.is_part_of_next[i] = !tells_parts;
    }
    return true;
}

/* Adds all alternatives of a word; neighbours that count the same become one. Returns false where
   there is no room. */
static bool add_word(struct search_lists *lists, const struct search_word *word)
{
    uint8_t *end = &lists->masses.first[lists->masses.n_words + 1];
    struct search_alternative *last = NULL;
    bool has_written = word->written.n > 0;
    *end = lists->masses.first[lists->masses.n_words];
    if (has_written && !add_written(lists, word))
        return false;
    for (uint32_t a = has_written ? 1 : 0; a < word->n_alternatives; a++) {
        const struct word_alternative *added = &word->alternatives[a];
        if (last == NULL || lists->masses.values[*end - 1] != added->reach ||
            last->mass != added->mass)
            last = add_alternative(lists, added->mass, added->reach);
        if (!add_list(lists, last, &added->list))
            return false;
    }
    lists->masses.n_words++;
    return true;
}

bool search_lists_take(struct search_lists *lists, struct search_scan_state *scan)
{
    const struct search_plan *plan = scan->plan;
    struct threshold_words *masses = &lists->masses;
    lists->scan = scan;
    if (plan->n_words > THRESHOLD_MAX_WORDS)
        return false;
    lists->n_lists = 0;
    masses->n_words = 0;
    masses->first[0] = 0;
    for (uint32_t i = 0; i < plan->n_words; i++) {
        if (!add_word(lists, &plan->words[i]))
            return false;
    }
    lists->weights.n_words = masses->n_words;
    for (uint32_t word = 0; word <= masses->n_words; word++)
        lists->weights.first[word] = (uint8_t)(2 * masses->first[word]);
    lists->most_words = threshold_greatest_sum(&lists->weights, (1U << masses->n_words) - 1);
    return true;
}

static uint64_t count_postings(const struct search_lists *lists, uint32_t word)
{
    uint64_t n = 0;
    for (uint32_t i = search_lists_begin(lists, word); i < search_lists_end(lists, word); i++)
        n += lists->lists[i].n;
    return n;
}

/* The words with most postings are done without first. */
static void find_essential(struct search_lists *lists)
{
    uint64_t n_postings[THRESHOLD_MAX_WORDS] = {0};
    uint32_t n_words = lists->masses.n_words;
    uint32_t all = (1U << n_words) - 1;
    uint32_t is_tried = 0;
    lists->is_essential = all;
    lists->n_essential = 0;
    for (uint32_t word = 0; word < n_words; word++) {
        n_postings[word] = count_postings(lists, word);
        lists->n_essential += n_postings[word];
    }
    while (is_tried != all) {
        uint32_t longest = 0;
        while ((is_tried >> longest & 1) != 0)
            longest++;
        for (uint32_t word = longest + 1; word < n_words; word++) {
            if ((is_tried >> word & 1) == 0 && n_postings[word] > n_postings[longest])
                longest = word;
        }
        is_tried |= 1U << longest;
        uint32_t others = all & ~lists->is_essential;
        if (threshold_greatest_sum(&lists->masses, others | 1U << longest) < lists->required) {
            lists->is_essential &= ~(1U << longest);
            lists->n_essential -= n_postings[longest];
        }
    }
}

bool search_lists_require(struct search_lists *lists, float mass)
{
    lists->required = mass;
    lists->has_match = false;
    find_essential(lists);
    return threshold_build(&lists->matching, &lists->masses, 0, mass) == 0;
}

bool search_lists_note(struct search_lists *lists, uint32_t rank)
{
    const struct search_scan_state *scan = lists->scan;
    lists->has_match = true;
    if (scan->plan->named.n_places > 0)
        bitmap_clear(scan->scratch->places, rank);
    if (scan->matched != NULL)
        bitmap_set(scan->matched, rank);
    return (scan->filter == NULL || bitmap_test(scan->filter, rank)) &&
           !named_crates_has(&scan->plan->named, rank);
}
