/* Heads of answers, whole, cut and wrong. */
#include "tests/bench/bench_response.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int read(const char *text, struct response_head *head)
{
    struct error error = {.message = ""};
    int found = response_head_read(text, strlen(text), head, &error);
    assert_true((found < 0) == (error.message[0] != '\0'));
    return found;
}

static void heads_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        struct response_head head; /* but for its size */
    } cases[] = {
        {"HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 12\r\n\r\nbody", {0, 200, 12, false}},
        {"HTTP/1.1 200 OK\r\ncontent-length:\t0\r\n\r\n", {0, 200, 0, false}},
        {"HTTP/1.1 404 Not Found\r\nContent-Length: 907\r\n\r\n", {0, 404, 907, false}},
        /* RFC 9112, section 6.3 */
        {"HTTP/1.1 304 Not Modified\r\nContent-Length: 907\r\n\r\n", {0, 304, 0, false}},
        {"HTTP/1.1 304 Not Modified\r\n\r\n", {0, 304, 0, false}},
        {"HTTP/1.1 204 No Content\r\n\r\n", {0, 204, 0, false}},
        {"HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 1\r\n\r\n", {0, 200, 1, true}},
        {"HTTP/1.1 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 1\r\n\r\n",
         {0, 200, 1, false}},
        {"HTTP/1.1 200 OK\r\nContent-Length-Of: 9\r\nX: Content-Length: 8\r\nContent-Length: "
         "800000\r\n\r\n",
         {0, 200, 800000, false}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct response_head head;
        assert_int_equal(read(cases[i].text, &head), 1);
        assert_int_equal(head.size, strstr(cases[i].text, "\r\n\r\n") + 4 - cases[i].text);
        assert_int_equal(head.status, cases[i].head.status);
        assert_int_equal(head.body_bytes, cases[i].head.body_bytes);
        assert_int_equal(head.closes, cases[i].head.closes);
    }
}

static void a_head_that_goes_on_is_waited_for(void **state)
{
    (void)state;
    static const char text[] = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n";
    struct response_head head;
    struct error error = {.message = ""};
    for (size_t size = 0; size < sizeof text - 1; size++)
        assert_int_equal(response_head_read(text, size, &head, &error), 0);
    assert_int_equal(response_head_read(text, sizeof text - 1, &head, &error), 1);
}

static void what_cannot_be_measured_is_a_fault(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: ten\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n",
        "HTTP/1.1 2x0 OK\r\nContent-Length: 1\r\n\r\n",
        "\r\n\r\n",
        "HTTP/1.1 20\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct response_head head;
        assert_int_equal(read(texts[i], &head), -1);
    }
}

static void fields_are_found_by_name(void **state)
{
    (void)state;
    static const char text[] =
        "HTTP/1.1 200 OK\r\nETag: \"a\"\r\nx-cache:  hit\r\nContent-Length: 0\r\n\r\nAge: 7\r\n";
    struct response_head head;
    size_t length = 0;
    assert_int_equal(read(text, &head), 1);
    const char *value = response_head_field(text, &head, "etag", &length);
    assert_non_null(value);
    assert_int_equal(length, 3);
    assert_memory_equal(value, "\"a\"", 3);
    value = response_head_field(text, &head, "X-Cache", &length);
    assert_non_null(value);
    assert_int_equal(length, 3);
    assert_memory_equal(value, "hit", 3);
    assert_non_null(response_head_field(text, &head, "Content-Length", &length));
    assert_null(response_head_field(text, &head, "Content", &length));
    assert_null(response_head_field(text, &head, "Age", &length)); /* in the body */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heads_are_read),
        cmocka_unit_test(a_head_that_goes_on_is_waited_for),
        cmocka_unit_test(what_cannot_be_measured_is_a_fault),
        cmocka_unit_test(fields_are_found_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
