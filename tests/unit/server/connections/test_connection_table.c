/* The clock is a number here, so that a deadline is reached without waiting. A connection is one
   end of a pair of sockets; it was ended where the other end reads the end of the stream. */
#include "server/connections/connection_table.h"

#include "server/telemetry/metrics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define MAX_ENDS 16
#define SECOND CONNECTION_SECOND
#define MILLISECOND (SECOND / 1000)
#define BEGIN (5000 * (uint64_t)SECOND) /* since the machine was started */

/* A connection with both of its ends. */
struct end_pair {
    int ours;
    int theirs;
    unsigned thread;
    struct connection_slot *slot;
};

struct fixture {
    struct trusted_proxies proxies;
    struct metrics *metrics;
    struct connection_table *table;
    struct end_pair pairs[MAX_ENDS];
    unsigned n_pairs;
};

static void begin(struct fixture *fixture, unsigned n_connections, unsigned n_per_address,
                  unsigned n_threads)
{
    static const char *const routes[] = {"other"};
    struct error error;
    memset(fixture, 0, sizeof *fixture);
    assert_int_equal(trusted_proxies_add(&fixture->proxies, "10.0.0.0/8", &error), 0);
    fixture->metrics = metrics_create(routes, 1, &error);
    assert_non_null(fixture->metrics);
    const struct connection_limits limits = {n_connections, n_per_address, &fixture->proxies,
                                             fixture->metrics};
    fixture->table = connection_table_create(&limits, n_threads, &error);
    assert_non_null(fixture->table);
}

/* Opens a connection; returns its number. */
static unsigned enter(struct fixture *fixture, unsigned thread, const char *address, uint64_t now)
{
    struct end_pair *pair = &fixture->pairs[fixture->n_pairs];
    struct ip_address parsed;
    int ends[2];
    assert_true(fixture->n_pairs < MAX_ENDS);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    if (address != NULL)
        assert_int_equal(ip_address_parse(address, &parsed), 0);
    *pair = (struct end_pair){.ours = ends[0], .theirs = ends[1], .thread = thread};
    pair->slot = connection_table_open(fixture->table, thread, ends[0],
                                       address != NULL ? &parsed : NULL, now);
    assert_non_null(pair->slot);
    return fixture->n_pairs++;
}

static bool is_ended(const struct fixture *fixture, unsigned number)
{
    char byte;
    return recv(fixture->pairs[number].theirs, &byte, 1, MSG_DONTWAIT) == 0;
}

/* What the thread of a connection does when it hears of its end. */
static void leave(struct fixture *fixture, unsigned number)
{
    struct end_pair *pair = &fixture->pairs[number];
    connection_table_close(fixture->table, pair->thread, pair->slot);
    close(pair->ours);
    close(pair->theirs);
    pair->slot = NULL;
}

static void set(struct fixture *fixture, unsigned number, enum connection_phase phase, uint64_t now)
{
    connection_enter(fixture->pairs[number].slot, phase, now);
}

/* Whether just the connections of these numbers (a bit each) have been ended. */
static void assert_ended(const struct fixture *fixture, unsigned numbers)
{
    for (unsigned i = 0; i < fixture->n_pairs; i++)
        if (fixture->pairs[i].slot != NULL && is_ended(fixture, i) != ((numbers >> i & 1) != 0))
            fail_msg("connection %u is%s ended", i, is_ended(fixture, i) ? "" : " not");
}

static void end(struct fixture *fixture)
{
    for (unsigned i = 0; i < fixture->n_pairs; i++)
        if (fixture->pairs[i].slot != NULL)
            leave(fixture, i);
    connection_table_destroy(fixture->table);
    metrics_destroy(fixture->metrics);
}

static void every_phase_has_its_time(void **state)
{
    (void)state;
    static const struct {
        enum connection_phase phase;
        uint64_t seconds; /* 0: no end */
    } cases[] = {
        {CONNECTION_NEW, CONNECTION_HEAD_SECONDS},
        {CONNECTION_IDLE, CONNECTION_HEAD_SECONDS},
        {CONNECTION_READING, CONNECTION_BODY_SECONDS},
        {CONNECTION_SENDING, CONNECTION_SENDING_SECONDS},
        {CONNECTION_WORKING, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fixture fixture;
        begin(&fixture, 10, 0, 1);
        unsigned number = enter(&fixture, 0, NULL, BEGIN);
        set(&fixture, number, cases[i].phase, BEGIN + SECOND);
        uint64_t over = BEGIN + SECOND + cases[i].seconds * SECOND;
        connection_table_sweep(fixture.table, 0, over - 1);
        assert_ended(&fixture, 0);
        connection_table_sweep(fixture.table, 0,
                               cases[i].seconds != 0 ? over : over + 86400 * (uint64_t)SECOND);
        assert_ended(&fixture, cases[i].seconds != 0 ? 1 : 0);
        end(&fixture);
    }
}

static void a_thread_sweeps_its_own(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture, 10, 0, 2);
    enter(&fixture, 0, NULL, BEGIN);
    enter(&fixture, 1, NULL, BEGIN);
    enter(&fixture, 0, NULL, BEGIN + SECOND);
    connection_table_sweep(fixture.table, 0, BEGIN + CONNECTION_HEAD_SECONDS * SECOND);
    assert_ended(&fixture, 1);
    connection_table_sweep(fixture.table, 1, BEGIN + CONNECTION_HEAD_SECONDS * SECOND);
    assert_ended(&fixture, 3);
    end(&fixture);
}

