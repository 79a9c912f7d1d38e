/* Looking for neighbours costs more than most searches, so it is done for those alone that find
   little, and only among what is frequent enough.

   One word finds what the search found. Of several that are written as a name is, which has no
   spaces, the search finds what has some of them; the text itself is found where all of them stand
   together, and READMEs are too long to say that. So a name one letter of which is wrong is
   recognised even where what is left of it are words (`metrics-ore`), and `open-source` is taken
   for no name. */
#include "index/search/plan/did_you_mean.h"

#include "index/base/database.h"

#include <cratedex/canonical_name.h>
#include <string.h>
#include "index/trie/trie_complete.h"

/* Where the words of a text stand close enough together to be one. */
#define CLOSE_FIELDS POSTING_MAIN_FIELDS

static uint64_t least(uint64_t left, uint64_t right)
{
    return left < right ? left : right;
}

static uint64_t at_least_one(uint64_t n)
{
    return n > 0 ? n : 1;
}

/* Whether the list has the crate in one of these fields. */
static bool list_has(struct posting_list list, uint32_t rank, unsigned fields)
{
    list.position = 0;
    posting_list_seek(&list, rank);
    return list.position < list.n && list.ranks[list.position] == rank &&
           (list.fields[list.position] & fields) != 0;
}

/* Whether one of the first `n` alternatives of a word has it. */
static bool any_has(const struct search_word *word, uint32_t n, uint32_t rank, unsigned fields)
{
    uint32_t i = 0;
    while (i < n && !list_has(word->alternatives[i].list, rank, fields))
        i++;
    return i < n;
}

static uint64_t count_postings(const struct search_word *word)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < word->n_alternatives; i++)
        n += word->alternatives[i].list.n;
    return n;
}

/* How many crates have all of the words in some of these fields, counted up to `limit`: those that
   have the rarest are looked at one by one. */
static uint64_t count_with_all(const struct search_word *words, uint32_t n_words, unsigned fields,
                               uint64_t limit)
{
    const struct search_word *rarest = words;
    uint64_t n_found = 0;
    for (uint32_t i = 1; i < n_words; i++)
        if (count_postings(&words[i]) < count_postings(rarest))
            rarest = &words[i];
    for (uint32_t a = 0; n_words > 0 && a < rarest->n_alternatives; a++) {
        const struct posting_list *list = &rarest->alternatives[a].list;
        for (uint32_t at = 0; at < list->n && n_found < limit; at++) {
            bool has_all =
                (list->fields[at] & fields) != 0 && !any_has(rarest, a, list->ranks[at], fields);
            for (uint32_t i = 0; i < n_words && has_all; i++)
                has_all = &words[i] == rarest ||
                          any_has(&words[i], words[i].n_alternatives, list->ranks[at], fields);
            n_found += has_all;
        }
    }
    return n_found;
}

static int count_dependents(struct index_reader *reader, uint32_t rank, uint64_t *n,
                            struct error *error)
{
    static const char text[] = "SELECT dependents FROM crates WHERE rank = ?1";
    sqlite3_stmt *select = reader_statement(reader, text, error);
    if (select == NULL)
        return -1;
    sqlite3_bind_int64(select, 1, rank);
    int found = database_step(select, error);
    *n = found == 1 ? (uint64_t)sqlite3_column_int64(select, 0) : 0;
    sqlite3_reset(select);
    return found < 0 ? -1 : 0;
}

/* The words of a crate's name. */
static int cut_name(struct index_reader *reader, uint32_t rank, struct text_words *cut,
                    struct error *error)
{
    size_t length;
    const char *name = index_canonical_name(reader->index, rank, &length);
    cut->n_words = 0;
    return length > TEXT_WORDS_MAX_BYTES
               ? 0
               : text_words_cut(reader->tokenizer, name, length, NULL, NULL, cut, error);
}

/* Whether both have the same stems: then a search finds them alike. */
static bool have_same_stems(const struct text_words *left, const struct text_words *right)
{
    bool are_same = left->n_words == right->n_words;
    for (uint32_t i = 0; i < left->n_words && are_same; i++)
        are_same = left->words[i].length == right->words[i].length &&
                   memcmp(left->bytes + left->words[i].start, right->bytes + right->words[i].start,
                          left->words[i].length) == 0;
    return are_same;
}

