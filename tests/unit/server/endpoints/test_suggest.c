/* Suggestions against a look at every name, and small cases of each rule. */
#include "tests/support/built_index.h"
#include "tests/support/edit_distance.h"
#include "tests/support/random.h"

#include <cratedex/canonical_name.h>
#include <cratedex/suggest.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "index/text/name_words.h"

#include <cmocka.h>

/* What is expected, as it is found by looking at every name. */
struct expected {
    const struct index *index;
    char text[300]; /* canonical */
    size_t length;
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

enum match { NO_MATCH, EXACT, BEGINNING, LATER_WORD };

static enum match match_name(const struct expected *expected, uint32_t rank, uint32_t *start)
{
    char name[256];
    struct index_crate crate;
    struct name_word words[256];
    size_t length = name_of(expected->index, rank, name);
    index_crate(expected->index, rank, &crate);
    *start = 0;
    if (length >= expected->length && memcmp(name, expected->text, expected->length) == 0)
        return length == expected->length ? EXACT : BEGINNING;
    size_t n_words = name_words_split(crate.name, length, words, 256);
    for (size_t i = 0; i < n_words; i++) {
        *start = words[i].start;
        if (length - *start >= expected->length &&
            memcmp(name + *start, expected->text, expected->length) == 0)
            return LATER_WORD;
    }
    return NO_MATCH;
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
static size_t count_beginnings(const struct expected *expected)
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
        if (!is_known && (match == BEGINNING || match == LATER_WORD) &&
            n[match == LATER_WORD] < 1000)
            ranks[match == LATER_WORD][n[match == LATER_WORD]++] = rank;
    }
    size_t n_beginnings = n[0] < room ? n[0] : room;
    for (;; n_beginnings--) {
        size_t n_later = room - n_beginnings;
        if (n_beginnings == 0 || n_later >= n[1] ||
            ranks[1][n_later] >= ranks[0][n_beginnings - 1] / SUGGEST_FAR_BETTER)
            return n_beginnings;
    }
}

static void find_expected(struct expected *expected)
{
    size_t n_characters = count_characters(expected->text, expected->length);
    uint32_t best = UINT32_MAX;
    uint32_t start;
    for (uint32_t rank = index_n_crates(expected->index); rank > 0; rank--) {
        if (match_name(expected, rank, &start) != NO_MATCH)
            best = rank;
    }
    add_matches(expected, EXACT, expected->limit);
    if (best != UINT32_MAX && n_characters >= 4)
        add_close(expected, 1, false, 5, best / SUGGEST_FAR_BETTER);
    add_matches(expected, BEGINNING, count_beginnings(expected));
    add_matches(expected, LATER_WORD, expected->limit);
    if (memchr(expected->text, ' ', expected->length) != NULL || n_characters < 4)
        return;
    add_close(expected, 1, false, n_characters == 4 ? 5 : 0, UINT32_MAX);
    if (n_characters >= 5)
        add_close(expected, 1, true, 0, UINT32_MAX);
    if (n_characters >= 9 && expected->n == 0) {
        uint32_t n_popular = index_n_crates(expected->index) / SUGGEST_POPULAR_SHARE;
        add_close(expected, 2, false, 0, n_popular);
        add_close(expected, 2, true, 0, n_popular);
        if (expected->n > 0)
            return;
        add_close(expected, 2, false, 0, UINT32_MAX);
        add_close(expected, 2, true, 0, UINT32_MAX);
    }
}

static void check_highlight(const struct expected *expected, size_t i,
                            const struct suggestion *suggestion)
{
    uint32_t end = suggestion->highlight_start + suggestion->highlight_length;
    char name[256];
    unsigned beginning;
    assert_true(end <= suggestion->name_length);
    assert_int_equal(suggestion->highlight_start, expected->starts[i]);
    canonical_name(name, suggestion->name, suggestion->name_length);
    if (expected->length == 0)
        assert_int_equal(suggestion->highlight_length, 0);
    else if (suggestion->highlight_length != expected->length ||
             memcmp(name + suggestion->highlight_start, expected->text, expected->length) != 0)
        assert_in_range(edit_distance_between(name, suggestion->highlight_length, expected->text,
                                              expected->length, &beginning),
                        1, 2);
}

