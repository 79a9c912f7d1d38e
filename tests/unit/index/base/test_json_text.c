/* JSON texts, and memory that runs out at any place of reading one. The program has a malloc of its
   own, which a sanitizer would have, too: there memory does not run out (tests/faults does it). */
#include "index/base/json_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HAS_OWN_MALLOC 0
#else
#define HAS_OWN_MALLOC 1
#endif

/* The allocation that fails, counted down; 0: none does. */
static unsigned n_left;

#if HAS_OWN_MALLOC
/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name) */
void *__libc_malloc(size_t size);

void *malloc(size_t size)
{
    return n_left > 0 && --n_left == 0 ? NULL : __libc_malloc(size);
}
/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
#endif

static void a_text_and_no_text(void **state)
{
    struct error error = {.message = ""};
    (void)state;
    json_t *value = json_text_read("{\"a\": [1]}", 10, 0, &error);
    assert_non_null(value);
    assert_int_equal(json_array_size(json_object_get(value, "a")), 1);
    json_decref(value);
    assert_null(json_text_read("{\"a\":\n x}", 9, 0, &error));
    assert_memory_equal(error.message, "line 2: ", 8);
    assert_false(error.is_transient);
}

/* Strings longer than jansson's first buffer, so that it grows while one is read. */
static void memory_that_runs_out(void **state)
{
    char text[2048] = "{\"features\": [\"";
    struct error error;
    json_t *value = NULL;
    unsigned n_failed = 0;
    (void)state;
    if (!HAS_OWN_MALLOC)
        skip();
    memset(text + strlen(text), 'a', 700);
    memcpy(text + strlen(text), "\\u00e9\\\"\", \"", 12);
    memset(text + strlen(text), 'b', 90);
    memcpy(text + strlen(text), "\"], \"more\": {\"c\": 1.5, \"d\": null}}", 35);
    for (unsigned n = 1; value == NULL; n++) {
        n_left = n;
        value = json_text_read(text, strlen(text), 0, &error);
        n_left = 0;
        if (value != NULL)
            break;
        n_failed++;
        assert_string_equal(error.message, "out of memory");
        assert_true(error.is_transient);
    }
    assert_in_range(n_failed, 20, 1000);
    assert_int_equal(json_object_size(value), 2);
    json_decref(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_and_no_text),
        cmocka_unit_test(memory_that_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