/* How many crates have all words of a name, counted up to `limit`. */
static uint64_t count_with_name(const struct index *index, const struct text_words *cut,
                                uint64_t limit)
{
    struct search_word words[TEXT_WORDS_MAX];
    struct word_alternative alternatives[TEXT_WORDS_MAX];
    for (uint32_t i = 0; i < cut->n_words; i++) {
        uint32_t stem =
            trie_find_first(&index->terms, cut->bytes + cut->words[i].start, cut->words[i].length);
        words[i] =
            (struct search_word){.alternatives = &alternatives[i], .n_alternatives = stem > 0};
        if (stem > 0)
            alternatives[i].list = postings_of(&index->postings, stem);
    }
    return count_with_all(words, cut->n_words, POSTING_ALL_FIELDS, limit);
}

/* What was typed, and in how many crates it occurs; more than DID_YOU_MEAN_MAX_CRATES are not told
   apart. */
struct typed_text {
    struct search_string text;
    bool is_name; /* it is written as a name: has no space */
    uint64_t n_crates;
    bool is_known; /* one word, which a crate has in CLOSE_FIELDS */
};

/* Whether the last word was typed as the beginning of another. Its stem may begin others. */
static bool is_unfinished(const struct index *index, const struct search_plan *plan)
{
    const struct text_words *words = &plan->text_words;
    uint32_t last = words->n_words - 1;
    uint32_t number;
    return plan->n_with[last] == 0 &&
           trie_complete(&index->words, words->written + words->words[last].written_start,
                         words->words[last].written_length, &number, 1) > 0;
}

/* How many crates have the rarest word. A last word that only begins others counts as much as they
   do, unless the text is written as a name of several words and none contains it. */
static uint64_t count_rarest(const struct index *index, const struct search_plan *plan,
                             const struct typed_text *typed)
{
    uint32_t n_words = plan->text_words.n_words;
    uint64_t n = UINT64_MAX;
    for (uint32_t i = 0; i < n_words; i++) {
        uint64_t n_with = plan->n_with[i];
        if (i + 1 == n_words && (n_words == 1 || !typed->is_name || plan->named.n_places > 0) &&
            is_unfinished(index, plan))
            n_with = plan->n_completed;
        n = least(n, n_with);
    }
    return n;
}

/* `n_matches` is UINT64_MAX where it is not known. */
static void count_typed(const struct index *index, const struct search_plan *plan,
                        uint64_t n_matches, struct typed_text *typed)
{
    const uint64_t limit = DID_YOU_MEAN_MAX_CRATES + 1;
    uint64_t n_rarest = count_rarest(index, plan, typed);
    bool is_single = plan->text_words.n_words == 1;
    typed->n_crates = n_matches;
    if (n_matches == DID_YOU_MEAN_FILTERED)
        typed->n_crates = n_rarest + plan->n_completed + plan->named.n_places;
    if (!is_single || n_rarest + plan->named.n_places == 0)
        typed->n_crates = least(typed->n_crates, n_rarest);
    if (n_rarest == 0)
        return;
    if (!is_single && typed->is_name && typed->n_crates >= limit)
        typed->n_crates = count_with_all(plan->words, plan->n_words, CLOSE_FIELDS, limit);
    typed->is_known = is_single && typed->n_crates < limit &&
                      count_with_all(plan->words, plan->n_words, CLOSE_FIELDS, 1) > 0;
}

/* Whether a crate is so much more popular than all that are called as the text is. */
static bool is_far_more_popular(const struct index *index, const struct search_plan *plan,
                                uint32_t rank)
{
    int64_t most_downloads = 1;
    for (uint32_t i = 0; i < plan->named.n_exact; i++) {
        int64_t downloads = index->columns.downloads[trie_value(plan->named.exact_values, i) - 1];
        most_downloads = downloads > most_downloads ? downloads : most_downloads;
    }
    return index->columns.downloads[rank - 1] / SEARCH_FAR_MORE_POPULAR >= most_downloads;
}

/* Whether everybody uses the crate. Then it is nearer to hand than what stands in a README. */
static bool is_popular(const struct index *index, uint32_t rank)
{
    return rank <= index->columns.n_crates / DID_YOU_MEAN_POPULAR_SHARE;
}

