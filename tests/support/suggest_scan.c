/* A name begins with a text when, both without their separators, it begins with its letters; how
   its words begin is looked at afterwards. */
#include "tests/support/suggest_scan.h"

#include "tests/support/edit_distance.h"
#include "tests/support/name_letters.h"

#include <cratedex/canonical_name.h>
#include <cratedex/suggest.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "index/text/name_words.h"

#include <cmocka.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* What is expected, as it is found by looking at every name. */
struct expected {
    const struct index *index;
    char text[300]; /* canonical, in the form that the best name has */
    size_t length;
    char typed[300]; /* canonical */
    size_t typed_length;
    unsigned n_spaced_words;     /* 0: no spaces between them */
    struct name_letters letters; /* of what was typed */
    size_t limit;
    uint32_t ranks[SUGGEST_MAX_LIMIT];
    uint32_t starts[SUGGEST_MAX_LIMIT]; /* of the highlight */
    size_t n;
};

static void add(struct expected *expected, uint32_t rank, uint32_t start)
{
    for (size_t i = 0; i < expected->n; i++) {
        if (expected->ranks[i] == rank)
            return;
    }
    if (expected->n == expected->limit)
        return;
    expected->starts[expected->n] = start;
    expected->ranks[expected->n++] = rank;
}

static size_t name_of(const struct index *index, uint32_t rank, char *canonical)
{
    struct index_crate crate;
    index_crate(index, rank, &crate);
    canonical_name(canonical, crate.name, crate.name_length);
    return crate.name_length;
}

/* How a name is met, the better ways first: those that miss a boundary of the text behind all that
   miss none. */
enum match { EXACT, SAME, BEGINNING, LATER_WORD, MISSED_BEGINNING, MISSED_LATER_WORD, NO_MATCH };

/* The boundaries of the text that no word of the key begins at; -1 where the key does not begin
   with the text. */
static int count_missed(const struct name_letters *text, const char *key, size_t length)
{
    static struct name_letters own;
    name_letters_read(&own, key, length);
    if (own.n < text->n || memcmp(own.text, text->text, text->n) != 0)
        return -1;
    size_t end = text->n == 0 ? 0 : own.places[text->n - 1] + 1;
    if (text->is_behind[text->n] && (end == length || !name_separator(key[end])))
        return -1;
    int n_missed = text->n > 0 && text->is_behind[0] && !own.is_behind[0];
    for (size_t i = 1; i < text->n; i++)
        n_missed += text->is_behind[i] && !own.is_behind[i] &&
                    is_digit(own.text[i - 1]) == is_digit(own.text[i]);
    return n_missed;
}

/* Whether the text's words begin where words of the name do, from a place on. */
static bool words_meet(const struct name_letters *text, const char *name, size_t length,
                       size_t start)
{
    static struct name_letters own;
    struct name_word words[256];
    size_t n_words = name_words_split(name, length, words, 256);
    name_letters_read(&own, name + start, length - start);
    for (size_t i = 1; i < text->n; i++) {
        size_t word = 0;
        while (word < n_words && words[word].start != start + own.places[i])
            word++;
        if (text->is_behind[i] && word == n_words)
            return false;
    }
    return true;
}

static enum match match_name(const struct expected *expected, uint32_t rank, uint32_t *start)
{
    char name[256];
    struct index_crate crate;
    struct name_word words[256];
    static struct name_letters own;
    size_t length = name_of(expected->index, rank, name);
    const struct name_letters *text = &expected->letters;
    enum match match = NO_MATCH;
    index_crate(expected->index, rank, &crate);
    *start = 0;
    if (length == expected->typed_length && memcmp(name, expected->typed, length) == 0)
        return EXACT;
    int n_missed = count_missed(text, name, length);
    name_letters_read(&own, name, length);
    if (n_missed == 0)
        return text->n > 0 && own.n == text->n && !text->is_behind[text->n] ? SAME : BEGINNING;
    if (n_missed > 0)
        match = MISSED_BEGINNING;
    size_t n_words = name_words_split(crate.name, length, words, 256);
    bool has_start = false;
    bool is_sure = false;
    for (size_t i = 1; i < n_words && text->n > 0; i++) {
        uint32_t at = words[i].start;
        n_missed = count_missed(text, name + at, length - at);
        if (n_missed < 0)
            continue;
        if (n_missed == 0)
            match = LATER_WORD;
        else if (match == NO_MATCH)
            match = MISSED_LATER_WORD;
        if (!is_sure && (!has_start || words_meet(text, crate.name, length, at))) {
            *start = at;
            is_sure = words_meet(text, crate.name, length, at);
        }
        has_start = true;
    }
    if (match == MISSED_BEGINNING)
        *start = 0;
    return match;
}

static void add_matches(struct expected *expected, enum match wanted, size_t n)
{
    size_t end = expected->n + n;
    for (uint32_t rank = 1; rank <= index_n_crates(expected->index) && expected->n < end; rank++) {
        uint32_t start;
        if (match_name(expected, rank, &start) == wanted)
            add(expected, rank, start);
    }
}

