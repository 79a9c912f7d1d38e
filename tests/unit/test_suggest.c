/* Suggestions against a look at every name: the exact name first, then by popularity. */
#include "tests/support/built_index.h"
#include "tests/support/random.h"

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

static int open_sample(void **state)
{
    static struct built_index built;
    built_index_make(&built, SAMPLE_DUMP);
    *state = &built;
    return 0;
}

static int close_sample(void **state)
{
    built_index_remove(*state);
    return 0;
}

static char canonical(char c)
{
    return (char)(c == '-' ? '_' : c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static bool begins_with(const struct index_crate *crate, const char *prefix, size_t length)
{
    if (crate->name_length < length)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (canonical(crate->name[i]) != canonical(prefix[i]))
            return false;
    }
    return true;
}

/* Ranks ascend with falling popularity: exact ones in order of rank, then the others. */
static size_t expected(const struct index *index, const char *prefix, size_t length, size_t limit,
                       uint32_t *ranks)
{
    size_t n = 0;
    for (int exact = 1; exact >= 0; exact--) {
        for (uint32_t rank = 1; rank <= index_n_crates(index) && n < limit; rank++) {
            struct index_crate crate;
            index_crate(index, rank, &crate);
            if (begins_with(&crate, prefix, length) && (crate.name_length == length) == exact)
                ranks[n++] = rank;
        }
    }
    return n;
}

static size_t expect(const struct index *index, const char *prefix, size_t length, size_t limit)
{
    uint32_t ranks[SUGGEST_MAX_LIMIT] = {0};
    struct suggestion suggestions[SUGGEST_MAX_LIMIT];
    size_t n = suggest(index, prefix, length, suggestions, limit);
    if (limit > SUGGEST_MAX_LIMIT)
        limit = SUGGEST_MAX_LIMIT;
    assert_int_equal(n, expected(index, prefix, length, limit, ranks));
    for (size_t i = 0; i < n; i++) {
        if (suggestions[i].rank != ranks[i])
            fail_msg("\"%.*s\": suggestion %zu is rank %u, not %u", (int)length, prefix, i,
                     suggestions[i].rank, ranks[i]);
        assert_string_equal(suggestion_kind_name(suggestions[i].kind), "crate");
    }
    return n;
}

/* Every prefix of every name, as it is and with its case and separators changed. */
static void every_prefix_of_every_name(void **state)
{
    const struct built_index *built = *state;
    uint64_t seed = 107;
    size_t n_exact_not_best = 0;
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
        }
        /* The exact name stands first even where a longer one is more popular. */
        struct suggestion first;
        uint32_t best[1];
        assert_int_equal(suggest(built->index, crate.name, crate.name_length, &first, 1), 1);
        assert_int_equal(first.rank, rank);
        for (best[0] = 1; best[0] < rank; best[0]++) {
            struct index_crate other;
            index_crate(built->index, best[0], &other);
            if (begins_with(&other, crate.name, crate.name_length)) {
                n_exact_not_best++;
                break;
            }
        }
    }
    assert_true(n_exact_not_best > 0);
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
    static const char *const prefixes[] = {"serde ", " serde", "zzzzzz", "\xff",
                                           "\u00FC", "*",      "%"};
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

/* Two crates of one canonical name, the more popular first, in front of a still more popular one. */
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_prefix_of_every_name),
        cmocka_unit_test(limits),
        cmocka_unit_test(empty_prefix_gives_the_most_popular),
        cmocka_unit_test(what_begins_no_name),
        cmocka_unit_test(names_that_differ_in_separators),
    };
    return cmocka_run_group_tests_name("suggest", tests, open_sample, close_sample);
}
