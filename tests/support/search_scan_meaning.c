/* What a text may have been meant to be: every crate is looked at to count who has all of its
   words, every name and every word to find what is near. */
#include "tests/support/search_scan_steps.h"

#include <stdio.h>
#include <string.h>

#define MAX_CRATES 10
#define MUCH_MORE 20
#define FAR_MORE 1000
#define POPULAR_SHARE 64

static uint64_t least(uint64_t left, uint64_t right)
{
    return left < right ? left : right;
}

static bool has_spaces(struct search_string text)
{
    return memchr(text.data, ' ', text.length) != NULL;
}

/* Whether a name contains the text, */
static bool is_in_places(const struct search_scan *scan)
{
    uint32_t rank = 1;
    while (rank <= scan->n_crates && !scan->in_name[rank])
        rank++;
    return rank <= scan->n_crates;
}

/* and how often the crates that are called so were downloaded; -1: none is. */
static int64_t exact_downloads(const struct search_scan *scan)
{
    int64_t downloads = -1;
    for (uint32_t rank = 1; rank <= scan->n_crates; rank++)
        if (strcmp(scan->crates[rank].canonical, scan->canonical) == 0 &&
            scan->crates[rank].downloads > downloads)
            downloads = scan->crates[rank].downloads;
    return downloads;
}

static bool is_unfinished(const struct search_scan *scan, unsigned i)
{
    const struct scan_word *word = &scan->cut.words[i];
    return i + 1 == scan->cut.n && word->n_with == 0 && word->begins_others;
}

/* Crates that have all words of the text in another field than the README. */
static uint64_t count_close(const struct search_scan *scan)
{
    uint64_t n = 0;
    for (uint32_t rank = 1; rank <= scan->n_crates; rank++)
        n += scan->n_close[rank] == scan->cut.n;
    return n;
}

static uint64_t count_rarest(const struct search_scan *scan, bool is_name)
{
    uint64_t n = UINT64_MAX;
    for (unsigned i = 0; i < scan->cut.n; i++) {
        const struct scan_word *word = &scan->cut.words[i];
        bool counts =
            is_unfinished(scan, i) && (scan->cut.n == 1 || !is_name || is_in_places(scan));
        n = least(n, counts ? word->n_completed : word->n_with);
    }
    return n;
}

/* In how many crates the text occurs, as far as it matters. */
static uint64_t count_typed(struct search_scan *scan, struct search_string text)
{
    bool is_name = !has_spaces(text);
    bool is_single = scan->cut.n == 1;
    uint64_t n_rarest = count_rarest(scan, is_name);
    uint64_t n = scan->n_hits;
    if (scan->has_filter) {
        n = n_rarest + scan->cut.words[scan->cut.n - 1].n_completed;
        /* How many places in names there are only the index knows. */
        scan->is_meaning_known = !is_in_places(scan) || n > MAX_CRATES;
    }
    if (!is_single || (n_rarest == 0 && !is_in_places(scan)))
        n = least(n, n_rarest);
    if (n_rarest > 0 && !is_single && is_name && n > MAX_CRATES)
        n = least(count_close(scan), MAX_CRATES + 1);
    return n;
}

/* How many crates have all words of a name; 0 and `are_same` where these are the text's. */
static uint64_t count_name(struct search_scan *scan, uint32_t rank, bool *are_same)
{
    static struct scan_words name;
    const char *canonical = scan->crates[rank].canonical;
    uint64_t n = 0;
    scan_cut(scan, (struct search_string){canonical, strlen(canonical)}, false, &name);
    *are_same = name.n == scan->cut.n;
    memset(scan->n_close, 0, scan->n_crates + (size_t)1);
    for (unsigned i = 0; i < name.n; i++) {
        *are_same = *are_same && strcmp(name.words[i].stem.text, scan->cut.words[i].stem.text) == 0;
        scan_look_up(scan, name.words[i].text.data, name.words[i].text.length);
        for (uint32_t other = 1; other <= scan->n_crates; other++)
            if (scan->fields[other] != 0)
                scan->n_close[other]++;
    }
    for (uint32_t other = 1; other <= scan->n_crates && name.n > 0; other++)
        n += scan->n_close[other] == name.n;
    return n;
}

