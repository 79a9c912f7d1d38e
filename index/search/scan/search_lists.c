/* Where the essential words (search_word_lists.c) are so rare that most blocks of ranks have none
   of their crates, their lists are merged (search_merge.c); else the crates are judged block by
   block (search_blocks.c). */
#include "index/search/scan/search_lists.h"

#include "index/search/rank/search_score.h"
#include "index/search/scan/search_blocks.h"
#include "index/search/scan/search_merge.h"

#include <math.h>

/* A block costs as much as this many crates that are judged one by one. */
#define CRATES_A_BLOCK 10

static bool is_sparse(const struct search_lists *lists)
{
    uint32_t n_blocks = lists->scan->index->columns.n_crates / SCAN_BLOCK_RANKS + 1;
    return lists->n_essential <= (uint64_t)CRATES_A_BLOCK * n_blocks;
}

static void scan_lists(struct search_lists *lists)
{
    if (is_sparse(lists))
        search_scan_merged(lists);
    else
        search_scan_blocks(lists);
}

/* The greatest mass of any crate; that of a word that stands alone is sure. Returns false where
   search_lists_require does. */
static bool find_greatest_mass(struct search_lists *lists, float *greatest)
{
    *greatest = 0;
    for (uint32_t word = 0; word < lists->masses.n_words; word++)
        *greatest = fmaxf(*greatest, lists->masses.values[lists->masses.first[word]]);
    if (!search_lists_require(lists, nextafterf(*greatest, INFINITY)))
        return false;
    return is_sparse(lists) ? search_merged_greatest_mass(lists, greatest)
                            : search_blocks_greatest_mass(lists, greatest);
}

bool search_scan_lists(struct search_scan_state *scan)
{
    struct search_plan *plan = scan->plan;
    struct search_lists lists;
    float greatest;
    if (!search_lists_take(&lists, scan) ||
        !search_lists_require(&lists, plan->required - SEARCH_MASS_TOLERANCE))
        return false;
    scan_lists(&lists);
    if (lists.has_match || !plan->may_fall_back)
        return true;
    /* No crate has the share that is asked for: those with the largest one match. */
    if (!find_greatest_mass(&lists, &greatest) ||
        !search_lists_require(&lists, greatest - SEARCH_MASS_TOLERANCE))
        return false;
    plan->required = greatest;
    scan_lists(&lists);
    return true;
}