static size_t expect(const struct index *index, const char *text, size_t length, size_t limit)
{
    static struct expected expected;
    struct suggestion suggestions[SUGGEST_MAX_LIMIT];
    size_t n = suggest(index, text, length, suggestions, limit);
    expected.index = index;
    expected.length = length;
    expected.limit = limit < SUGGEST_MAX_LIMIT ? limit : SUGGEST_MAX_LIMIT;
    expected.n = 0;
    canonical_name(expected.text, text, length);
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

/* Every prefix of every name, as it is, with its case and separators changed, and with letters
   replaced. */
static void every_prefix_of_every_name(void **state)
{
    const struct built_index *built = *state;
    uint64_t seed = 107;
    size_t n_exact_not_best = 0;
    size_t n_close = 0;
    for (uint32_t rank = 1; rank <= index_n_crates(built->index); rank++) {
        struct index_crate crate;
        index_crate(built->index, rank, &crate);
        for (uint32_t length = 1; length <= crate.name_length; length++) {
            char prefix[256];
            memcpy(prefix, crate.name, length);
            size_t limit = 1 + random_below(&seed, 20);
            size_t n = expect(built->index, prefix, length, limit);
            assert_true(n > 0);
            for (uint32_t i = 0; i < length; i++) {
                if (prefix[i] >= 'a' && prefix[i] <= 'z' && random_below(&seed, 2) == 0)
                    prefix[i] = (char)(prefix[i] - 'a' + 'A');
                if (prefix[i] == '-' || prefix[i] == '_')
                    prefix[i] = "-_"[random_below(&seed, 2)];
            }
            assert_int_equal(expect(built->index, prefix, length, limit), n);
            for (unsigned n_edits = 1; n_edits <= 2; n_edits++) {
                prefix[random_below(&seed, length)] = "aeis_xt"[random_below(&seed, 7)];
                n_close += expect(built->index, prefix, length, limit);
            }
        }
        /* The exact name stands first even where a longer one is more popular. */
        struct suggestion first;
        assert_int_equal(suggest(built->index, crate.name, crate.name_length, &first, 1), 1);
        assert_int_equal(first.rank, rank);
        char name[256];
        size_t length = name_of(built->index, rank, name);
        for (uint32_t better = 1; better < rank; better++) {
            char other[256];
            if (name_of(built->index, better, other) > length && memcmp(other, name, length) == 0) {
                n_exact_not_best++;
                break;
            }
        }
    }
    assert_true(n_exact_not_best > 0);
    assert_true(n_close > 1000);
}

static void empty_prefix_gives_the_most_popular(void **state)
{
    const struct built_index *built = *state;
    struct suggestion suggestions[SUGGEST_MAX_LIMIT];
    assert_int_equal(suggest(built->index, "", 0, suggestions, 5), 5);
    for (uint32_t i = 0; i < 5; i++)
        assert_int_equal(suggestions[i].rank, i + 1);
    expect(built->index, NULL, 0, SUGGEST_MAX_LIMIT);
}

static void limits(void **state)
{
    const struct built_index *built = *state;
    for (size_t limit = 0; limit <= SUGGEST_MAX_LIMIT; limit++) {
        expect(built->index, "s", 1, limit);
        expect(built->index, "serde", 5, limit);
        assert_int_equal(expect(built->index, "", 0, limit), limit);
    }
    /* Not more than the array of a caller who asks for too many. */
    assert_int_equal(expect(built->index, "", 0, SUGGEST_MAX_LIMIT + 1000), SUGGEST_MAX_LIMIT);
}

static void what_begins_no_name(void **state)
{
    const struct built_index *built = *state;
    static const char *const prefixes[] = {"zzzzzz", "\xff", "\u00FC", "*", "%", "\U0001F980"};
    struct suggestion suggestions[10];
    char longest[300];
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        assert_int_equal(suggest(built->index, prefixes[i], strlen(prefixes[i]), suggestions, 10),
                         0);
    memset(longest, 's', sizeof longest);
    for (size_t length = 200; length <= sizeof longest; length++)
        assert_int_equal(suggest(built->index, longest, length, suggestions, 10), 0);
    assert_int_equal(suggest(built->index, "s\0", 2, suggestions, 10), 0);
}

/* What is taken off a text for a search is taken off here, too. */
static void pasted_texts(void **state)
{
    const struct built_index *built = *state;
    static const char *const texts[] = {"serde ",           "\tserde\n",
                                        "\U0001F980 serde", "\"serde\"",
                                        "serde serde",      "serde 1.0",
                                        "serde = \"1.0\"",  "use serde::Serialize;",
                                        "cargo add serde",  "https://docs.rs/serde"};
    struct suggestion expected[10];
    struct suggestion suggestions[10];
    size_t n = suggest(built->index, "serde", 5, expected, 10);
    assert_true(n > 1);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (suggest(built->index, texts[i], strlen(texts[i]), suggestions, 10) != n)
            fail_msg("%s", texts[i]);
        for (size_t j = 0; j < n; j++)
            assert_int_equal(suggestions[j].rank, expected[j].rank);
    }
}

/* Two crates of one canonical name, the more popular first, in front of a still more popular
   one. */