/* Whether a crate is much more likely to be meant than the text. Returns 1, 0, or -1. */
static int is_likelier(struct index_reader *reader, const struct search_plan *plan,
                       const struct typed_text *typed, uint32_t rank, struct error *error)
{
    bool is_single = plan->text_words.n_words == 1;
    uint64_t least_crates =
        DID_YOU_MEAN_MUCH_MORE * (is_single ? at_least_one(typed->n_crates) : typed->n_crates);
    struct text_words cut;
    uint64_t n_dependents;
    if (plan->named.n_exact > 0)
        return is_far_more_popular(reader->index, plan, rank);
    if (cut_name(reader, rank, &cut, error) != 0 ||
        count_dependents(reader, rank, &n_dependents, error) != 0)
        return -1;
    if (have_same_stems(&plan->text_words, &cut))
        return 0;
    return (!typed->is_known && is_popular(reader->index, rank)) || n_dependents >= least_crates ||
           count_with_name(reader->index, &cut, least_crates) >= least_crates;
}

/* Notes the nearest name that is. */
static int offer_name(struct index_reader *reader, const struct search_plan *plan,
                      const struct typed_text *typed, struct search_spelling *spelling,
                      struct error *error)
{
    char canonical[SEARCH_MAX_TEXT_BYTES];
    uint32_t ranks[SEARCH_MAX_NEAR_NAMES];
    canonical_name(canonical, typed->text.data, typed->text.length);
    uint32_t n_ranks =
        search_spelling_near_names(reader->index, canonical, typed->text.length, ranks);
    for (uint32_t i = 0; i < n_ranks && spelling->n_near_names == 0; i++) {
        int is_meant = is_likelier(reader, plan, typed, ranks[i], error);
        if (is_meant < 0)
            return -1;
        if (is_meant)
            spelling->near_names[spelling->n_near_names++] = ranks[i];
    }
    return 0;
}

/* Notes the words that were replaced, and the neighbours of those that occur whole. */
static void offer_words(struct index_reader *reader, const struct search_plan *plan,
                        struct search_string text, struct search_spelling *spelling)
{
    const struct search_spelling *searched = &plan->spelling;
    const struct text_words *words = &plan->text_words;
    uint32_t n_replaced = 0;
    for (uint32_t i = 0; i < words->n_words; i++) {
        uint32_t start = words->words[i].text_start;
        if (n_replaced < searched->n_replacements &&
            searched->replacements[n_replaced].text_start == start)
            search_spelling_note(spelling, &searched->replacements[n_replaced++]);
        else if (i + 1 < words->n_words || !is_unfinished(reader->index, plan))
            search_spelling_offer(spelling, reader, text.data + start, start,
                                  words->words[i].text_length,
                                  DID_YOU_MEAN_MUCH_MORE * at_least_one(plan->n_with[i]));
    }
}

int did_you_mean_find(struct index_reader *reader, const struct search_plan *plan,
                      struct search_string text, uint64_t n_matches,
                      char did_you_mean[SEARCH_MAX_DID_YOU_MEAN], struct error *error)
{
    struct typed_text typed = {text, memchr(text.data, ' ', text.length) == NULL, 0, false};
    struct search_spelling spelling = {.n_near_names = 0};
    did_you_mean[0] = '\0';
    bool is_named = named_crates_count(&plan->named) > plan->named.n_exact;
    if (!plan->ranking->typos || plan->text_words.n_words == 0)
        return 0;
    if (plan->spelling.n_near_names > 0) {
        search_spelling_text(&plan->spelling, reader->index, text, did_you_mean);
        return 0;
    }
    if (is_named)
        return 0;
    count_typed(reader->index, plan, n_matches, &typed);
    if (typed.n_crates > DID_YOU_MEAN_MAX_CRATES && plan->spelling.n_replacements == 0)
        return 0;
    if (typed.is_name && offer_name(reader, plan, &typed, &spelling, error) != 0)
        return -1;
    if (spelling.n_near_names == 0 && plan->named.n_exact == 0)
        offer_words(reader, plan, text, &spelling);
    search_spelling_text(&spelling, reader->index, text, did_you_mean);
    return 0;
}
