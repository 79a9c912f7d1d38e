/* What is told of what people search for, and what is not. */
#include "server/telemetry/asked_queries.h"

#include "server/telemetry/asked_window.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define HOUR 3600.0

static struct asked_queries *create(void)
{
    struct error error;
    struct asked_queries *asked = asked_queries_create(2, &error);
    assert_non_null(asked);
    return asked;
}

/* Somebody asks, on either thread, and it is counted. */
static void ask(struct asked_queries *asked, const char *address, const char *text, bool in_vain,
                double now)
{
    struct ip_address parsed;
    struct asked_query query;
    assert_int_equal(ip_address_parse(address, &parsed), 0);
    asked_queries_describe(asked, text, strlen(text), in_vain, &query);
    unsigned thread = strlen(address) % 2;
    assert_true(asked_queries_take(asked, thread));
    asked_queries_note(asked, thread, &query, asked_queries_client(asked, &parsed));
    asked_queries_gather(asked, now);
}

/* `n` addresses ask, from 192.0.2.1 on. */
static void ask_from(struct asked_queries *asked, unsigned n, const char *text, bool in_vain,
                     double now)
{
    for (unsigned i = 1; i <= n; i++) {
        char address[32];
        snprintf(address, sizeof address, "192.0.2.%u", i);
        ask(asked, address, text, in_vain, now);
    }
}

/* The list is these texts, with these counts. */
static void expect(struct asked_queries *asked, enum asked_list list, const char *const *texts,
                   const unsigned *counts, size_t n)
{
    struct asked_total totals[ASKED_MAX_TOTALS];
    assert_int_equal(asked_queries_read(asked, list, totals), n);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(totals[i].query.length, strlen(texts[i]));
        assert_memory_equal(totals[i].query.text, texts[i], strlen(texts[i]));
        assert_int_equal(totals[i].at_least, counts[i]);
        assert_int_equal(totals[i].at_most, counts[i]);
    }
}

static void tells_what_five_addresses_asked_for(void **state)
{
    (void)state;
    struct asked_queries *asked = create();
    struct asked_query found;
    struct asked_query rare;
    ask_from(asked, 5, "serde", false, 1);
    ask_from(asked, 6, "nothing", true, 1);
    ask_from(asked, 4, "my secret", true, 1);
    for (unsigned i = 0; i < 20; i++)
        ask(asked, "192.0.2.4", "my secret", true, 1);
    expect(asked, ASKED_MOST, (const char *const[]){"nothing", "serde"}, (unsigned[]){6, 5}, 2);
    expect(asked, ASKED_IN_VAIN, (const char *const[]){"nothing"}, (unsigned[]){6}, 1);
    asked_queries_describe(asked, "my secret", 9, true, &rare);
    assert_false(asked_queries_find(asked, rare.id, &found));
    ask(asked, "192.0.2.99", "my secret", true, 1);
    assert_true(asked_queries_find(asked, rare.id, &found));
    assert_memory_equal(found.text, "my secret", 9);
    assert_int_equal(asked_queries_count(asked), 5 + 6 + 4 + 20 + 1);
    asked_queries_destroy(asked);
    asked_queries_destroy(NULL);
}

/* An IPv6 network counts once, and so does an IPv4 address in either form. */
static void knows_one_client_from_another(void **state)
{
    (void)state;
    static const char *const same[] = {
        "2001:db8::1",      "2001:db8::2",     "2001:db8:0:0:9::", "192.0.2.1",
        "::ffff:192.0.2.1", "2001:db8:0:1::1", "198.51.100.1"};
    struct asked_queries *asked = create();
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        ask(asked, same[i], "tokio", false, 1);
    expect(asked, ASKED_MOST, NULL, NULL, 0);
    ask(asked, "2001:db8:0:2::1", "tokio", false, 1);
    expect(asked, ASKED_MOST, (const char *const[]){"tokio"}, (unsigned[]){8}, 1);
    asked_queries_destroy(asked);
}

/* Addresses of different hours add up; after a day there is nothing left, and it begins anew. */
static void forgets_after_a_day(void **state)
{
    (void)state;
    struct asked_queries *asked = create();
    ask_from(asked, 3, "rand", true, HOUR);
    ask_from(asked, 4, "rand", true, 19 * HOUR);
    expect(asked, ASKED_MOST, NULL, NULL, 0);
    ask(asked, "198.51.100.1", "rand", true, 19 * HOUR);
    expect(asked, ASKED_IN_VAIN, (const char *const[]){"rand"}, (unsigned[]){8}, 1);
    asked_queries_gather(asked, 25 * HOUR);
    expect(asked, ASKED_MOST, (const char *const[]){"rand"}, (unsigned[]){5}, 1);
    asked_queries_gather(asked, 43 * HOUR);
    expect(asked, ASKED_MOST, NULL, NULL, 0);
    expect(asked, ASKED_IN_VAIN, NULL, NULL, 0);
    asked_queries_destroy(asked);
}

