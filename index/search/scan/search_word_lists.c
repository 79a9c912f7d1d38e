/* A plan's words, taken apart into lists, and what they must reach together. Words that cannot
   reach the required mass without help of others are not essential: only the crates of the
   essential ones have to be looked at (MaxScore, Turtle and Flood 1995), and those that do not
   matter are chosen to be the frequent ones. */
#include "index/search/scan/search_word_lists.h"
#include "index/search/rank/search_score.h"

#include <math.h>

static void weigh(struct search_lists *lists, unsigned number)
{
    struct search_alternative *alternative = &lists->alternatives[number];
    float *most = &lists->weights.values[2 * number];
    search_plan_weigh(lists->scan->plan, alternative->mass, alternative->weights);
    most[0] = 0;
    most[1] = 0;
    for (unsigned fields = 1; fields <= POSTING_ALL_FIELDS; fields++) {
        float *of_kind = (fields & POSTING_KEYWORDS) != 0 ? &most[0] : &most[1];
        *of_kind = fmaxf(*of_kind, alternative->weights[fields]);
    }
}

/* Appends a list to the word at hand. Returns false where there is no room. */
static bool add_list(struct search_lists *lists, const struct word_alternative *added)
{
    struct threshold_words *masses = &lists->masses;
    uint8_t *end = &masses->first[masses->n_words + 1];
    bool is_first = *end == masses->first[masses->n_words];
    if (lists->n_lists == SEARCH_MAX_LISTS)
        return false;
    if (is_first || masses->values[*end - 1] != added->reach ||
        lists->alternatives[*end - 1].mass != added->mass) {
        if (*end == SEARCH_MAX_ALTERNATIVES)
            return false;
        masses->values[*end] = added->reach;
        lists->alternatives[*end].mass = added->mass;
        lists->alternatives[*end].first_list = lists->n_lists;
        weigh(lists, *end);
        ++*end;
    }
    lists->lists[lists->n_lists++] = added->list;
    lists->alternatives[*end - 1].end_list = lists->n_lists;
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
        const struct search_word *word = &plan->words[i];
        masses->first[i + 1] = masses->first[i];
        for (uint32_t a = 0; a < word->n_alternatives; a++) {
            if (!add_list(lists, &word->alternatives[a]))
                return false;
        }
        masses->n_words++;
    }
    lists->weights.n_words = masses->n_words;
    for (uint32_t word = 0; word <= masses->n_words; word++)
        lists->weights.first[word] = (uint8_t)(2 * masses->first[word]);
    lists->most_words = threshold_greatest_sum(&lists->weights, (1U << masses->n_words) - 1);
    return true;
}

static uint64_t count_postings(const struct search_lists *lists, uint32_t word)
{
    const struct threshold_words *words = &lists->masses;
    uint64_t n = 0;
    for (uint32_t i = lists->alternatives[words->first[word]].first_list;
         i < lists->alternatives[words->first[word + 1] - 1].end_list; i++)
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
    return (scan->filter == NULL || bitmap_test(scan->filter, rank)) &&
           !named_crates_has(&scan->plan->named, rank);
}
