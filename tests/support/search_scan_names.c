/* Names by looking at each of them: separators are taken out of all, and what is left is compared.
   For short texts every character of every name is looked at. */
#include "tests/support/name_letters.h"
#include "tests/support/search_scan_steps.h"

#include "index/search/plan/query_reading.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* 'A' for a capital, 'a' for another letter, '0' for a digit, ' ' for what separates words. */
static char kind_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return 'A';
    if ((c >= 'a' && c <= 'z') || (unsigned char)c > 127)
        return 'a';
    return c >= '0' && c <= '9' ? '0' : ' ';
}

static bool word_begins(const char *name, size_t at)
{
    char here = kind_of(name[at]);
    char before = at == 0 ? ' ' : kind_of(name[at - 1]);
    if (here == ' ' || before == ' ')
        return here != ' ';
    if ((here == '0') != (before == '0'))
        return true;
    /* Letters above 127 have no case, so only `a` to `z` count as lower. */
    bool after_lower = before == 'a' && (unsigned char)name[at - 1] < 128;
    bool before_lower =
        kind_of(name[at + 1]) == 'a' && (unsigned char)name[at + 1] < 128 && name[at + 1] != '\0';
    return here == 'A' && (after_lower || (before == 'A' && before_lower));
}

void scan_alike_names(struct search_scan *scan, struct search_string text)
{
    static struct name_letters typed;
    static struct name_letters own;
    struct scan_alike *alike = &scan->alike;
    name_letters_read(&typed, text.data, text.length);
    alike->n = 0;
    memset(alike->coverage, 0, sizeof alike->coverage);
    for (uint32_t rank = 1; rank <= scan->n_crates && typed.n > 0; rank++) {
        const char *name = scan->crates[rank].name;
        name_letters_read(&own, name, strlen(name));
        if (strcmp(own.text, typed.text) == 0) {
            assert_true(alike->n < SCAN_ALIKE);
            alike->ranks[alike->n++] = rank;
        }
    }
}

/* True where words of the name begin wherever words of the text do. */
static bool has_boundaries(const char *name, const struct name_letters *typed)
{
    static struct name_letters own;
    name_letters_read(&own, name, strlen(name));
    for (size_t i = 1; i < typed->n; i++) {
        if (typed->is_behind[i] && !word_begins(name, own.places[i]))
            return false;
    }
    return true;
}

/* What common words mean: a crate that is in use. */
static bool is_in_use(const struct search_scan *scan, uint32_t rank)
{
    return rank <= 1000 || rank <= scan->n_crates / 8;
}

static void add_front(struct search_scan *scan, uint32_t rank, enum search_tier tier)
{
    scan->front[scan->n_front_names].rank = rank;
    scan->front[scan->n_front_names++].tier = tier;
}

static bool is_front(const struct search_scan *scan, uint32_t rank)
{
    unsigned i = 0;
    while (i < scan->n_front_names && scan->front[i].rank != rank)
        i++;
    return i < scan->n_front_names;
}

/* Says which of the names that have the text's letters stand in front. */
static void choose_front(struct search_scan *scan, struct search_string text,
                         const struct name_letters *typed)
{
    struct scan_alike *alike = &scan->alike;
    bool is_phrase = scan->is_common &&
                     (typed->n_boundaries == 0 || memchr(text.data, ' ', text.length) != NULL);
    uint32_t best = 0;
    for (unsigned i = 0; i < alike->n; i++) {
        uint32_t rank = alike->ranks[i];
        alike->is_front[i] =
            has_boundaries(scan->crates[rank].name, typed) && (!is_phrase || is_in_use(scan, rank));
        if (alike->is_front[i] && best == 0)
            best = rank;
    }
    for (unsigned i = 0; i < alike->n; i++)
        alike->is_front[i] = alike->is_front[i] || alike->ranks[i] < best / 8;
}

/* True where the text is words with one `-` or `_` between each two, and has no other separator. */
static bool is_typed_as_name(const char *canonical)
{
    size_t length = strlen(canonical);
    return strpbrk(canonical, " -/:.@") == NULL && strchr(canonical, '_') != NULL &&
           canonical[0] != '_' && canonical[length - 1] != '_' && strstr(canonical, "__") == NULL;
}

static void add_beginnings(struct search_scan *scan, const char *canonical)
{
    unsigned n_looked_at = 0;
    unsigned n = 0;
    for (uint32_t rank = 1; rank <= scan->n_crates; rank++) {
        const char *name = scan->crates[rank].canonical;
        if (strncmp(name, canonical, strlen(canonical)) != 0)
            continue;
        if (++n_looked_at > SCAN_NAMES_OF_A_KIND + 1 || n == SCAN_NAMES_OF_A_KIND ||
            (scan->is_common && !is_in_use(scan, rank)))
            return;
        if (scan_is_exact(scan, rank, canonical) || is_front(scan, rank))
            continue;
        add_front(scan, rank, SEARCH_TIER_BEGINNING);
        n++;
    }
}

