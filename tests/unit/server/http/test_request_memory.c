/* The memory of one request is bounded: the largest search answer that can be asked for, explained
   and highlighted, in either encoding and with every coding, takes less than 4 MiB in all that is
   allocated on the way. */
#include "server/answer/answer.h"
#include "server/answer/list_page.h"
#include "tests/support/allocation_meter.h"
#include "tests/support/searched_sample.h"

#include <cratedex/search_hit.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define MAX_REQUEST_BYTES ((int64_t)4 << 20)
#define N_QUERIES 300

static int open_largest(void **state)
{
    static struct searched_sample sample;
    *state = NULL;
    if (!ALLOCATIONS_ARE_METERED)
        return 0;
    bool has_large = access(LARGE_DUMP, R_OK) == 0;
    if (!has_large)
        print_message("%s is not there: the sample is searched\n", LARGE_DUMP);
    if (has_large)
        built_index_open_large(&sample.built);
    else
        built_index_open_sample(&sample.built);
    sample.source = query_source_open(sample.built.path);
    *state = &sample;
    return 0;
}

static int close_largest(void **state)
{
    return *state != NULL ? searched_sample_close(state) : 0;
}

static void encode_hits(struct index_reader *reader, const struct search_result *result,
                        enum encoding encoding, msgpack_sbuffer *body)
{
    struct encoder encoder;
    struct error error = {.message = ""};
    encoder_init(&encoder, encoding, body);
    encoder_array(&encoder, result->n_hits);
    for (uint32_t i = 0; i < result->n_hits; i++)
        if (search_hit_encode(reader, result->search, &result->hits[i],
                              SEARCH_HIT_EXPLANATION | SEARCH_HIT_HIGHLIGHTS, &encoder,
                              &error) != 0)
            fail_msg("%s", error.message);
    encoder_end_array(&encoder);
    assert_int_equal(encoder_finish(&encoder, &error), 0);
}

/* Searches, assembles, and codes in every way. */
static void answer_once(struct index_reader *reader, const struct search_query *query,
                        struct search_result *result, enum encoding encoding)
{
    struct error error = {.message = ""};
    const struct answer_head head = {.status = 200, .content_type = "application/json"};
    msgpack_sbuffer body;
    size_t added;
    if (search_run(reader, query, result, &error) != SEARCH_OK)
        fail_msg("%s", error.message);
    msgpack_sbuffer_init(&body);
    encode_hits(reader, result, encoding, &body);
    struct answer *answer = answer_create(&head, &body, NULL, NULL, &error);
    assert_non_null(answer);
    for (enum content_coding coding = 0; coding < N_CONTENT_CODINGS; coding++)
        assert_non_null(answer_representation(answer, coding, &added, &error));
    answer_free(answer);
    msgpack_sbuffer_destroy(&body);
}

static void the_largest_answers_stay_below_four_mebibytes(void **state)
{
    struct searched_sample *sample = *state;
    static struct search_result result;
    int64_t most = 0;
    uint64_t seed = 1;
    if (!ALLOCATIONS_ARE_METERED) {
        print_message("allocations are not counted under a sanitizer\n");
        skip();
    }
    for (int i = 0; i < N_QUERIES; i++) {
        struct random_query random;
        random_query_text(sample->source, &seed, &random);
        random.query.offset = i % 2 == 0 ? 0 : SEARCH_MAX_OFFSET;
        int64_t before = allocation_meter_reset();
        answer_once(sample->built.reader, &random.query, &result, (enum encoding)(i / 2 % 2));
        int64_t bytes = atomic_load(&allocated_peak) - before;
        if (bytes > most)
            most = bytes;
    }
    print_message("at most %.2f MiB\n", (double)most / (1 << 20));
    assert_true(most > 0);
    assert_true(most < MAX_REQUEST_BYTES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_largest_answers_stay_below_four_mebibytes),
    };
    return cmocka_run_group_tests(tests, open_largest, close_largest);
}
