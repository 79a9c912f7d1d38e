/* A plan's words taken apart for the scans that judge crates by the lists that they are in: what
   counts the same of one word is an alternative, and of several alternatives the first counts. */
#ifndef CRATEDEX_INDEX_SEARCH_WORD_LISTS_H
#define CRATEDEX_INDEX_SEARCH_WORD_LISTS_H

#include "index/base/bitmap.h"
#include "index/search/rank/search_score.h"
#include "index/search/scan/search_scan_state.h"

#define SEARCH_MAX_LISTS 64
#define SEARCH_MAX_ALTERNATIVES (THRESHOLD_MAX_ALTERNATIVES / 2)

/* Lists of one word that count the same, in scores and towards a match. */
struct search_alternative {
    uint32_t first_list;
    uint32_t end_list;
    float mass;        /* in scores; what counts towards a match stands in `masses` */
    float weights[16]; /* what it adds to a score, by fields */
    /* The one list has crates of the next alternative's one list: those that have the word as it is
       written. They match by the next one, and score both. */
    bool is_part_of_next;
    /* Such a part for which a scan by blocks looks in its list crate by crate: it would look at few
       of the bits that it would have to set. The most that the next alternative adds is what both
       do. */
    bool is_looked_up;
};

struct search_lists {
    struct search_scan_state *scan;
    struct threshold_words masses;
    /* The most that each alternative adds to a score: as number 2i for crates that have it in a
       keyword, as 2i + 1 for others. */
    float most[THRESHOLD_MAX_ALTERNATIVES];
    struct threshold_words weights; /* as much, or more; by the same numbers */
    float most_words;               /* that all words together add */
    struct search_alternative alternatives[SEARCH_MAX_ALTERNATIVES];
    struct posting_list lists[SEARCH_MAX_LISTS];
    uint32_t n_lists;
    float required;            /* of mass */
    struct threshold matching; /* reaches it */
    uint32_t is_essential;     /* a bit a word: without these it is out of reach */
    uint64_t n_essential;      /* their postings */
    bool has_match;            /* a crate reached the mass, whether or not it passes the filter */
};

/* Takes the words of the scan's plan. Returns false where there are too many. */
bool search_lists_take(struct search_lists *lists, struct search_scan_state *scan);

/* Starts from the beginning with what a match needs. Returns false where the threshold's function
   would be too large. */
bool search_lists_require(struct search_lists *lists, float mass);

/* Notes a crate that matches: takes it out of the places. Returns true where it is to be
   counted. */
bool search_lists_note(struct search_lists *lists, uint32_t rank);

/* True where the list has the crate. Ranks must not fall from call to call. */
static inline bool search_list_has(struct posting_list *list, uint32_t rank)
{
    if (list->bitmap != NULL)
        return bitmap_test(list->bitmap, rank);
    posting_list_seek(list, rank);
    return list->position < list->n && list->ranks[list->position] == rank;
}

/* What being in a list of the alternative adds to the crate's score. Ranks must not fall from call
   to call. */
static inline float search_list_weight(const struct search_alternative *alternative,
                                       struct posting_list *list, uint32_t rank)
{
    posting_list_seek(list, rank);
    return alternative->weights[list->fields[list->position]];
}

/* The same, 0 where the list lacks the crate. */
static inline float search_list_weight_if_any(const struct search_alternative *alternative,
                                              struct posting_list *list, uint32_t rank)
{
    return search_list_has(list, rank) ? search_list_weight(alternative, list, rank) : 0;
}

/* The first of the word's lists by which crates match. */
static inline uint32_t search_lists_begin(const struct search_lists *lists, uint32_t word)
{
    const struct search_alternative *first = &lists->alternatives[lists->masses.first[word]];
    return first->is_part_of_next ? first->end_list : first->first_list;
}

/* One behind the word's last list. */
static inline uint32_t search_lists_end(const struct search_lists *lists, uint32_t word)
{
    return lists->alternatives[lists->masses.first[word + 1] - 1].end_list;
}

#endif
