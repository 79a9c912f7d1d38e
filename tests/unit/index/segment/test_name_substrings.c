/* Which names contain a text, against a scan of all names, and blocks that are damaged. */
#define _GNU_SOURCE /* memmem */
#include "index/segment/name_substrings.h"

#include "tests/support/damage.h"
#include "tests/support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MAX_NAMES 400
#define MAX_NAME 40

/* Names, their columns and their substrings. */
struct scene {
    char names[MAX_NAMES][MAX_NAME];
    struct crate_column_row rows[MAX_NAMES];
    uint32_t n_names;
    msgpack_sbuffer columns_block;
    msgpack_sbuffer block;
    struct crate_columns columns;
    struct name_substrings substrings;
};

static void build(struct scene *scene)
{
    for (uint32_t i = 0; i < scene->n_names; i++)
        scene->rows[i] = (struct crate_column_row){.name = scene->names[i],
                                                   .name_length = (uint32_t)strlen(scene->names[i]),
                                                   .id = (int64_t)i + 1};
    msgpack_sbuffer_init(&scene->columns_block);
    msgpack_sbuffer_init(&scene->block);
    assert_int_equal(crate_columns_build(scene->rows, scene->n_names, &scene->columns_block, NULL),
                     0);
    assert_int_equal(crate_columns_open(&scene->columns, scene->columns_block.data,
                                        scene->columns_block.size, NULL),
                     0);
    assert_int_equal(name_substrings_build(&scene->columns, &scene->block, NULL), 0);
    assert_int_equal(name_substrings_open(&scene->substrings, &scene->columns, scene->block.data,
                                          scene->block.size, NULL),
                     0);
}

static void destroy(struct scene *scene)
{
    name_substrings_close(&scene->substrings);
    msgpack_sbuffer_destroy(&scene->columns_block);
    msgpack_sbuffer_destroy(&scene->block);
}