static void names_that_differ_in_separators(void **state)
{
    (void)state;
    static const char times[] = "2020-01-01,2020-01-01";
    char crates[512];
    snprintf(crates, sizeof crates,
             CRATES_COLUMNS "\n1,a-b,%s,,,,\n2,A_B,%s,,,,\n3,a_b_c,%s,,,,\n4,ab,%s,,,,\n", times,
             times, times, times);
    const struct dump_file files[] = {
        BUILT_TIME("2026-11-01T02:00:00Z"),
        BUILT_TABLE("crates", crates),
        BUILT_TABLE("versions", VERSIONS_COLUMNS "\n1,1,1.0.0,2020-01-01,f,0,2020-01-01\n"
                                                 "2,2,1.0.0,2020-01-01,f,0,2020-01-01\n"
                                                 "3,3,1.0.0,2020-01-01,f,0,2020-01-01\n"),
        BUILT_TABLE("version_downloads", "version_id,date,downloads\n1,2026-10-31,10\n"
                                         "2,2026-10-31,100\n3,2026-10-31,1000\n"),
        BUILT_END,
    };
    struct built_index built;
    struct suggestion suggestions[10];
    built_index_from_files(&built, files);
    assert_int_equal(suggest(built.index, "A-b", 3, suggestions, 10), 3);
    assert_int_equal(suggestions[0].rank, 2); /* A_B */
    assert_int_equal(suggestions[1].rank, 3); /* a-b */
    assert_int_equal(suggestions[2].rank, 1); /* a_b_c */
    expect(built.index, "A-b", 3, 1);
    expect(built.index, "A-b", 3, 2);
    expect(built.index, "a", 1, 10);
    built_index_remove(&built);
}

static void expect_name(const struct suggestion *suggestion, enum suggestion_kind kind,
                        const char *name, int64_t downloads)
{
    assert_int_equal(suggestion->kind, kind);
    assert_int_equal(suggestion->name_length, strlen(name));
    assert_memory_equal(suggestion->name, name, strlen(name));
    assert_int_equal(suggestion->downloads, downloads);
}

/* Keywords come last, those of most crates first, with the downloads of their crates. */
static void keywords(void **state)
{
    (void)state;
    static const char times[] = "2020-01-01,2020-01-01";
    char crates[512];
    snprintf(crates, sizeof crates, CRATES_COLUMNS "\n1,web-server,%s,,,,\n2,other,%s,,,,\n", times,
             times);
    const struct dump_file files[] = {
        BUILT_TIME("2026-11-01T02:00:00Z"),
        BUILT_TABLE("crates", crates),
        BUILT_TABLE("versions", VERSIONS_COLUMNS "\n1,1,1.0.0,2020-01-01,f,10,2020-01-01\n"
                                                 "2,2,1.0.0,2020-01-01,f,5,2020-01-01\n"),
        BUILT_TABLE("crate_downloads", "crate_id,downloads\n1,10\n2,5\n"),
        BUILT_TABLE("keywords", "id,keyword,crates_cnt,created_at\n1,web,1,2020-01-01\n"
                                "2,Web-Framework,2,2020-01-01\n3,websocket,0,2020-01-01\n"),
        BUILT_TABLE("crates_keywords", "crate_id,keyword_id\n1,1\n1,2\n2,2\n"),
        BUILT_END,
    };
    struct built_index built;
    struct suggestion suggestions[10];
    built_index_from_files(&built, files);
    assert_int_equal(suggest(built.index, "we", 2, suggestions, 10), 3);
    expect_name(&suggestions[0], SUGGESTION_CRATE, "web-server", 10);
    expect_name(&suggestions[1], SUGGESTION_KEYWORD, "Web-Framework", 15);
    expect_name(&suggestions[2], SUGGESTION_KEYWORD, "web", 10);
    assert_int_equal(suggestions[1].highlight_start, 0);
    assert_int_equal(suggestions[1].highlight_length, 2);
    assert_int_equal(suggest(built.index, "WEB_FRAMEW", 10, suggestions, 10), 1);
    expect_name(&suggestions[0], SUGGESTION_KEYWORD, "Web-Framework", 15);
    assert_int_equal(suggest(built.index, "we", 2, suggestions, 2), 2);
    assert_int_equal(suggest(built.index, "websocket", 9, suggestions, 10), 0);
    built_index_remove(&built);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_prefix_of_every_name),
        cmocka_unit_test(limits),
        cmocka_unit_test(empty_prefix_gives_the_most_popular),
        cmocka_unit_test(what_begins_no_name),
        cmocka_unit_test(pasted_texts),
        cmocka_unit_test(names_that_differ_in_separators),
        cmocka_unit_test(keywords),
    };
    return cmocka_run_group_tests_name("suggest", tests, built_index_set_up_sample,
                                       built_index_tear_down);
}
