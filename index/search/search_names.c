/* The names of sorts, matches and tiers: the words of the API, for the command line and the server
   alike. */
#include <cratedex/search.h>

#include <string.h>

static const struct {
    const char *name;
    enum search_sort sort;
} sorts[] = {
    {"relevance", SEARCH_SORT_RELEVANCE},
    {"alphabetical", SEARCH_SORT_ALPHABETICAL},
    {"alpha", SEARCH_SORT_ALPHABETICAL},
    {"downloads", SEARCH_SORT_DOWNLOADS},
    {"recent-downloads", SEARCH_SORT_RECENT_DOWNLOADS},
    {"recent-updates", SEARCH_SORT_RECENT_UPDATES},
    {"new", SEARCH_SORT_NEW},
};

int search_sort_parse(const char *name, enum search_sort *sort)
{
    for (size_t i = 0; i < sizeof sorts / sizeof *sorts; i++) {
        if (strcmp(sorts[i].name, name) == 0) {
            *sort = sorts[i].sort;
            return 0;
        }
    }
    return -1;
}

const char *search_sort_name(size_t i)
{
    return i < sizeof sorts / sizeof *sorts ? sorts[i].name : NULL;
}

int search_match_parse(const char *name, enum search_match *match)
{
    bool is_best = strcmp(name, "best") == 0;
    if (!is_best && strcmp(name, "all") != 0)
        return -1;
    *match = is_best ? SEARCH_MATCH_BEST : SEARCH_MATCH_ALL;
    return 0;
}

const char *search_tier_name(enum search_tier tier)
{
    static const char *const names[N_SEARCH_TIERS] = {
        "exact name",        "name",          "keywords",     "description", "readme",
        "some words",        "part of name",  "similar name", "pasted name", "same name",
        "beginning of name", "words of name", "listed"};
    return names[tier];
}
