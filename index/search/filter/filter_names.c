/* The crates that have the rarest word in their name are marked. Where they are few, each is looked
   for in the lists of the other words, which are walked along with it; where they are many, the
   other words' crates are marked too, and intersected. Most crates have a word elsewhere than in
   their name, so of a list eight fields are looked at at a time. */
#include "index/search/filter/filter_names.h"

#include "index/base/bitmap.h"

#include <string.h>

/* To look for a crate in a list costs as much as to go through so many postings of it. */
#define POSTINGS_A_LOOK 16

/* Whether an alternative is the word, and not one that means the same. */
static bool counts(const struct word_alternative *alternative)
{
    return alternative->kind != ALTERNATIVE_SYNONYM;
}

static void mark_list(const struct posting_list *list, uint64_t *bitmap)
{
    static const uint64_t names = POSTING_NAME * UINT64_C(0x0101010101010101);
    uint32_t i = 0;
    for (; i + 8 <= list->n; i += 8) {
        uint64_t fields;
        memcpy(&fields, list->fields + i, sizeof fields);
        for (fields &= names; fields != 0; fields &= fields - 1)
            bitmap_set(bitmap, list->ranks[i + (uint32_t)__builtin_ctzll(fields) / 8]);
    }
    for (; i < list->n; i++) {
        if ((list->fields[i] & POSTING_NAME) != 0)
            bitmap_set(bitmap, list->ranks[i]);
    }
}

/* Marks the crates that have the word in their name. */
static void mark_word(const struct search_word *word, uint64_t *bitmap)
{
    for (uint32_t i = 0; i < word->n_alternatives; i++) {
        if (counts(&word->alternatives[i]))
            mark_list(&word->alternatives[i].list, bitmap);
    }
}

/* Whether a crate has the word in its name. Ranks must be asked for in ascending order. */
static bool is_in_name(struct posting_list *lists, uint32_t n_lists, uint32_t rank)
{
    for (uint32_t i = 0; i < n_lists; i++) {
        struct posting_list *list = &lists[i];
        posting_list_seek(list, rank);
        if (list->position < list->n && list->ranks[list->position] == rank &&
            (list->fields[list->position] & POSTING_NAME) != 0)
            return true;
    }
    return false;
}

static uint32_t copy_lists(const struct search_word *word, struct posting_list *lists)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < word->n_alternatives; i++) {
        if (counts(&word->alternatives[i]))
            lists[n++] = word->alternatives[i].list;
    }
    return n;
}

/* Clears the crates that have not the word in their name, looking for each. */
static void look_for_each(uint64_t *bitmap, size_t n_words, const struct search_word *word)
{
    struct posting_list lists[SEARCH_MAX_WORD_ALTERNATIVES];
    uint32_t n_lists = copy_lists(word, lists);
    for (size_t i = 0; i < n_words; i++) {
        for (uint64_t bits = bitmap[i]; bits != 0; bits &= bits - 1) {
            uint32_t rank = (uint32_t)(64 * i) + (uint32_t)__builtin_ctzll(bits);
            if (!is_in_name(lists, n_lists, rank))
                bitmap_clear(bitmap, rank);
        }
    }
}

static uint64_t count_postings(const struct search_word *word)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < word->n_alternatives; i++)
        n += counts(&word->alternatives[i]) ? word->alternatives[i].list.n : 0;
    return n;
}

static uint32_t find_rarest(const struct search_plan *plan)
{
    uint32_t rarest = 0;
    for (uint32_t i = 1; i < plan->n_words; i++) {
        if (count_postings(&plan->words[i]) < count_postings(&plan->words[rarest]))
            rarest = i;
    }
    return rarest;
}

static void intersect(uint64_t *bitmap, uint64_t *scratch, size_t n_words,
                      const struct search_word *word)
{
    if (bitmap_count(bitmap, n_words) * POSTINGS_A_LOOK < count_postings(word)) {
        look_for_each(bitmap, n_words, word);
        return;
    }
    bitmap_reset(scratch, n_words);
    mark_word(word, scratch);
    for (size_t i = 0; i < n_words; i++)
        bitmap[i] &= scratch[i];
}

/* Marks the crates in whose name all words occur. */
static void mark_all_words(const struct search_plan *plan, uint64_t *bitmap, uint64_t *scratch,
                           size_t n_words)
{
    if (plan->n_words == 0 || plan->n_left_out > 0)
        return;
    uint32_t rarest = find_rarest(plan);
    mark_word(&plan->words[rarest], bitmap);
    for (uint32_t i = 0; i < plan->n_words; i++) {
        if (i != rarest)
            intersect(bitmap, scratch, n_words, &plan->words[i]);
    }
}

void filter_names_keep(struct filter_set *set, const struct search_plan *plan, uint64_t *scratch)
{
    const struct named_crates *named = &plan->named;
    uint64_t *bitmap = filter_set_union(set);
    mark_all_words(plan, bitmap, scratch, set->n_words);
    for (uint32_t form = 0; form < named->n_forms; form++) {
        for (uint32_t i = 0; i < named->places[form].n; i++)
            bitmap_set(bitmap, named->places[form].ranks[i]);
    }
    for (uint32_t i = 0; i < named_crates_count(named); i++)
        bitmap_set(bitmap, named_crates_rank(named, i));
    filter_set_keep(set, bitmap);
}