/* Names `distance` edits away, as a whole or in a beginning, up to a rank. */
static void add_close(struct expected *expected, unsigned distance, bool is_longer,
                      size_t min_characters, uint32_t max_rank)
{
    if (expected->length == 0 || expected->length > 64)
        return;
    size_t n_characters = count_characters(expected->text, expected->length);
    for (uint32_t rank = 1; rank <= index_n_crates(expected->index) && rank <= max_rank; rank++) {
        char name[256];
        unsigned beginning;
        size_t length = name_of(expected->index, rank, name);
        /* A distance is at least the difference of the lengths. */
        if (length + distance < n_characters ||
            (!is_longer && count_characters(name, length) > n_characters + distance))
            continue;
        unsigned whole =
            edit_distance_between(name, length, expected->text, expected->length, &beginning);
        if ((is_longer ? beginning : whole) == distance && length >= min_characters)
            add(expected, rank, 0);
    }
}

/* How many names that begin with the text are shown, as the header says it: those with a later word
   take room only where they are far better. */
static size_t count_beginnings(const struct expected *expected, enum match beginning,
                               enum match later_word)
{
    uint32_t ranks[2][1000];
    size_t n[2] = {0, 0};
    size_t room = expected->limit - expected->n;
    for (uint32_t rank = 1; rank <= index_n_crates(expected->index); rank++) {
        uint32_t start;
        enum match match = match_name(expected, rank, &start);
        bool is_known = false;
        for (size_t i = 0; i < expected->n; i++)
            is_known = is_known || expected->ranks[i] == rank;
        if (!is_known && (match == beginning || match == later_word) &&
            n[match == later_word] < 1000)
            ranks[match == later_word][n[match == later_word]++] = rank;
    }
    size_t n_beginnings = n[0] < room ? n[0] : room;
    for (;; n_beginnings--) {
        size_t n_later = room - n_beginnings;
        if (n_beginnings == 0 || n_later >= n[1] ||
            ranks[1][n_later] >= ranks[0][n_beginnings - 1] / SUGGEST_FAR_BETTER)
            return n_beginnings;
    }
}

/* Takes the text for what it is in the best name that begins with it. */
static void take_form(struct expected *expected)
{
    static struct name_letters own;
    uint32_t start;
    const struct name_letters *text = &expected->letters;
    for (uint32_t rank = 1; rank <= index_n_crates(expected->index) && text->n > 0; rank++) {
        char name[256];
        size_t length = name_of(expected->index, rank, name);
        if (match_name(expected, rank, &start) > BEGINNING || count_missed(text, name, length) != 0)
            continue;
        name_letters_read(&own, name, length);
        expected->length = own.places[text->n - 1] + 1 + text->is_behind[text->n];
        memcpy(expected->text, name, expected->length);
        return;
    }
}

/* How many separators a key, which begins with the text, has where none was typed. */
static size_t count_added(const struct name_letters *text, const char *key, size_t length)
{
    static struct name_letters own;
    size_t n_added = 0;
    name_letters_read(&own, key, length);
    for (size_t i = 0; i < text->n; i++)
        n_added += text->is_behind[i] ? 0 : own.places[i] - (i == 0 ? 0 : own.places[i - 1] + 1);
    return n_added;
}

/* The best ranks of names that begin with the text, or a later word of which does: with the text's
   boundaries, with more, and without some. */
static void find_best(const struct expected *expected, uint32_t best[3])
{
    best[0] = best[1] = best[2] = UINT32_MAX;
    for (uint32_t rank = index_n_crates(expected->index); rank > 0; rank--) {
        char name[256];
        struct index_crate crate;
        struct name_word words[256];
        size_t length = name_of(expected->index, rank, name);
        index_crate(expected->index, rank, &crate);
        size_t n_words = name_words_split(crate.name, length, words, 256);
        for (size_t i = 0; i <= n_words && expected->letters.n > 0; i++) {
            size_t at = i == n_words ? 0 : words[i].start;
            int n_missed = count_missed(&expected->letters, name + at, length - at);
            if (n_missed > 0)
                best[2] = rank;
            else if (n_missed == 0)
                best[count_added(&expected->letters, name + at, length - at) > 0] = rank;
        }
    }
}

static uint32_t lower(uint32_t left, uint32_t right)
{
    return left < right ? left : right;
}

static void add_slips(struct expected *expected, uint32_t max_rank)
{
    if (count_characters(expected->text, expected->length) >= 4)
        add_close(expected, 1, false, 5, max_rank);
}

