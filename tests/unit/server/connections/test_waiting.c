/* The list without libmicrohttpd, of which two functions are taken the place of, as is that of the
   clock, which stands still. Requests are named by a letter, and what happened to them is a text:
   "a" was answered, "a!" was told that it is late, "(a" was suspended, "a)" goes on, "a?" is
   computed by somebody else. */
#include "server/connections/waiting.h"

#include "server/service/monotonic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define MAX_REQUESTS 26

struct fixture {
    struct waiting_list list;
    struct waiting_request requests[MAX_REQUESTS];
    bool is_busy[MAX_REQUESTS]; /* somebody else computes it */
};

/* A connection is the address of a letter. */
static char letters[MAX_REQUESTS + 1] = "abcdefghijklmnopqrstuvwxyz";
static char events[512];

static void note(const char *before, char letter, const char *after)
{
    size_t length = strlen(events);
    snprintf(events + length, sizeof events - length, "%s%c%s ", before, letter, after);
}

static void assert_events(const char *expected)
{
    if (strcmp(events, expected) != 0)
        fail_msg("'%s', not '%s'", events, expected);
    events[0] = '\0';
}

static char letter_of(const struct MHD_Connection *connection)
{
    return *(const char *)connection;
}

/* glibc names the parameters in its own way. */
/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
int clock_gettime(clockid_t clock, struct timespec *time)
{
    (void)clock;
    *time = (struct timespec){.tv_sec = 1000};
    return 0;
}

void MHD_suspend_connection(struct MHD_Connection *connection)
{
    note("(", letter_of(connection), "");
}

void MHD_resume_connection(struct MHD_Connection *connection)
{
    note("", letter_of(connection), ")");
}

static bool answer(void *context, struct waiting_request *request, bool is_late)
{
    struct fixture *fixture = context;
    char letter = letter_of(request->connection);
    if (!is_late && fixture->is_busy[letter - 'a']) {
        note("", letter, "?");
        return false;
    }
    note("", letter, is_late ? "!" : "");
    waiting_remove(&fixture->list, request);
    return true;
}

static void begin(struct fixture *fixture, double longest_seconds)
{
    memset(fixture, 0, sizeof *fixture);
    events[0] = '\0';
    fixture->list.longest_seconds = longest_seconds;
    fixture->list.answer = answer;
    fixture->list.context = fixture;
}

/* Puts those of these letters at the end, that many seconds after they came. */
static void append(struct fixture *fixture, const char *names, double seconds)
{
    for (; *names != '\0'; names++) {
        char *letter = &letters[*names - 'a'];
        const struct put_off put_off = {.since = monotonic_seconds() - seconds};
        waiting_append(&fixture->list, &fixture->requests[*names - 'a'],
                       (struct MHD_Connection *)letter, &put_off);
    }
}

static void answers_one_a_turn_in_order(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture, 0);
    assert_int_equal(waiting_turn(&fixture.list), -1);
    append(&fixture, "abc", 5);
    assert_int_equal(waiting_turn(&fixture.list), 0);
    assert_events("a ");
    append(&fixture, "d", 0);
    waiting_turn(&fixture.list);
    waiting_turn(&fixture.list);
    assert_int_equal(waiting_turn(&fixture.list), 0);
    assert_events("b c d ");
    assert_int_equal(waiting_turn(&fixture.list), -1);
    assert_events("");
}

static void tells_all_who_are_late(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture, 60);
    append(&fixture, "abc", 61);
    append(&fixture, "de", 10);
    waiting_turn(&fixture.list);
    assert_events("a! b! c! d ");
    waiting_turn(&fixture.list);
    assert_events("e ");
    append(&fixture, "f", 61);
    assert_int_equal(waiting_turn(&fixture.list), 0);
    assert_events("f! ");
}

/* Not more than sixteen in a turn, which then computes for who came last. */
static void tells_some_at_a_time(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture, 60);
    append(&fixture, "abcdefghijklmnop", 61);
    append(&fixture, "qr", 61);
    append(&fixture, "s", 1);
    assert_int_equal(waiting_turn(&fixture.list), 0);
    assert_events("a! b! c! d! e! f! g! h! i! j! k! l! m! n! o! p! s ");
    waiting_turn(&fixture.list);
    assert_events("q! r! ");
}

static void who_goes_is_left_out(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture, 0);
    append(&fixture, "abcd", 0);
    waiting_remove(&fixture.list, &fixture.requests[1]);
    waiting_remove(&fixture.list, &fixture.requests[3]);
    assert_false(fixture.requests[1].is_waiting);
    waiting_turn(&fixture.list);
    waiting_turn(&fixture.list);
    assert_int_equal(waiting_turn(&fixture.list), -1);
    assert_events("a c ");
}

/* A request that somebody else computes lets the others go first; where all are of that kind, there
   is a millisecond's time. */
static void goes_round_while_others_compute(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture, 0);
    fixture.is_busy['a' - 'a'] = fixture.is_busy['c' - 'a'] = true;
    append(&fixture, "abc", 0);
    assert_int_equal(waiting_turn(&fixture.list), 0);
    assert_int_equal(waiting_turn(&fixture.list), 0);
    assert_events("a? (a b ");
    assert_int_equal(waiting_turn(&fixture.list), 0);
    assert_int_equal(waiting_turn(&fixture.list), 1);
    assert_events("c? (c a? ");
    append(&fixture, "d", 0);
    assert_int_equal(waiting_turn(&fixture.list), 0);
    fixture.is_busy['a' - 'a'] = false;
    assert_int_equal(waiting_turn(&fixture.list), 0);
    assert_int_equal(waiting_turn(&fixture.list), 0);
    assert_events("c? a a) d ");
    assert_int_equal(waiting_turn(&fixture.list), 1);
    fixture.is_busy['c' - 'a'] = false;
    assert_int_equal(waiting_turn(&fixture.list), 0);
    assert_events("c? c c) ");
    assert_int_equal(waiting_turn(&fixture.list), -1);
}

/* Sixteen wait as they are; those who come behind are suspended until it is their turn. */
static void suspends_who_comes_last(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture, 0);
    append(&fixture, "abcdefghijklmnopqrs", 0);
    waiting_turn(&fixture.list);
    assert_events("(s (r (q a ");
    append(&fixture, "tu", 0);
    waiting_turn(&fixture.list);
    assert_events("(u b ");
    for (int i = 0; i < 14; i++)
        waiting_turn(&fixture.list);
    assert_events("c d e f g h i j k l m n o p ");
    waiting_turn(&fixture.list);
    waiting_turn(&fixture.list);
    waiting_turn(&fixture.list);
    assert_events("q q) r r) s s) ");
    waiting_end(&fixture.list);
    assert_events("u) ");
    assert_int_equal(waiting_turn(&fixture.list), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_one_a_turn_in_order),
        cmocka_unit_test(tells_all_who_are_late),
        cmocka_unit_test(tells_some_at_a_time),
        cmocka_unit_test(who_goes_is_left_out),
        cmocka_unit_test(goes_round_while_others_compute),
        cmocka_unit_test(suspends_who_comes_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
