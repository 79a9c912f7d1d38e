/* Word lists: their order, the trie beside them, and blocks that are damaged. */
#include "index/segment/word_list.h"

#include "index/trie/trie.h"
#include "index/trie/trie_open.h"
#include "tests/support/damage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct counted_word sample[] = {
    {"web", 3, 7, 70}, {"Async-Std", 9, 2, 40}, {"parser", 6, 9, 5}, {"async", 5, 7, 1}};
#define N_SAMPLE (sizeof sample / sizeof *sample)

static void build(bool with_downloads, msgpack_sbuffer *list, msgpack_sbuffer *trie)
{
    struct counted_word words[N_SAMPLE];
    struct error error = {.message = ""};
    memcpy(words, sample, sizeof sample);
    msgpack_sbuffer_init(list);
    msgpack_sbuffer_init(trie);
    if (word_list_build(words, N_SAMPLE, with_downloads, list, trie, &error) != 0)
        fail_msg("%s", error.message);
}

static void words_are_in_order_and_found(void **state)
{
    (void)state;
    static const char *const order[] = {"parser", "async", "web", "Async-Std"};
    static const char *const keys[] = {"parser", "async", "web", "async_std"};
    for (int with_downloads = 0; with_downloads <= 1; with_downloads++) {
        msgpack_sbuffer list_block;
        msgpack_sbuffer trie_block;
        struct word_list list;
        struct trie trie;
        build(with_downloads, &list_block, &trie_block);
        assert_int_equal(word_list_open(&list, list_block.data, list_block.size, 9, "words", NULL),
                         0);
        assert_int_equal(trie_open(&trie, trie_block.data, trie_block.size, NULL), 0);
        assert_int_equal(list.n_words, N_SAMPLE);
        assert_int_equal(trie.n_values, N_SAMPLE);
        for (uint32_t number = 1; number <= N_SAMPLE; number++) {
            struct counted_word word = word_list_word(&list, number);
            const unsigned char *values;
            size_t at = 0;
            assert_int_equal(word.length, strlen(order[number - 1]));
            assert_memory_equal(word.text, order[number - 1], word.length);
            while (sample[at].length != word.length ||
                   memcmp(sample[at].text, word.text, word.length) != 0)
                at++;
            assert_int_equal(word.n_crates, sample[at].n_crates);
            assert_int_equal(word.downloads, with_downloads ? sample[at].downloads : 0);
            assert_int_equal(trie_find(&trie, keys[number - 1], word.length, &values), 1);
            assert_int_equal(trie_value(values, 0), number);
        }
        msgpack_sbuffer_destroy(&list_block);
        msgpack_sbuffer_destroy(&trie_block);
    }
}

static void no_words(void **state)
{
    (void)state;
    msgpack_sbuffer list_block;
    msgpack_sbuffer trie_block;
    struct word_list list;
    msgpack_sbuffer_init(&list_block);
    msgpack_sbuffer_init(&trie_block);
    assert_int_equal(word_list_build(NULL, 0, true, &list_block, &trie_block, NULL), 0);
    assert_int_equal(word_list_open(&list, list_block.data, list_block.size, 0, "words", NULL), 0);
    assert_int_equal(list.n_words, 0);
    msgpack_sbuffer_destroy(&list_block);
    msgpack_sbuffer_destroy(&trie_block);
}

static bool try_block(void *context, const void *block, size_t size)
{
    const uint32_t *max_length = context;
    struct word_list list;
    struct error error = {.message = ""};
    if (word_list_open(&list, block, size, *max_length, "words", &error) != 0) {
        assert_non_null(strstr(error.message, "words"));
        return false;
    }
    size_t n_bytes = 0;
    for (uint32_t number = 1; number <= list.n_words; number++) {
        struct counted_word word = word_list_word(&list, number);
        assert_true(word.length <= *max_length);
        for (uint32_t i = 0; i < word.length; i++)
            n_bytes += word.text[i] != '\0';
    }
    return n_bytes < SIZE_MAX;
}

static void damage_is_refused(void **state)
{
    (void)state;
    for (int with_downloads = 0; with_downloads <= 1; with_downloads++) {
        msgpack_sbuffer list;
        msgpack_sbuffer trie;
        uint32_t max_length = 20;
        build(with_downloads, &list, &trie);
        damage_size(list.data, list.size, try_block, &max_length);
        assert_true(damage_bytes(list.data, list.size, try_block, &max_length) < 70);
        damage_integers(list.data, list.size, 20000, try_block, &max_length);
        max_length = 8;
        assert_false(try_block(&max_length, list.data, list.size));
        msgpack_sbuffer_destroy(&list);
        msgpack_sbuffer_destroy(&trie);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_in_order_and_found),
        cmocka_unit_test(no_words),
        cmocka_unit_test(damage_is_refused),
    };
    return cmocka_run_group_tests_name("word_list", tests, NULL, NULL);
}