static bool is_likelier(struct search_scan *scan, uint32_t rank, uint64_t n_typed, bool is_known)
{
    const struct crate *crate = &scan->crates[rank];
    int64_t downloads = exact_downloads(scan);
    bool are_same;
    if (downloads >= 0)
        return crate->downloads / FAR_MORE >= (downloads > 0 ? downloads : 1);
    if (scan->cut.n == 1 && n_typed == 0)
        n_typed = 1;
    uint64_t n = count_name(scan, rank, &are_same);
    return !are_same &&
           ((!is_known && rank <= scan->n_crates / POPULAR_SHARE) ||
            crate->dependents >= (int64_t)(MUCH_MORE * n_typed) || n >= MUCH_MORE * n_typed);
}

/* Appends the text with other words in the place of its own, if there are any. */
static void replace_words(struct search_scan *scan, struct search_string text)
{
    size_t at = 0;
    size_t length = 0;
    unsigned n = 0;
    for (unsigned i = 0; i < scan->cut.n && n < 8; i++) {
        struct scan_word *word = &scan->cut.words[i];
        struct search_string nearest;
        struct search_string typed = {word->folded.text, strlen(word->folded.text)};
        struct scan_text stem;
        uint64_t n_with = word->n_with > 0 ? word->n_with : 1;
        if (word->has_symbols)
            continue;
        if (word->meant.text[0] == '\0' && !is_unfinished(scan, i) &&
            scan_correct(scan, typed, MUCH_MORE * n_with, &nearest)) {
            bool is_longer = nearest.length > typed.length &&
                             memcmp(nearest.data, typed.data, typed.length) == 0;
            scan_stem(scan, nearest, &stem);
            if (!is_longer && strcmp(stem.text, word->stem.text) != 0)
                snprintf(word->meant.text, sizeof word->meant.text, "%.*s", (int)nearest.length,
                         nearest.data);
        }
        if (word->meant.text[0] == '\0')
            continue;
        size_t start = (size_t)(word->text.data - text.data);
        length += (size_t)snprintf(scan->did_you_mean + length, sizeof scan->did_you_mean - length,
                                   "%.*s%s", (int)(start - at), text.data + at, word->meant.text);
        at = start + word->text.length;
        n++;
    }
    if (n > 0)
        snprintf(scan->did_you_mean + length, sizeof scan->did_you_mean - length, "%.*s",
                 (int)(text.length - at), text.data + at);
}

void scan_meaning(struct search_scan *scan, struct search_string text)
{
    uint32_t near[SCAN_NEAR_NAMES];
    bool is_replaced = false;
    if (!scan->ranking.typos || scan->cut.n == 0)
        return;
    if (scan->n_near > 0) {
        snprintf(scan->did_you_mean, sizeof scan->did_you_mean, "%s",
                 scan->crates[scan->near[0]].name);
        return;
    }
    if (scan->n_front_names > 0 || scan->n_by_words > 0)
        return;
    for (unsigned i = 0; i < scan->cut.n; i++)
        is_replaced = is_replaced || scan->cut.words[i].meant.text[0] != '\0';
    uint64_t n_typed = count_typed(scan, text);
    if (n_typed > MAX_CRATES && !is_replaced)
        return;
    bool is_known = scan->cut.n == 1 && count_rarest(scan, true) > 0 && n_typed <= MAX_CRATES &&
                    count_close(scan) > 0;
    unsigned n_near = has_spaces(text) ? 0 : scan_find_near(scan, scan->canonical, near);
    for (unsigned i = 0; i < n_near; i++) {
        if (!is_likelier(scan, near[i], n_typed, is_known))
            continue;
        snprintf(scan->did_you_mean, sizeof scan->did_you_mean, "%s", scan->crates[near[i]].name);
        return;
    }
    if (exact_downloads(scan) < 0)
        replace_words(scan, text);
}
