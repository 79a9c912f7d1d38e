/* A suggestion is a completion in the trie of canonical names: the trie gives ranks in ascending order,
   which is the order of popularity. */
#include <cratedex/suggest.h>

#include "index/open_index.h"

#include <cratedex/canonical_name.h>

#define MAX_PREFIX_BYTES 256

const char *suggestion_kind_name(enum suggestion_kind kind)
{
    static const char *const names[] = {"crate"};
    return names[kind];
}

size_t suggest(const struct index *index, const char *prefix, size_t prefix_length,
               struct suggestion *suggestions, size_t limit)
{
    char canonical[MAX_PREFIX_BYTES];
    uint32_t ranks[SUGGEST_MAX_LIMIT];
    const unsigned char *exact;
    size_t n = 0;
    if (prefix_length > sizeof canonical)
        return 0;
    if (limit > SUGGEST_MAX_LIMIT)
        limit = SUGGEST_MAX_LIMIT;
    canonical_name(canonical, prefix, prefix_length);
    uint32_t n_exact = trie_find(&index->names, canonical, prefix_length, &exact);
    for (uint32_t i = 0; i < n_exact && n < limit; i++)
        suggestions[n++] = (struct suggestion){SUGGESTION_CRATE, trie_value(exact, i)};
    size_t n_ranks = trie_complete(&index->names, canonical, prefix_length, ranks, limit);
    for (size_t i = 0; i < n_ranks && n < limit; i++) {
        size_t known = 0;
        while (known < n_exact && suggestions[known].rank != ranks[i])
            known++;
        if (known == n_exact)
            suggestions[n++] = (struct suggestion){SUGGESTION_CRATE, ranks[i]};
    }
    return n;
}
