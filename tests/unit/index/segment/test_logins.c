/* Owners by login, in memory alone: names that several have, owners without crates, and tries that
   lead to something else. */
#include "index/segment/logins.h"

#include "index/trie/trie_build.h"
#include "index/trie/trie_open.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define N_CRATES 5

struct fixture {
    msgpack_sbuffer block;
    struct memberships memberships;
    msgpack_sbuffer trie_block;
    struct trie trie;
};

/* User 7 owns crates 1 and 3, user 8 crate 2, team 7 crates 2 and 5; user 9 owns nothing. */
static void make(struct fixture *fixture, struct trie_entry *entries, size_t n)
{
    struct memberships_builder builder;
    memberships_builder_init(&builder);
    memberships_builder_add(&builder, MEMBERSHIP_KEYWORD, 1, 4, NULL);
    memberships_builder_add(&builder, MEMBERSHIP_USER, 7, 1, NULL);
    memberships_builder_add(&builder, MEMBERSHIP_USER, 7, 3, NULL);
    memberships_builder_add(&builder, MEMBERSHIP_USER, 8, 2, NULL);
    memberships_builder_add(&builder, MEMBERSHIP_TEAM, 7, 2, NULL);
    memberships_builder_add(&builder, MEMBERSHIP_TEAM, 7, 5, NULL);
    memberships_builder_add(&builder, MEMBERSHIP_LICENSE, 1, 4, NULL);
    msgpack_sbuffer_init(&fixture->block);
    msgpack_sbuffer_init(&fixture->trie_block);
    assert_int_equal(memberships_builder_finish(&builder, &fixture->block, NULL), 0);
    memberships_builder_destroy(&builder);
    assert_int_equal(memberships_open(&fixture->memberships, N_CRATES, fixture->block.data,
                                      fixture->block.size, NULL),
                     0);
    for (size_t i = 0; i < n; i++)
        entries[i].key_length = (uint32_t)strlen(entries[i].key);
    assert_int_equal(trie_build(entries, n, &fixture->trie_block, NULL), 0);
    assert_int_equal(
        trie_open(&fixture->trie, fixture->trie_block.data, fixture->trie_block.size, NULL), 0);
}

static void destroy(struct fixture *fixture)
{
    msgpack_sbuffer_destroy(&fixture->block);
    msgpack_sbuffer_destroy(&fixture->trie_block);
}

/* The crates of all who have the login, as a set by bit; -1 where nobody has it. */
static int crates_of(const struct fixture *fixture, const char *login)
{
    struct login_owners owners = logins_find(&fixture->trie, login, strlen(login));
    int crates = 0;
    for (uint32_t i = 0; i < owners.n; i++) {
        struct membership_list list = login_crates(&fixture->memberships, &owners, i);
        for (uint32_t k = 0; k < list.n; k++)
            crates |= 1 << list.ranks[k];
    }
    return owners.n == 0 ? -1 : crates;
}

static void owners_are_found(void **state)
{
    (void)state;
    struct fixture fixture;
    struct trie_entry entries[] = {
        {.key = "some_one"}, {.key = "some_one"}, {.key = "some"}, {.key = "github:org:team"}};
    static const struct {
        enum membership kind;
        int64_t id;
    } owners[] = {
        {MEMBERSHIP_USER, 7}, {MEMBERSHIP_USER, 8}, {MEMBERSHIP_USER, 9}, {MEMBERSHIP_TEAM, 7}};
    make(&fixture, NULL, 0);
    for (size_t i = 0; i < sizeof owners / sizeof *owners; i++)
        entries[i].value = login_value(&fixture.memberships, owners[i].kind, owners[i].id);
    destroy(&fixture);
    make(&fixture, entries, sizeof entries / sizeof *entries);
    assert_int_equal(logins_check(&fixture.trie, &fixture.memberships, NULL), 0);
    assert_int_equal(crates_of(&fixture, "some_one"), 1 << 1 | 1 << 3 | 1 << 2);
    assert_int_equal(crates_of(&fixture, "Some-One"), 1 << 1 | 1 << 3 | 1 << 2);
    assert_int_equal(crates_of(&fixture, "GitHub:Org:team"), 1 << 2 | 1 << 5);
    assert_int_equal(crates_of(&fixture, "some"), 0);
    assert_int_equal(crates_of(&fixture, "somebody"), -1);
    assert_int_equal(crates_of(&fixture, "som"), -1);
    assert_int_equal(crates_of(&fixture, ""), -1);
    char longer[LOGIN_MAX_BYTES + 2];
    memset(longer, 'a', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    assert_int_equal(crates_of(&fixture, longer), -1);
    destroy(&fixture);
}

/* Groups are 0: the keyword, 1 and 2: users, 3: the team, 4: the licence. Value 6 stands for no
   crates. */
static void tries_that_lead_elsewhere(void **state)
{
    (void)state;
    for (uint32_t value = 0; value < 9; value++) {
        struct fixture fixture;
        struct error error = {.message = ""};
        struct trie_entry entries[] = {{.key = "a", .value = 2}, {.key = "b", .value = value}};
        make(&fixture, entries, 2);
        int result = logins_check(&fixture.trie, &fixture.memberships, &error);
        assert_int_equal(result, (value >= 2 && value <= 4) || value == 6 ? 0 : -1);
        assert_int_equal(strstr(error.message, "logins") != NULL, result != 0);
        destroy(&fixture);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(owners_are_found),
        cmocka_unit_test(tries_that_lead_elsewhere),
    };
    return cmocka_run_group_tests_name("logins", tests, NULL, NULL);
}
