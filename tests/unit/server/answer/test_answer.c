/* Answers and their representations: made once, shared where coding does not pay, and valid for as
   long as somebody sends them. */
#include "server/answer/answer.h"

#include "server/http/compression.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N_THREADS 8

/* An answer whose body is `size` bytes: repetitive, or random where `random` is not 0. */
static struct answer *make_answer(size_t size, uint32_t random)
{
    msgpack_sbuffer body;
    struct error error;
    msgpack_sbuffer_init(&body);
    for (size_t i = 0; i < size; i++) {
        random = random != 0 ? random * 1664525 + 1013904223 : 0;
        char byte = (char)(random != 0 ? random >> 24 : 'a' + i % 7);
        assert_int_equal(msgpack_sbuffer_write(&body, &byte, 1), 0);
    }
    const struct answer_head head = {.status = 200,
                                     .content_type = "application/json",
                                     .cache_control = RESPONSE_PUBLIC(60, 600),
                                     .is_negotiated = true};
    struct answer *answer = answer_create(&head, &body, NULL, NULL, &error);
    assert_non_null(answer);
    assert_int_equal(body.size, 0);
    msgpack_sbuffer_destroy(&body);
    return answer;
}

/* What a file says, and no header can: an error with words, not a response that cannot be made. */
static void refuses_a_head_that_cannot_be_sent(void **state)
{
    (void)state;
    static const struct answer_head heads[] = {
        {.status = 200, .last_modified = 253402300800}, /* the year 10000 */
        {.status = 200, .last_modified = INT64_MAX},
        {.status = 200, .last_modified = INT64_MIN},
        {.status = 200, .last_modified = -62135596801}, /* the year 0 */
        {.status = 302, .location = "https://example.org/\r\nSet-Cookie: a"},
        {.status = 302, .location = "https://example.org/\x7f"},
        {.status = 302, .location = "https://example.org/\xc3\xa4"},
        {.status = 200, .surrogate_key = "crate/a\tb"},
    };
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        msgpack_sbuffer body;
        struct error error = {.message = ""};
        msgpack_sbuffer_init(&body);
        assert_null(answer_create(&heads[i], &body, NULL, NULL, &error));
        assert_true(strlen(error.message) > 0);
        assert_null(strstr(error.message, "memory"));
        msgpack_sbuffer_destroy(&body);
    }
}

/* The bounds themselves are dates. */
static void sends_every_date_there_is(void **state)
{
    (void)state;
    static const struct {
        int64_t seconds;
        const char *text;
    } dates[] = {
        {253402300799, "Fri, 31 Dec 9999 23:59:59 GMT"},
        {-62135596800, "Mon, 01 Jan 0001 00:00:00 GMT"},
        {-1, "Wed, 31 Dec 1969 23:59:59 GMT"},
        {784111777, "Sun, 06 Nov 1994 08:49:37 GMT"},
    };
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
        const struct answer_head head = {.status = 200, .last_modified = dates[i].seconds};
        msgpack_sbuffer body;
        struct error error;
        size_t added;
        msgpack_sbuffer_init(&body);
        struct answer *answer = answer_create(&head, &body, NULL, NULL, &error);
        assert_non_null(answer);
        struct MHD_Response *hit =
            representation_hit(answer_representation(answer, CODING_IDENTITY, &added, &error));
        assert_non_null(hit);
        assert_string_equal(MHD_get_response_header(hit, "Last-Modified"), dates[i].text);
        answer_free(answer);
        msgpack_sbuffer_destroy(&body);
    }
}