static void add_all_close(struct expected *expected)
{
    size_t n_characters = count_characters(expected->text, expected->length);
    if (n_characters < 4 || (expected->n_spaced_words > 2 && expected->n == 0))
        return;
    add_close(expected, 1, false, n_characters == 4 ? 5 : 0, UINT32_MAX);
    if (n_characters >= 5)
        add_close(expected, 1, true, 0, UINT32_MAX);
    if (n_characters >= 9 && expected->n == 0 && expected->n_spaced_words == 0) {
        uint32_t n_popular = index_n_crates(expected->index) / SUGGEST_POPULAR_SHARE;
        add_close(expected, 2, false, 0, n_popular);
        add_close(expected, 2, true, 0, n_popular);
        if (expected->n > 0)
            return;
        add_close(expected, 2, false, 0, UINT32_MAX);
        add_close(expected, 2, true, 0, UINT32_MAX);
    }
}

static void find_expected(struct expected *expected)
{
    uint32_t best[3];
    find_best(expected, best);
    add_matches(expected, EXACT, expected->limit);
    add_matches(expected, SAME, expected->limit);
    if (best[0] != UINT32_MAX || best[1] != UINT32_MAX)
        add_slips(expected, lower(best[0] / SUGGEST_FAR_BETTER, best[1] - 1));
    add_matches(expected, BEGINNING, count_beginnings(expected, BEGINNING, LATER_WORD));
    add_matches(expected, LATER_WORD, expected->limit);
    if (best[2] != UINT32_MAX)
        add_slips(expected, best[2] - 1);
    add_matches(expected, MISSED_BEGINNING,
                count_beginnings(expected, MISSED_BEGINNING, MISSED_LATER_WORD));
    add_matches(expected, MISSED_LATER_WORD, expected->limit);
    if (best[1] < best[0]) {
        add_slips(expected, UINT32_MAX);
        take_form(expected);
    }
    add_all_close(expected);
}

/* The text as it is compared: without spaces around it; `_` for those inside and for colons. */
static void set_text(struct expected *expected, const char *text, size_t length)
{
    for (; length > 0 && text[0] == ' '; length--)
        text++;
    while (length > 0 && text[length - 1] == ' ')
        length--;
    name_letters_read(&expected->letters, text, length);
    expected->n_spaced_words = 0;
    if (length > 0 && memchr(text, ' ', length) != NULL) {
        expected->n_spaced_words = 1 + expected->letters.n_boundaries;
    }
    expected->length = 0;
    for (size_t i = 0; i < length; i++) {
        bool is_gap = text[i] == ' ' || text[i] == ':';
        if (!is_gap)
            canonical_name(&expected->text[expected->length++], &text[i], 1);
        else if (expected->length == 0 || expected->text[expected->length - 1] != '_')
            expected->text[expected->length++] = '_';
    }
    memcpy(expected->typed, expected->text, expected->length);
    expected->typed_length = expected->length;
}

static void check_highlight(const struct expected *expected, size_t i,
                            const struct suggestion *suggestion)
{
    static struct name_letters own;
    uint32_t end = suggestion->highlight_start + suggestion->highlight_length;
    char name[256];
    unsigned beginning;
    const struct name_letters *text = &expected->letters;
    assert_true(end <= suggestion->name_length);
    assert_int_equal(suggestion->highlight_start, expected->starts[i]);
    canonical_name(name, suggestion->name, suggestion->name_length);
    name_letters_read(&own, name + suggestion->highlight_start, suggestion->highlight_length);
    if (expected->length == 0)
        assert_int_equal(suggestion->highlight_length, 0);
    else if (own.n != text->n || memcmp(own.text, text->text, text->n) != 0 ||
             own.is_behind[own.n] != text->is_behind[text->n])
        assert_in_range(edit_distance_between(name, suggestion->highlight_length, expected->text,
                                              expected->length, &beginning),
                        1, 2);
}

size_t suggest_scan_expect(const struct index *index, const char *text, size_t length, size_t limit)
{
    static struct expected expected;
    struct suggestion suggestions[SUGGEST_MAX_LIMIT];
    size_t n = suggest(index, text, length, suggestions, limit);
    expected.index = index;
    expected.limit = limit < SUGGEST_MAX_LIMIT ? limit : SUGGEST_MAX_LIMIT;
    expected.n = 0;
    set_text(&expected, text, length);
    find_expected(&expected);
    assert_true(n >= expected.n && n <= expected.limit);
    for (size_t i = 0; i < n; i++) {
        struct index_crate crate;
        if (i >= expected.n) {
            assert_string_equal(suggestion_kind_name(suggestions[i].kind), "keyword");
            continue;
        }
        if (suggestions[i].rank != expected.ranks[i])
            fail_msg("\"%.*s\", limit %zu: suggestion %zu is rank %u, not %u", (int)length, text,
                     limit, i, suggestions[i].rank, expected.ranks[i]);
        assert_string_equal(suggestion_kind_name(suggestions[i].kind), "crate");
        index_crate(index, suggestions[i].rank, &crate);
        assert_ptr_equal(suggestions[i].name, crate.name);
        assert_int_equal(suggestions[i].name_length, crate.name_length);
        assert_int_equal(suggestions[i].downloads, crate.downloads);
        check_highlight(&expected, i, &suggestions[i]);
    }
    return n;
}