static void cuts_between_characters(void **state)
{
    (void)state;
    struct asked_queries *asked = create();
    struct asked_query query;
    char text[ASKED_MAX_TEXT + 20];
    memset(text, 'a', sizeof text);
    memcpy(text + ASKED_MAX_TEXT - 2, "\U0001F980", 4);
    asked_queries_describe(asked, text, sizeof text, false, &query);
    assert_int_equal(query.length, ASKED_MAX_TEXT - 2);
    assert_true(query.is_cut);
    asked_queries_describe(asked, text, ASKED_MAX_TEXT - 2, false, &query);
    assert_false(query.is_cut);
    asked_queries_destroy(asked);
}

/* Of many searches a second a part is noted, which counts for all. */
static void counts_a_part_of_many(void **state)
{
    (void)state;
    enum { N_GATHERINGS = 40, N_SEARCHES = 640 };
    struct asked_queries *asked = create();
    struct asked_query query;
    unsigned n_last = 0;
    asked_queries_describe(asked, "log", 3, false, &query);
    for (unsigned i = 0; i < N_GATHERINGS; i++) {
        n_last = 0;
        for (unsigned j = 0; j < N_SEARCHES; j++)
            if (asked_queries_take(asked, 0)) {
                asked_queries_note(asked, 0, &query, 1 + j % 7);
                n_last++;
            }
        asked_queries_gather(asked, 1);
    }
    assert_in_range(n_last, 1, 64);
    /* But for the beginning, which came too suddenly. */
    const uint64_t n_asked = (uint64_t)N_GATHERINGS * N_SEARCHES;
    struct asked_total totals[ASKED_MAX_TOTALS];
    assert_int_equal(asked_queries_read(asked, ASKED_MOST, totals), 1);
    assert_in_range(totals[0].at_least, n_asked * 9 / 10, n_asked * 11 / 10);
    for (unsigned i = 0; i < 12; i++)
        asked_queries_gather(asked, 1);
    assert_true(asked_queries_take(asked, 0));
    assert_true(asked_queries_take(asked, 0));
    assert_false(asked_queries_take(asked, 2)); /* no thread of this number */
    asked_queries_destroy(asked);
}

struct writer {
    struct asked_queries *asked;
    uint64_t n_taken;
};

static void *write_notes(void *context)
{
    struct writer *writer = context;
    struct asked_query query;
    char text[16];
    for (unsigned i = 0; i < 30000; i++) {
        snprintf(text, sizeof text, "text %u", i % 5);
        asked_queries_describe(writer->asked, text, strlen(text), i % 5 == 0, &query);
        if (!asked_queries_take(writer->asked, 1))
            continue;
        asked_queries_note(writer->asked, 1, &query, 1 + i / 5);
        writer->n_taken++;
    }
    return NULL;
}

/* One thread answers while another counts and a page is shown. */
static void counts_while_others_ask(void **state)
{
    (void)state;
    struct writer writer = {.asked = create()};
    struct asked_total totals[ASKED_MAX_TOTALS];
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, write_notes, &writer), 0);
    for (unsigned i = 0; i < 200; i++) {
        asked_queries_gather(writer.asked, 1);
        (void)asked_queries_read(writer.asked, ASKED_MOST, totals);
    }
    assert_int_equal(pthread_join(thread, NULL), 0);
    asked_queries_gather(writer.asked, 1);
    assert_true(writer.n_taken > 0);
    const size_t n = asked_queries_read(writer.asked, ASKED_MOST, totals);
    uint64_t sum = 0;
    assert_in_range(n, 1, 5);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(totals[i].query.length, strlen("text 0"));
        assert_memory_equal(totals[i].query.text, "text ", 5);
        assert_int_equal(totals[i].query.found_nothing, totals[i].query.text[5] == '0');
        sum += totals[i].at_least;
    }
    assert_in_range(sum, 1, asked_queries_count(writer.asked));
    asked_queries_destroy(writer.asked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_what_five_addresses_asked_for),
        cmocka_unit_test(knows_one_client_from_another),
        cmocka_unit_test(forgets_after_a_day),
        cmocka_unit_test(cuts_between_characters),
        cmocka_unit_test(counts_a_part_of_many),
        cmocka_unit_test(counts_while_others_ask),
    };
    return cmocka_run_group_tests_name("asked_queries", tests, NULL, NULL);
}
