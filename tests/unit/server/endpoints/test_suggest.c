/* Suggestions against a look at every name (suggest_scan.h), and small cases of each rule. */
#include "tests/support/built_index.h"
#include "tests/support/described_crates.h"
#include "tests/support/random.h"
#include "tests/support/sanitized.h"
#include "tests/support/suggest_scan.h"

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

#include <cmocka.h>

static size_t name_of(const struct index *index, uint32_t rank, char *canonical)
{
    struct index_crate crate;
    index_crate(index, rank, &crate);
    canonical_name(canonical, crate.name, crate.name_length);
    return crate.name_length;
}

static bool is_separator(char c)
{
    return c == '-' || c == '_';
}

/* Every prefix of every name, as it is, with its case and separators changed, and with letters
   replaced. */
static void every_prefix_of_every_name(void **state)
{
    const struct built_index *built = *state;
    uint64_t seed = 107;
    size_t n_exact_not_best = 0;
    size_t n_close = 0;
    for (uint32_t rank = 1; rank <= index_n_crates(built->index);
         rank += USUAL_OR_SANITIZED(1, 4)) {
        struct index_crate crate;
        index_crate(built->index, rank, &crate);
        for (uint32_t length = 1; length <= crate.name_length; length++) {
            char prefix[256];
            memcpy(prefix, crate.name, length);
            size_t limit = 1 + random_below(&seed, 20);
            size_t n = suggest_scan_expect(built->index, prefix, length, limit);
            assert_true(n > 0);
            for (uint32_t i = 0; i < length; i++) {
                if (prefix[i] >= 'a' && prefix[i] <= 'z' && random_below(&seed, 2) == 0)
                    prefix[i] = (char)(prefix[i] - 'a' + 'A');
                if (prefix[i] == '-' || prefix[i] == '_')
                    prefix[i] = "-_"[random_below(&seed, 2)];
            }
            assert_int_equal(suggest_scan_expect(built->index, prefix, length, limit), n);
            for (unsigned n_edits = 1; n_edits <= 2; n_edits++) {
                prefix[random_below(&seed, length)] = "aeis_xt"[random_below(&seed, 7)];
                n_close += suggest_scan_expect(built->index, prefix, length, limit);
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
    suggest_scan_expect(built->index, NULL, 0, SUGGEST_MAX_LIMIT);
}

static void limits(void **state)
{
    const struct built_index *built = *state;
    for (size_t limit = 0; limit <= SUGGEST_MAX_LIMIT; limit++) {
        suggest_scan_expect(built->index, "s", 1, limit);
        suggest_scan_expect(built->index, "serde", 5, limit);
        assert_int_equal(suggest_scan_expect(built->index, "", 0, limit), limit);
    }
    /* Not more than the array of a caller who asks for too many. */
    assert_int_equal(suggest_scan_expect(built->index, "", 0, SUGGEST_MAX_LIMIT + 1000),
                     SUGGEST_MAX_LIMIT);
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

/* Each of the texts is suggested for as `text` is. */
static void expect_same(const struct index *index, const char *text, const char *const *texts,
                        size_t n_texts)
{
    struct suggestion expected[10];
    struct suggestion suggestions[10];
    size_t n = suggest(index, text, strlen(text), expected, 10);
    assert_true(n > 1);
    for (size_t i = 0; i < n_texts; i++) {
        if (suggest(index, texts[i], strlen(texts[i]), suggestions, 10) != n)
            fail_msg("%s", texts[i]);
        for (size_t j = 0; j < n; j++)
            assert_int_equal(suggestions[j].rank, expected[j].rank);
    }
}
#define EXPECT_SAME(index, text, texts)                                                            \
    expect_same(index, text, texts, sizeof(texts) / sizeof *(texts))

/* What is taken off a text for a search is taken off here, too. */
static void pasted_texts(void **state)
{
    const struct built_index *built = *state;
    static const char *const texts[] = {"serde ",           "\tserde\n",
                                        "\U0001F980 serde", "\"serde\"",
                                        "serde serde",      "serde 1.0",
                                        "serde = \"1.0\"",  "use serde::Serialize;",
                                        "cargo add serde",  "https://docs.rs/serde"};
    EXPECT_SAME(built->index, "serde", texts);
}

/* Filters and exclusions stand beside what is suggested for. */
static void filters_among_words(void **state)
{
    const struct built_index *built = *state;
    static const char *const texts[] = {"in:name tokio ut",
                                        "tokio ut min_downloads:1",
                                        "tokio in:name ut",
                                        "-async tokio ut",
                                        "\"tokio\" ut",
                                        "min_downloads:1 -a1 tokio ut",
                                        "tokio updated_since:2020-01-01 ut"};
    struct suggestion suggestions[10];
    EXPECT_SAME(built->index, "tokio ut", texts);
    assert_int_equal(suggest(built->index, "in:name -async", 14, suggestions, 10), 0);
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
    assert_int_equal(suggest(built.index, "A-b", 3, suggestions, 10), 4);
    assert_int_equal(suggestions[0].rank, 2); /* A_B */
    assert_int_equal(suggestions[1].rank, 3); /* a-b */
    assert_int_equal(suggestions[2].rank, 1); /* a_b_c */
    assert_int_equal(suggestions[3].rank, 4); /* ab, where no word begins at b */
    suggest_scan_expect(built.index, "A-b", 3, 1);
    suggest_scan_expect(built.index, "A-b", 3, 2);
    suggest_scan_expect(built.index, "a", 1, 10);
    built_index_remove(&built);
}

static bool is_same(const struct suggestion *left, const struct suggestion *right)
{
    return left->kind == right->kind && left->rank == right->rank &&
           left->highlight_start == right->highlight_start &&
           left->highlight_length == right->highlight_length;
}

/* Writes the first bytes of a name with another separator; returns the length. */
static size_t separate(char text[300], const char *name, uint32_t length, const char *separator)
{
    size_t n = 0;
    for (uint32_t at = 0; at < length; at++)
        n += (size_t)snprintf(text + n, 300 - n, "%s",
                              is_separator(name[at]) ? separator : (char[]){name[at], '\0'});
    return n;
}

/* What a beginning of a name gives with `-`, other separators give; and without, what comes first
   does. `turn` chooses the one whose answer is compared with a look at every name. */
static void expect_any_separator(const struct index *index, const char *name, uint32_t length,
                                 unsigned turn)
{
    static const char *const separators[] = {" ", "_", "::", "  ", ""};
    enum { N_SEPARATORS = sizeof separators / sizeof *separators };
    struct suggestion right[10];
    struct suggestion found[10];
    size_t n_right = suggest(index, name, length, right, 10);
    for (size_t i = 0; i < N_SEPARATORS; i++) {
        char text[300];
        size_t n = separate(text, name, length, separators[i]);
        size_t n_found = suggest(index, text, n, found, 10);
        assert_true(n_found > 0);
        if (turn % N_SEPARATORS == i)
            suggest_scan_expect(index, text, n, 10);
        if (separators[i][0] == '\0')
            continue;
        assert_int_equal(n_found, n_right);
        for (size_t hit = 0; hit < n_right; hit++)
            assert_true(is_same(&found[hit], &right[hit]));
    }
}

static void any_separator(void **state)
{
    const struct built_index *built = *state;
    unsigned n_texts = 0;
    const uint32_t step = USUAL_OR_SANITIZED(1, 5);
    for (uint32_t rank = 1; rank <= index_n_crates(built->index); rank += step) {
        struct index_crate crate;
        index_crate(built->index, rank, &crate);
        for (uint32_t length = 3; length <= crate.name_length; length++) {
            if (is_separator(crate.name[length - 1]) || strcspn(crate.name, "-_") >= length)
                continue;
            expect_any_separator(built->index, crate.name, length, n_texts++);
        }
    }
    assert_true(n_texts > 500 / step);
}

static void expect_name(const struct suggestion *suggestion, enum suggestion_kind kind,
                        const char *name, int64_t downloads)
{
    assert_int_equal(suggestion->kind, kind);
    assert_int_equal(suggestion->name_length, strlen(name));
    assert_memory_equal(suggestion->name, name, strlen(name));
    assert_int_equal(suggestion->downloads, downloads);
}

/* Each text gives the name first, and says which bytes of it were typed. */
static void names_as_people_type_them(void **state)
{
    (void)state;
    static const char times[] = "2020-01-01,2020-01-01";
    static const struct {
        const char *text;
        const char *name;
        uint32_t start;
        uint32_t length;
    } cases[] = {
        {"serde json", "serde_json", 0, 10},
        {"serde-js", "serde_json", 0, 8},
        {"serdejs", "serde_json", 0, 8},
        {"tokio ut", "tokio-util", 0, 8},
        {"tokio::ut", "tokio-util", 0, 8},
        {"TokioUt", "tokio-util", 0, 8},
        {"tokio.u", "tokio-util", 0, 7},
        {"tokio-", "tokio-util", 0, 6},
        {"async tr", "async-trait", 0, 8},
        {"asynctr", "async-trait", 0, 8},
        {"async trait", "async-trait", 0, 11},
        {"bevy rap", "leafwing-bevy_rapier", 9, 8},
        {"bevyrapier", "leafwing-bevy_rapier", 9, 11},
        {"temp fi", "tempfile", 0, 6},
        {"utf 8", "utf8", 0, 4},
        {"fizz bu", "FizzBuzz", 0, 6},
        {"no st", "no-std", 0, 5},
    };
    char crates[2048] = CRATES_COLUMNS "\n";
    char versions[2048] = VERSIONS_COLUMNS "\n";
    size_t n_crates = strlen(crates);
    size_t n_versions = strlen(versions);
    static const char *const names[] = {"serde_json", "tokio-util",           "async-trait",
                                        "tempfile",   "leafwing-bevy_rapier", "utf8",
                                        "FizzBuzz"};
    for (unsigned id = 1; id <= sizeof names / sizeof *names; id++) {
        n_crates += (size_t)snprintf(crates + n_crates, sizeof crates - n_crates, "%u,%s,%s,,,,\n",
                                     id, names[id - 1], times);
        n_versions += (size_t)snprintf(versions + n_versions, sizeof versions - n_versions,
                                       "%u,%u,1.0.0,2020-01-01,f,0,2020-01-01\n", id, id);
        assert_true(n_crates < sizeof crates && n_versions < sizeof versions);
    }
    const struct dump_file files[] = {
        BUILT_TIME("2026-11-01T02:00:00Z"),
        BUILT_TABLE("crates", crates),
        BUILT_TABLE("versions", versions),
        BUILT_TABLE("keywords", "id,keyword,crates_cnt,created_at\n1,no-std,1,2020-01-01\n"),
        BUILT_TABLE("crates_keywords", "crate_id,keyword_id\n1,1\n"),
        BUILT_END,
    };
    struct built_index built;
    built_index_from_files(&built, files);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct suggestion found;
        const char *text = cases[i].text;
        if (suggest(built.index, text, strlen(text), &found, 1) != 1 ||
            found.name_length != strlen(cases[i].name) ||
            memcmp(found.name, cases[i].name, found.name_length) != 0)
            fail_msg("\"%s\" does not give %s", text, cases[i].name);
        assert_int_equal(found.highlight_start, cases[i].start);
        assert_int_equal(found.highlight_length, cases[i].length);
    }
    built_index_remove(&built);
}

/* The answer counts code points, where a program that calls the library gets bytes. */
static void answers_count_code_points(void **state)
{
    (void)state;
    static const struct described_crate crates[] = {
        {.name = "caf\u00E9-\u5BFF\u53F8-menu", .keywords = "\u5BFF\u53F8", .downloads = 9},
        {.name = NULL},
    };
    static const struct {
        const char *text;
        const char *expected;
    } cases[] = {
        {"menu", "\"highlight\":[[8,4]]"},
        {"caf\u00E9-", "\"highlight\":[[0,5]]"},
        {"caf\u00E9", "\"highlight\":[[0,4]]"},
        {"\u5BFF", "\"highlight\":[[5,1]]"},
        {"", "\"highlight\":[]"},
    };
    struct built_index built;
    described_crates_build(&built, crates);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct suggestion found[2];
        struct encoder encoder;
        msgpack_sbuffer out;
        msgpack_sbuffer_init(&out);
        encoder_init(&encoder, ENCODING_JSON, &out);
        size_t n = suggest(built.index, cases[i].text, strlen(cases[i].text), found, 2);
        assert_true(n > 0);
        suggestions_encode(found, n, &encoder);
        assert_int_equal(encoder_finish(&encoder, NULL), 0);
        msgpack_sbuffer_write(&out, "", 1);
        if (strstr(out.data, cases[i].expected) == NULL)
            fail_msg("\"%s\": %s", cases[i].text, out.data);
        msgpack_sbuffer_destroy(&out);
    }
    built_index_remove(&built);
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
        cmocka_unit_test(filters_among_words),
        cmocka_unit_test(names_that_differ_in_separators),
        cmocka_unit_test(answers_count_code_points),
        cmocka_unit_test(keywords),
        cmocka_unit_test(any_separator),
        cmocka_unit_test(names_as_people_type_them),
    };
    return cmocka_run_group_tests_name("suggest", tests, built_index_set_up_sample,
                                       built_index_tear_down);
}