static void codes_what_pays(void **state)
{
    (void)state;
    static const struct {
        size_t size;
        uint32_t random;
        bool is_coded;
    } cases[] = {
        {20000, 0, true},
        {COMPRESSION_MIN_BYTES, 0, true},
        {COMPRESSION_MIN_BYTES - 1, 0, false},
        {0, 0, false},
        {20000, 12345, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct answer *answer = make_answer(cases[i].size, cases[i].random);
        struct error error;
        size_t added;
        const struct representation *identity =
            answer_representation(answer, CODING_IDENTITY, &added, &error);
        assert_int_equal(added, 0);
        assert_int_equal(representation_size(identity), cases[i].size);
        for (enum content_coding coding = CODING_GZIP; coding < N_CONTENT_CODINGS; coding++) {
            const struct representation *coded =
                answer_representation(answer, coding, &added, &error);
            assert_non_null(coded);
            assert_int_equal(coded != identity, cases[i].is_coded);
            assert_int_equal(added > 0, cases[i].is_coded);
            assert_int_equal(representation_coding(coded),
                             cases[i].is_coded ? coding : CODING_IDENTITY);
            assert_ptr_equal(answer_representation(answer, coding, &added, &error), coded);
            assert_int_equal(added, 0);
            if (cases[i].is_coded) {
                assert_true(representation_size(coded) < cases[i].size);
                assert_string_not_equal(representation_etag(coded), representation_etag(identity));
            }
        }
        answer_free(answer);
    }
}

static void tags_the_bytes(void **state)
{
    (void)state;
    struct answer *answers[] = {make_answer(1000, 0), make_answer(1000, 0), make_answer(1001, 0)};
    const char *etags[3];
    struct error error;
    size_t added;
    for (size_t i = 0; i < 3; i++)
        etags[i] =
            representation_etag(answer_representation(answers[i], CODING_IDENTITY, &added, &error));
    assert_string_equal(etags[0], etags[1]);
    assert_string_not_equal(etags[0], etags[2]);
    for (size_t i = 0; i < 3; i++)
        answer_free(answers[i]);
}

static void counts_the_body(void **state)
{
    (void)state;
    struct answer *small = make_answer(100, 0);
    struct answer *large = make_answer(100100, 0);
    assert_int_equal(answer_cost(large) - answer_cost(small), 100000);
    assert_true(answer_cost(small) > 100);
    answer_free(small);
    answer_free(large);
}

/* The bytes of a response outlive the answer (the address sanitizer would tell). */
static void outlives_eviction(void **state)
{
    (void)state;
    struct answer *answer = make_answer(5000, 0);
    struct error error;
    size_t added;
    const struct representation *representation =
        answer_representation(answer, CODING_ZSTD, &added, &error);
    struct MHD_Response *response =
        representation_miss(answer, representation, "cache;desc=miss", "id");
    assert_non_null(response);
    assert_non_null(representation_hit(representation));
    answer_free(answer);
    assert_string_equal(MHD_get_response_header(response, "X-Cache"), "miss");
    assert_string_equal(MHD_get_response_header(response, "Content-Encoding"), "zstd");
    MHD_destroy_response(response);
}

static void *ask_for_brotli(void *answer)
{
    struct error error;
    size_t added;
    const struct representation *representation =
        answer_representation(answer, CODING_BROTLI, &added, &error);
    return representation != NULL && added > 0 ? answer : NULL;
}

static void compresses_once_for_many_threads(void **state)
{
    (void)state;
    for (int round = 0; round < 20; round++) {
        struct answer *answer = make_answer(30000, 0);
        pthread_t threads[N_THREADS];
        unsigned n_makers = 0;
        for (size_t i = 0; i < N_THREADS; i++)
            assert_int_equal(pthread_create(&threads[i], NULL, ask_for_brotli, answer), 0);
        for (size_t i = 0; i < N_THREADS; i++) {
            void *made;
            assert_int_equal(pthread_join(threads[i], &made), 0);
            n_makers += made != NULL;
        }
        assert_int_equal(n_makers, 1);
        answer_free(answer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_a_head_that_cannot_be_sent),
        cmocka_unit_test(sends_every_date_there_is),
        cmocka_unit_test(codes_what_pays),
        cmocka_unit_test(tags_the_bytes),
        cmocka_unit_test(counts_the_body),
        cmocka_unit_test(outlives_eviction),
        cmocka_unit_test(compresses_once_for_many_threads),
    };
    return cmocka_run_group_tests_name("answer", tests, NULL, NULL);
}
