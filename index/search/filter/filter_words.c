/* A word is cut and stemmed as a text is, and its posting list, or the bitmap that a frequent one
   has, narrows the set. Words with symbols are always one word here: nobody who leaves out `c++`
   means all that has to do with C, even where no crate has C++. Synonyms, completions and other
   spellings are for what is searched for, not for what somebody insists on. */
#include "index/search/filter/filter_words.h"

#include "index/search/filter/filter_names.h"
#include "index/trie/trie.h"

static bool is_one_word(const void *context, const char *word, size_t length)
{
    (void)context;
    (void)word;
    (void)length;
    return true;
}

static void keep_list(struct filter_set *set, const struct posting_list *list)
{
    if (list->bitmap != NULL)
        filter_set_keep(set, list->bitmap);
    else
        filter_set_keep_ranks(set, list->ranks, list->n);
}

/* Keeps the crates in which all of the words occur. */
static void keep_all(struct filter_set *set, const struct index *index,
                     const struct text_words *words)
{
    for (uint32_t i = 0; i < words->n_words; i++) {
        uint32_t stem = trie_find_first(&index->terms, words->bytes + words->words[i].start,
                                        words->words[i].length);
        struct posting_list list = {0};
        if (stem > 0)
            list = postings_of(&index->postings, stem);
        keep_list(set, &list);
    }
}

/* Drops the crates in which all of the words occur. */
static void drop_all(struct filter_set *set, const struct index *index,
                     const struct text_words *words)
{
    struct filter_set dropped;
    if (words->n_words == 0)
        return;
    filter_set_begin(&dropped, set->union_bits, NULL, index->columns.n_crates);
    keep_all(&dropped, index, words);
    filter_set_drop(set, dropped.bits);
}

int filter_words_narrow(struct filter_set *set, struct index_reader *reader,
                        const struct search_filters *filters, const struct search_plan *plan,
                        uint64_t *scratch, struct error *error)
{
    for (uint32_t i = 0; filters != NULL && i < filters->n; i++) {
        enum search_filter_kind kind = filters->filters[i].kind;
        struct search_string word = search_filter_text(filters, &filters->filters[i]);
        struct text_words words;
        if (kind == SEARCH_FILTER_IN && plan != NULL)
            filter_names_keep(set, plan, scratch);
        if (kind != SEARCH_FILTER_WITHOUT && kind != SEARCH_FILTER_ALL_OF)
            continue;
        if (text_words_cut(reader->tokenizer, word.data, word.length, is_one_word, NULL, &words,
                           error) != 0)
            return -1;
        if (kind == SEARCH_FILTER_ALL_OF)
            keep_all(set, reader->index, &words);
        else
            drop_all(set, reader->index, &words);
    }
    return 0;
}
