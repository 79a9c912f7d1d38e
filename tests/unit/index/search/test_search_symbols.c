/* Words that symbols are part of: c++ is not c, no_std is not std. And letters with accents, which
   are the letters. */
#include "tests/support/described_crates.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct described_crate crates[] = {
    {.name = "everything", .description = "All of std", .downloads = 90000000},
    {.name = "cc", .description = "Compiles C", .downloads = 80000000},
    {.name = "demangle", .description = "For C++ names", .keywords = "c++ ffi", .downloads = 700},
    {.name = "old", .description = "Binds C++98", .downloads = 600},
    {.name = "unity", .description = "Scripts in C# for games", .downloads = 500},
    {.name = "tiny", .description = "Small", .keywords = "no-std", .downloads = 400},
    {.name = "bare", .description = "Small", .categories = "no-std", .downloads = 300},
    {.name = "told", .description = "Works in no_std crates", .downloads = 200},
    {.name = "heapless", .description = "x", .categories = "no-std::no-alloc", .downloads = 100},
    {.name = "sick", .description = "B\u1EC7nh vi\u1EC7n", .downloads = 90},
    {.name = "brew", .description = "Cafe\u0301", .downloads = 80},
    {.name = NULL},
};

static int open_index(void **state)
{
    return described_crates_set_up(state, crates);
}

static void expect(void **state, const char *text, const char *found)
{
    struct search_query by_downloads = {.sort = SEARCH_SORT_DOWNLOADS};
    const char *names = described_crates_found_by(*state, text, by_downloads);
    if (strcmp(names, found) != 0)
        fail_msg("\"%s\" finds \"%s\", not \"%s\"", text, names, found);
}

static void symbols_are_kept_where_crates_have_them(void **state)
{
    expect(state, "c++", "demangle old");
    expect(state, "C++ ffi", "demangle");
    expect(state, "ffi c++17", "");
    expect(state, "cplusplus", "demangle old");
    expect(state, "c#", "unity");
    expect(state, "csharp games", "unity");
    /* The letter alone finds all of them. */
    expect(state, "c", "cc demangle old unity");
}

static void other_symbols_are_dropped(void **state)
{
    expect(state, "ffi+", "demangle");
    expect(state, "games#", "unity");
    expect(state, "f# games", "");
    expect(state, "std++", "everything tiny told");
}

/* A crate that is called by a common word is named by it, with separators around it too. */
static void symbols_around_a_name(void **state)
{
    (void)state;
    enum { N_NETS = 1100 };
    static struct described_crate nets[N_NETS + 2];
    static char names[N_NETS][16];
    static const char *const texts[] = {"net", ".net", ".NET", "net.", "_net", "-net", "::net"};
    struct built_index built;
    for (int i = 0; i < N_NETS; i++) {
        snprintf(names[i], sizeof names[i], "net-%c%c%c", 'a' + i / 676, 'a' + i / 26 % 26,
                 'a' + i % 26);
        nets[i] = (struct described_crate){
            .name = names[i], .description = "A net", .keywords = "net", .downloads = 1000000};
    }
    nets[N_NETS] = (struct described_crate){.name = "net", .downloads = 1};
    described_crates_build(&built, nets);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const char *found = described_crates_found(&built, texts[i]);
        if (strncmp(found, "net net-", 8) != 0)
            fail_msg("\"%s\" finds \"%.40s …\"", texts[i], found);
    }
    built_index_remove(&built);
}

static void what_is_absent_is_one_word(void **state)
{
    static const char *const texts[] = {"no_std", "no-std", "no std",    "nostd",
                                        "NO_STD", "No Std", "#![no_std]"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        expect(state, texts[i], "tiny bare told heapless");
    expect(state, "no_alloc", "heapless");
    expect(state, "no alloc", "heapless");
    expect(state, "no-std small", "tiny bare");
    /* The parts go on being words of texts. */
    expect(state, "std", "everything tiny told");
}

/* Where no crate is without it, nothing is found, and least of all what is with it. */
static void what_is_absent_nowhere(void **state)
{
    (void)state;
    static const struct described_crate few[] = {
        {.name = "everything", .description = "All of std and panic", .downloads = 900},
        {.name = NULL},
    };
    struct built_index built;
    described_crates_build(&built, few);
    assert_string_equal(described_crates_found(&built, "no_std"), "");
    assert_string_equal(described_crates_found(&built, "no-panic"), "everything");
    built_index_remove(&built);
}

static void letters_with_accents_are_the_letters(void **state)
{
    static const char *const sick[] = {"b\u1EC7nh", "be\u0323\u0302nh", "benh", "B\u1EC6NH",
                                       "b\u00EAnh", "vi\u1EC7",         "vie"};
    static const char *const brew[] = {"caf\u00E9", "cafe\u0301", "cafe", "CAF\u00C9"};
    for (size_t i = 0; i < sizeof sick / sizeof *sick; i++)
        expect(state, sick[i], "sick");
    for (size_t i = 0; i < sizeof brew / sizeof *brew; i++)
        expect(state, brew[i], "brew");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(symbols_are_kept_where_crates_have_them),
        cmocka_unit_test(other_symbols_are_dropped),
        cmocka_unit_test(symbols_around_a_name),
        cmocka_unit_test(what_is_absent_is_one_word),
        cmocka_unit_test(what_is_absent_nowhere),
        cmocka_unit_test(letters_with_accents_are_the_letters),
    };
    return cmocka_run_group_tests_name("search_symbols", tests, open_index,
                                       described_crates_tear_down);
}