static void canonical(const char *name, char *out)
{
    for (; *name != '\0'; name++)
        *out++ = (char)(*name == '-'                   ? '_'
                        : *name >= 'A' && *name <= 'Z' ? *name - 'A' + 'a'
                                                       : *name);
    *out = '\0';
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_word_character(char c)
{
    return is_upper(c) || is_lower(c) || is_digit(c) || (unsigned char)c > 127;
}

/* Says whether a word of the name begins at `at`, character by character. */
static bool begins_word(const char *name, size_t at)
{
    char c = name[at];
    if (!is_word_character(c))
        return false;
    if (at == 0 || !is_word_character(name[at - 1]))
        return true;
    char before = name[at - 1];
    if (is_digit(c) != is_digit(before))
        return true;
    return is_upper(c) && (is_lower(before) || (is_upper(before) && is_lower(name[at + 1])));
}

/* Compares what is found for a canonical text with what looking at every name gives. */
static void expect_places(const struct scene *scene, const struct name_places *places,
                          bool at_words, const char *text)
{
    static unsigned n_found[MAX_NAMES + 1];
    uint32_t first = 0;
    uint32_t n = name_places_find(&scene->substrings, places, text, strlen(text), &first);
    assert_true(first + n <= places->n);
    memset(n_found, 0, sizeof n_found);
    for (uint32_t i = first; i < first + n; i++)
        n_found[places->ranks[i]]++;
    for (uint32_t i = 0; i < scene->n_names; i++) {
        char name[MAX_NAME];
        unsigned n_expected = 0;
        canonical(scene->names[i], name);
        for (size_t at = 0; at < strlen(name); at++) {
            bool listed = at_words ? begins_word(scene->names[i], at) : at + 3 <= strlen(name);
            n_expected += listed && strncmp(name + at, text, strlen(text)) == 0;
        }
        if (n_found[i + 1] != n_expected)
            fail_msg("\"%s\" is found in \"%s\" %u times, not %u", text, scene->names[i],
                     n_found[i + 1], n_expected);
        /* What a search asks for. */
        if (!at_words && strlen(text) >= NAME_SUBSTRING_MIN_CHARACTERS)
            assert_int_equal(n_found[i + 1] > 0, strstr(name, text) != NULL);
    }
}

static void expect_text(const struct scene *scene, const char *text)
{
    char form[MAX_NAME];
    canonical(text, form);
    expect_places(scene, &scene->substrings.anywhere, false, form);
    expect_places(scene, &scene->substrings.word_starts, true, form);
}

/* Texts that occur, that occur but for one byte, and that begin at a name's end. */
static void expect_random_texts(const struct scene *scene, unsigned n_texts, uint64_t *seed)
{
    for (unsigned i = 0; i < n_texts; i++) {
        char text[MAX_NAME] = "";
        const char *name = scene->names[random_below(seed, scene->n_names)];
        size_t at = random_below(seed, (uint32_t)strlen(name));
        strncpy(text, name + at, 1 + random_below(seed, 8));
        if (random_below(seed, 3) == 0)
            text[random_below(seed, (uint32_t)strlen(text))] = "az_0\x7f"[random_below(seed, 5)];
        if (random_below(seed, 8) == 0 && strlen(text) + 2 < sizeof text)
            strncat(text, "e", 2);
        expect_text(scene, text);
    }
}

static void test_random_names(void **state)
{
    (void)state;
    struct scene *scene = calloc(1, sizeof *scene);
    assert_non_null(scene);
    uint64_t seed = 73;
    for (int round = 0; round < 12; round++) {
        scene->n_names = 1 + random_below(&seed, MAX_NAMES);
        for (uint32_t i = 0; i < scene->n_names; i++) {
            uint32_t length = 1 + random_below(&seed, 12);
            for (uint32_t j = 0; j < length; j++)
                scene->names[i][j] = "abAB1-_"[random_below(&seed, 7)];
            scene->names[i][length] = '\0';
        }
        build(scene);
        expect_random_texts(scene, 200, &seed);
        destroy(scene);
    }
    free(scene);
}

/* Names made like crates' names: words joined by separators or capitals, some beyond ASCII. */
static void test_names_like_real_ones(void **state)
{
    (void)state;
    static const char *const words[] = {"serde", "json", "tokio",     "util",  "Http", "URL",
                                        "async", "sha2", "x86",       "64",    "io",   "c",
                                        "rust",  "to",   "\u00FCber", "derive"};
    static const char *const joints[] = {"-", "_", "", "-", "_"};
    struct scene *scene = calloc(1, sizeof *scene);
    assert_non_null(scene);
    uint64_t seed = 79;
    scene->n_names = MAX_NAMES;
    for (uint32_t i = 0; i < scene->n_names; i++) {
        size_t length = 0;
        for (uint32_t n_left = 1 + random_below(&seed, 4); n_left > 0; n_left--)
            length += (size_t)snprintf(scene->names[i] + length, MAX_NAME - length, "%s%s",
                                       words[random_below(&seed, sizeof words / sizeof *words)],
                                       n_left == 1 ? "" : joints[random_below(&seed, 5)]);
    }
    build(scene);
    static const char *const texts[] = {
        "serde",  "SERDE", "serde-json", "serde_json", "rde_js",
        "json-",  "-json", "64",         "6",          "http",
        "HTTP",   "url",   "rl",         "io",         "o",
        "\u00FC", "ber",   "\u00FCber",  "zzz",        "serde_json_serde_json_x"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        expect_text(scene, texts[i]);
    expect_random_texts(scene, 800, &seed);
    destroy(scene);
    free(scene);
}

static void test_no_names(void **state)
{
    (void)state;
    struct scene *scene = calloc(1, sizeof *scene);
    assert_non_null(scene);
    uint32_t first = 7;
    build(scene);
    assert_int_equal(scene->substrings.anywhere.n, 0);
    assert_int_equal(
        name_places_find(&scene->substrings, &scene->substrings.anywhere, "abc", 3, &first), 0);
    assert_int_equal(first, 0);
    destroy(scene);
    free(scene);
}

static bool try_block(void *context, const void *block, size_t size)
{
    static const char *const texts[] = {"", "a", "abc", "b_c", "zzz", "\xff", "abc_abc_abc"};
    const struct crate_columns *columns = context;
    struct name_substrings substrings;
    struct error error = {.message = ""};
    if (name_substrings_open(&substrings, columns, block, size, &error) != 0) {
        assert_true(strlen(error.message) > 0);
        name_substrings_close(&substrings);
        return false;
    }
    /* Out of order or not, a look-up ends and stays within the lists. */
    const struct name_places *lists[] = {&substrings.anywhere, &substrings.word_starts};
    for (size_t i = 0; i < 2 * sizeof texts / sizeof *texts; i++) {
        const struct name_places *places = lists[i % 2];
        uint32_t first;
        uint32_t n =
            name_places_find(&substrings, places, texts[i / 2], strlen(texts[i / 2]), &first);
        assert_true(first <= places->n && n <= places->n - first);
        for (uint32_t j = first; j < first + n; j++)
            assert_in_range(places->ranks[j], 1, columns->n_crates);
    }
    bool is_true = name_substrings_verify(&substrings, &error) == 0;
    if (!is_true)
        assert_string_equal(error.message, "the name substrings are out of order");
    name_substrings_close(&substrings);
    return is_true;
}

static void test_damaged_blocks(void **state)
{
    (void)state;
    struct scene *scene = calloc(1, sizeof *scene);
    assert_non_null(scene);
    static const char *const names[] = {"abc", "ab-cAbc", "b", "zebra_1"};
    scene->n_names = 4;
    for (uint32_t i = 0; i < scene->n_names; i++)
        strncpy(scene->names[i], names[i], MAX_NAME - 1);
    build(scene);
    damage_size(scene->block.data, scene->block.size, try_block, &scene->columns);
    assert_in_range(damage_bytes(scene->block.data, scene->block.size, try_block, &scene->columns),
                    0, 20);
    damage_integers(scene->block.data, scene->block.size, 20000, try_block, &scene->columns);
    destroy(scene);
    free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_names),
        cmocka_unit_test(test_names_like_real_ones),
        cmocka_unit_test(test_no_names),
        cmocka_unit_test(test_damaged_blocks),
    };
    return cmocka_run_group_tests_name("name_substrings", tests, NULL, NULL);
}