bool scan_is_exact(const struct search_scan *scan, uint32_t rank, const char *canonical)
{
    return scan->reading->is_as_typed && strcmp(scan->crates[rank].canonical, canonical) == 0;
}

/* The crates that are called what is left of the text when something was taken off. */
static void add_exact_pasted(struct search_scan *scan, const char *canonical)
{
    for (uint32_t rank = 1; rank <= scan->n_crates; rank++) {
        if (strcmp(scan->crates[rank].canonical, canonical) == 0)
            add_front(scan, rank, SEARCH_TIER_PASTED);
    }
}

static void add_pasted(struct search_scan *scan)
{
    for (uint32_t i = 0; i < scan->reading->n_named; i++) {
        if (!is_front(scan, scan->reading->named[i]))
            add_front(scan, scan->reading->named[i], SEARCH_TIER_PASTED);
    }
}

void scan_names(struct search_scan *scan, struct search_string text, const char *canonical)
{
    static struct name_letters typed;
    const struct scan_alike *alike = &scan->alike;
    bool has_exact = false;
    name_letters_read(&typed, text.data, text.length);
    scan->n_front_names = 0;
    scan->n_by_words = 0;
    choose_front(scan, text, &typed);
    if (!scan->reading->is_as_typed)
        add_exact_pasted(scan, canonical);
    if (!scan->reading->is_name)
        add_pasted(scan);
    unsigned n_same = 0;
    for (unsigned i = 0; i < alike->n; i++) {
        uint32_t rank = alike->ranks[i];
        bool is_exact = scan_is_exact(scan, rank, canonical);
        has_exact = has_exact || is_exact;
        if (alike->is_front[i] && !is_exact && !is_front(scan, rank) &&
            n_same++ < SCAN_NAMES_OF_A_KIND)
            add_front(scan, rank, SEARCH_TIER_SAME);
    }
    add_pasted(scan);
    scan->is_other_name = has_exact || scan->n_front_names > 0;
    if (is_typed_as_name(canonical))
        add_beginnings(scan, canonical);
    for (unsigned i = 0; i < alike->n; i++) {
        if (!scan_is_exact(scan, alike->ranks[i], canonical) && !is_front(scan, alike->ranks[i]) &&
            scan->n_by_words < SCAN_NAMES_OF_A_KIND)
            scan->by_words[scan->n_by_words++] = alike->ranks[i];
    }
    scan_near_names(scan, canonical);
    for (unsigned i = 0; i < scan->n_near; i++)
        add_front(scan, scan->near[i], SEARCH_TIER_NEAR);
}

/* Marks the crates whose name contains the form or, where it is short, has a word that it
   begins. */
static void mark_form(struct search_scan *scan, const char *form)
{
    size_t length = strlen(form);
    size_t n_characters = 0;
    unsigned c;
    for (size_t at = 0; at < length; n_characters++)
        at += scan_character(form + at, length - at, &c);
    for (uint32_t rank = 1; rank <= scan->n_crates; rank++) {
        const struct crate *crate = &scan->crates[rank];
        if (n_characters >= 3 && strstr(crate->canonical, form) != NULL)
            scan->in_name[rank] = true;
        for (size_t at = 0; n_characters < 3 && crate->name[at] != '\0'; at++) {
            if (word_begins(crate->name, at) && strncmp(crate->canonical + at, form, length) == 0)
                scan->in_name[rank] = true;
        }
    }
}

void scan_mark_names(struct search_scan *scan, struct search_string text, const char *canonical)
{
    static struct name_letters typed;
    char separated[2 * SEARCH_MAX_TEXT_BYTES + 1];
    size_t n = 0;
    size_t n_characters = 0;
    unsigned c;
    name_letters_read(&typed, text.data, text.length);
    for (size_t i = 0; i < typed.n; i++) {
        if (i > 0 && typed.is_behind[i])
            separated[n++] = '_';
        separated[n++] = typed.text[i];
    }
    separated[n] = '\0';
    memset(scan->in_name, 0, (scan->n_crates + (size_t)1) * sizeof *scan->in_name);
    mark_form(scan, canonical);
    if (n > 0)
        mark_form(scan, separated);
    for (size_t at = 0; at < typed.n; n_characters++)
        at += scan_character(typed.text + at, typed.n - at, &c);
    if (typed.n_boundaries > 0 && n_characters >= 3 && strchr(canonical, ' ') != NULL)
        mark_form(scan, typed.text);
    scan->any_in_name = scan->alike.n > 0 || scan->reading->n_named > 0;
    for (uint32_t rank = 1; rank <= scan->n_crates; rank++)
        scan->any_in_name = scan->any_in_name || scan->in_name[rank];
}
