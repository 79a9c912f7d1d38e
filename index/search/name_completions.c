/* Each trie is walked along once; the nodes that are reached are then completed together, first
   those whose keys have all boundaries of the text. A text without letters has none, and is looked
   up as it is. */
#include "index/search/name_completions.h"

#include <cratedex/canonical_name.h>
#include <cratedex/utf8.h>
#include <string.h>

/* Writes the canonical form, in which runs of spaces and colons, which no name has, are one `_`. */
static size_t write_canonical(char *canonical, const char *text, size_t length)
{
    size_t n = 0;
    for (size_t i = 0; i < length; i++) {
        bool separates = text[i] == ' ' || text[i] == ':';
        if (!separates)
            canonical_name(&canonical[n++], &text[i], 1);
        else if (n == 0 || canonical[n - 1] != '_')
            canonical[n++] = '_';
    }
    return n;
}

void typed_name_read(struct typed_name *typed, const char *text, size_t length)
{
    for (; length > 0 && text[0] == ' '; length--)
        text++;
    while (length > 0 && text[length - 1] == ' ')
        length--;
    typed->length = write_canonical(typed->text, text, length);
    typed->n_characters = utf8_count_characters(typed->text, typed->length);
    typed->has_letters = loose_text_read(&typed->loose, text, length);
    typed->has_spaces = length > 0 && memchr(text, ' ', length) != NULL;
    typed->is_sentence = typed->has_spaces && typed->has_letters && typed->loose.n_boundaries > 1;
}

/* Where a trie goes on after the text. */
struct reached {
    struct trie_loose_match nodes[TRIE_LOOSE_MAX_REACHED];
    size_t n;
};

static void reach(struct reached *reached, const struct typed_name *typed, const struct trie *trie)
{
    reached->n = typed->has_letters
                     ? trie_loose_reach(trie, &typed->loose, reached->nodes, TRIE_LOOSE_MAX_REACHED)
                     : 0;
}

static size_t complete(const struct reached *reached, const struct typed_name *typed,
                       const struct trie *trie, bool missed, uint32_t *values, size_t limit)
{
    if (typed->has_letters)
        return trie_loose_complete(trie, reached->nodes, reached->n, missed, values, limit);
    return missed ? 0 : trie_complete(trie, typed->text, typed->length, values, limit);
}

void typed_name_complete(const struct typed_name *typed, const struct trie *trie,
                         uint32_t values[2][NAME_COMPLETIONS_MAX], size_t n_values[2], size_t limit)
{
    struct reached reached;
    reach(&reached, typed, trie);
    for (int missed = 0; missed < 2; missed++)
        n_values[missed] = complete(&reached, typed, trie, missed, values[missed], limit);
}

bool name_completions_any(const struct index *index, const struct typed_name *typed)
{
    struct reached names;
    reach(&names, typed, &index->names);
    for (size_t i = 0; i < names.n; i++) {
        if (names.nodes[i].n_missed == 0)
            return true;
    }
    return false;
}

static uint32_t find_best(const struct reached *names, const struct reached *ends,
                          const struct index *index, enum trie_loose_kind kind)
{
    uint32_t name = trie_loose_best(&index->names, names->nodes, names->n, kind);
    uint32_t end = trie_loose_best(&index->name_ends, ends->nodes, ends->n, kind);
    return name < end ? name : end;
}

void name_completions_find(struct name_completions *completions, const struct index *index,
                           const struct typed_name *typed, size_t limit)
{
    struct reached names;
    struct reached ends;
    reach(&names, typed, &index->names);
    reach(&ends, typed, &index->name_ends);
    for (int missed = 0; missed < 2; missed++) {
        struct name_list *list = &completions->lists[missed];
        list->n_beginnings =
            complete(&names, typed, &index->names, missed, list->beginnings, limit);
        list->n_later_words =
            complete(&ends, typed, &index->name_ends, missed, list->later_words, limit);
    }
    for (int kind = 0; kind < 3; kind++)
        completions->best[kind] = find_best(&names, &ends, index, (enum trie_loose_kind)kind);
}
