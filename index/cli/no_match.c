/* One line, as every message: standard output has the matches, and there are none. */
#include "index/cli/no_match.h"

#include "index/cli/cli.h"

#include <stdbool.h>
#include <stdio.h>

static unsigned count_words(const struct search_string *text)
{
    unsigned n_words = 0;
    bool is_in_word = false;
    for (size_t i = 0; i < text->length; i++) {
        bool is_space = text->data[i] == ' ' || text->data[i] == '\t';
        n_words += !is_space && !is_in_word;
        is_in_word = !is_space;
    }
    return n_words;
}

static bool wants_every_word(const struct search_query *query)
{
    return query->match == SEARCH_MATCH_ALL ||
           (query->match == SEARCH_MATCH_DEFAULT && query->sort != SEARCH_SORT_RELEVANCE);
}

void no_match_print(const struct search_query *query, const struct search_result *result)
{
    char meant[SEARCH_MAX_DID_YOU_MEAN + 32] = "";
    const char *advice = "try another word, or only its beginning";
    if (query->text.data == NULL) {
        cli_note(query->filters != NULL ? "no crate passes every filter; try fewer of them"
                                        : "no crate matches: the index has none");
        return;
    }
    if (query->filters != NULL)
        advice = "try fewer filters";
    else if (count_words(&query->text) > 1)
        advice = wants_every_word(query)
                     ? "try --match best, for which some of the words are enough, or fewer words"
                     : "try fewer words, or others";
    if (result->did_you_mean[0] != '\0')
        snprintf(meant, sizeof meant, "did you mean '%s'? Or ", result->did_you_mean);
    cli_note("no crate matches '%.*s'%s; %s%s", (int)query->text.length, query->text.data,
             query->filters != NULL ? " and passes every filter" : "", meant, advice);
}