/* Whoever is silent for longest goes, whichever thread has it. */
static void the_most_silent_makes_room(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture, 4, 0, 2);
    for (unsigned i = 0; i < 4; i++) {
        enter(&fixture, i % 2, NULL, BEGIN);
        set(&fixture, i, CONNECTION_IDLE, BEGIN + (i != 3 ? 10 * (i + 1) : 1) * SECOND);
    }
    assert_ended(&fixture, 0);
    enter(&fixture, 0, NULL, BEGIN + 40 * SECOND);
    assert_ended(&fixture, 1 << 3);
    enter(&fixture, 0, NULL, BEGIN + 40 * SECOND); /* the first is ended, not gone */
    assert_ended(&fixture, 1 << 3 | 1 << 0);
    leave(&fixture, 0);
    leave(&fixture, 3);
    enter(&fixture, 1, NULL, BEGIN + 40 * SECOND);
    assert_ended(&fixture, 1 << 1);
    end(&fixture);
}

/* What the phases weigh, two at a time: the first of them is ended. */
static void who_is_missed_least_goes(void **state)
{
    (void)state;
    static const struct {
        enum connection_phase phases[2];
        unsigned milliseconds[2];
    } cases[] = {
        {{CONNECTION_IDLE, CONNECTION_IDLE}, {11, 10}},
        {{CONNECTION_NEW, CONNECTION_IDLE}, {5, 1000}},
        {{CONNECTION_IDLE, CONNECTION_NEW}, {1100, 50}},
        {{CONNECTION_READING, CONNECTION_IDLE}, {5000, 1000}},
        {{CONNECTION_SENDING, CONNECTION_IDLE}, {5000, 1000}},
        {{CONNECTION_IDLE, CONNECTION_SENDING}, {20000, 40000}},
        {{CONNECTION_IDLE, CONNECTION_READING}, {0, 900}},
        {{CONNECTION_IDLE, CONNECTION_WORKING}, {0, 90000}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (unsigned first = 0; first < 2; first++) {
            struct fixture fixture;
            begin(&fixture, 2, 0, 1);
            for (unsigned j = 0; j < 2; j++) {
                enter(&fixture, 0, NULL, BEGIN);
                set(&fixture, j, cases[i].phases[j ^ first],
                    BEGIN - cases[i].milliseconds[j ^ first] * (uint64_t)MILLISECOND);
            }
            enter(&fixture, 0, NULL, BEGIN);
            assert_ended(&fixture, 1U << first);
            end(&fixture);
        }
}

static void a_newcomer_goes_where_nobody_may(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture, 2, 0, 1);
    for (unsigned i = 0; i < 2; i++) {
        enter(&fixture, 0, NULL, BEGIN);
        set(&fixture, i, i == 0 ? CONNECTION_WORKING : CONNECTION_SENDING, BEGIN);
    }
    enter(&fixture, 0, NULL, BEGIN + 500 * MILLISECOND);
    assert_ended(&fixture, 1 << 2);
    leave(&fixture, 2);
    enter(&fixture, 0, NULL, BEGIN + 1000 * MILLISECOND);
    assert_ended(&fixture, 1 << 1); /* it takes its answer too slowly now */
    end(&fixture);
}

static void an_address_has_a_share(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture, 100, 2, 2);
    enter(&fixture, 0, "192.0.2.1", BEGIN);
    enter(&fixture, 1, "192.0.2.2", BEGIN + 1);
    enter(&fixture, 1, "192.0.2.1", BEGIN + 2);
    enter(&fixture, 0, "::ffff:192.0.2.2", BEGIN + 3); /* the same as without the prefix */
    assert_ended(&fixture, 0);
    enter(&fixture, 1, "192.0.2.2", BEGIN + 4);
    assert_ended(&fixture, 1 << 1); /* of another address there is an older one */
    leave(&fixture, 1);
    enter(&fixture, 0, "192.0.2.1", BEGIN + 5);
    assert_ended(&fixture, 1 << 0);
    leave(&fixture, 0);
    leave(&fixture, 2);
    enter(&fixture, 0, "192.0.2.1", BEGIN + 6); /* has room again */
    assert_ended(&fixture, 0);
    end(&fixture);
}

/* A /64 network is one address; proxies and who has no address have no share. */
static void addresses_are_counted_by_whom_they_belong_to(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture, 100, 1, 1);
    enter(&fixture, 0, "2001:db8:0:1::1", BEGIN);
    enter(&fixture, 0, "2001:db8:0:2::1", BEGIN);
    assert_ended(&fixture, 0);
    enter(&fixture, 0, "2001:db8:0:1:ffff::2", BEGIN);
    assert_ended(&fixture, 1);
    enter(&fixture, 0, "10.1.2.3", BEGIN);
    enter(&fixture, 0, "10.1.2.3", BEGIN);
    enter(&fixture, 0, NULL, BEGIN);
    enter(&fixture, 0, NULL, BEGIN);
    assert_ended(&fixture, 1);
    end(&fixture);
}

static void slots_are_used_again(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture, 4, 1, 1);
    assert_int_equal(connection_table_n_slots(fixture.table), 4 + CONNECTION_TABLE_MARGIN);
    for (unsigned i = 0; i < 1000; i++) {
        unsigned number = enter(&fixture, 0, "192.0.2.1", BEGIN + i);
        assert_ended(&fixture, 0);
        leave(&fixture, number);
        fixture.n_pairs = 0;
    }
    end(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_phase_has_its_time),
        cmocka_unit_test(a_thread_sweeps_its_own),
        cmocka_unit_test(the_most_silent_makes_room),
        cmocka_unit_test(who_is_missed_least_goes),
        cmocka_unit_test(a_newcomer_goes_where_nobody_may),
        cmocka_unit_test(an_address_has_a_share),
        cmocka_unit_test(addresses_are_counted_by_whom_they_belong_to),
        cmocka_unit_test(slots_are_used_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
