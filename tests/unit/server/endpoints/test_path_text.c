/* Names in paths: folded before they become the key. */
#include "server/endpoints/path_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct canonical_key key;
static struct canonical_key other_key;

static int read_text(const char *text, size_t length, enum path_text_form form,
                     struct path_text *read, struct canonical_key *to, struct failure *failure)
{
    const struct path_value value = {text, length};
    canonical_key_init(to, 1, 0, 1);
    return path_text_read(&value, form, read, to, failure);
}

static void folds_ascii_alone(void **state)
{
    (void)state;
    struct path_text text;
    struct failure failure;
    assert_int_equal(
        read_text("Az-_\xc3\x89::9rest", 11, PATH_TEXT_LOWER_CASE, &text, &key, &failure), 0);
    assert_int_equal(text.length, 11);
    assert_memory_equal(text.text, "az-_\xc3\x89::9re", 11);
    assert_int_equal(
        read_text("Az-_\xc3\x89::9rest", 11, PATH_TEXT_CANONICAL, &text, &key, &failure), 0);
    assert_memory_equal(text.text, "az__\xc3\x89::9re", 11);
}

static void spellings_share_a_key_where_they_are_folded(void **state)
{
    (void)state;
    struct path_text text;
    struct failure failure;
    read_text("Name", 4, PATH_TEXT_LOWER_CASE, &text, &key, &failure);
    read_text("nAME", 4, PATH_TEXT_LOWER_CASE, &text, &other_key, &failure);
    assert_int_equal(key.size, other_key.size);
    assert_memory_equal(key.bytes, other_key.bytes, key.size);
    read_text("Na-e", 4, PATH_TEXT_CANONICAL, &text, &key, &failure);
    read_text("nA_E", 4, PATH_TEXT_CANONICAL, &text, &other_key, &failure);
    assert_memory_equal(key.bytes, other_key.bytes, key.size);
    read_text("nAME", 4, PATH_TEXT_LOWER_CASE, &text, &other_key, &failure);
    read_text("Name", 4, PATH_TEXT_AS_TYPED, &text, &key, &failure);
    assert_memory_equal(text.text, "Name", 4);
    assert_int_equal(key.size, other_key.size);
    assert_memory_not_equal(key.bytes, other_key.bytes, key.size);
}

static void finds_nothing_by_a_longer_name(void **state)
{
    (void)state;
    static char name[PATH_TEXT_MAX_BYTES + 1];
    struct path_text text;
    struct failure failure = {.status = 0};
    memset(name, 'n', sizeof name);
    assert_int_equal(read_text(name, sizeof name - 1, PATH_TEXT_AS_TYPED, &text, &key, &failure),
                     0);
    assert_int_equal(read_text(name, sizeof name, PATH_TEXT_AS_TYPED, &text, &key, &failure), -1);
    assert_int_equal(failure.status, 404);
    assert_string_equal(failure.error.message, "Not Found");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folds_ascii_alone),
        cmocka_unit_test(spellings_share_a_key_where_they_are_folded),
        cmocka_unit_test(finds_nothing_by_a_longer_name),
    };
    return cmocka_run_group_tests_name("path_text", tests, NULL, NULL);
}
