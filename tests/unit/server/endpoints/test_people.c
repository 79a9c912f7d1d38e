/* Users, teams and owners out of an index. */
#include <cratedex/people.h>

#include "index/segment/open_reader.h"
#include "tests/support/built_index.h"
#include "tests/support/decode_both.h"
#include "tests/support/named_lookup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Of before June 2026. `busy` has owners of all kinds; `poor` has none; the owner 9 is not in the
   table of users. */
static const struct dump_file dump[] = {
    BUILT_TIME("2026-11-01T02:00:00Z"),
    BUILT_TABLE("crates", CRATES_COLUMNS "\n1,busy,2020-01-01,2020-01-01,,,,\n"
                                         "2,other,2020-01-01,2020-01-01,,,,\n"
                                         "3,poor,2020-01-01,2020-01-01,,,,\n"),
    BUILT_TABLE("versions", VERSIONS_COLUMNS "\n1,1,1.0.0,2020-01-01,f,0,2020-01-01\n"
                                             "2,2,1.0.0,2020-01-01,f,0,2020-01-01\n"
                                             "3,3,1.0.0,2020-01-01,f,0,2020-01-01\n"),
    BUILT_TABLE("crate_downloads", "crate_id,downloads\n1,3000000000\n2,2000000000\n3,7\n"),
    BUILT_TABLE("users", "id,gh_login,name,gh_avatar,gh_id,username,created_at\n"
                         "1,Old-Name,Ann,https://example.org/a.png,11,Ann,2015-01-02 03:04:05+00\n"
                         "2,taken,,,-1,,\n"
                         "3,Taken,Bob,,33,,\n"
                         "4,plain,,,44,plain,\n"
                         "5,mid-dle_dash,,,55,mid-dle_dash,\n"),
    BUILT_TABLE("teams", "id,login,name,avatar,github_id,org_id\n"
                         "1,github:rust-lang:core,Core,https://example.org/t.png,1,2\n"
                         "2,gitlab:group,,,3,4\n"
                         "3,github:short,,,3,4\n"
                         "5,github:rust-lang:in_fra,,,5,4\n"
                         "6,github:rust-lang:in-fra,,,6,4\n"
                         "7,github:Rust_Lang:In-Fra,,,7,4\n"),
    BUILT_TABLE("crate_owners", "crate_id,owner_kind,owner_id,created_at\n"
                                "1,1,2,2020-01-01\n1,1,1,2020-01-01\n1,0,3,2020-01-01\n"
                                "1,0,1,2020-01-01\n1,0,9,2020-01-01\n2,0,1,2020-01-01\n"
                                "2,1,4,2020-01-01\n"),
    BUILT_END,
};

static int open_dump(void **state)
{
    return built_index_set_up(state, dump);
}

static void expect_found(void **state, named_lookup *encode, const char *name, const char *expected)
{
    const struct built_index *built = *state;
    json_is_spelled(named_lookup_found(built->reader, encode, name), expected);
}

static void expect_none(void **state, named_lookup *encode, const char *name)
{
    const struct built_index *built = *state;
    named_lookup_none(built->reader, encode, name);
}

static void finds_users_by_login(void **state)
{
    expect_found(
        state, user_encode, "ann",
        "{\"id\":1,\"login\":\"Ann\",\"name\":\"Ann\",\"avatar\":\"https://example.org/"
        "a.png\",\"url\":\"https://github.com/Old-Name\",\"created_at\":\"2015-01-02T03:04:"
        "05Z\",\"github_username_matches\":false}");
    /* Of two who have had a login, the newest; the account has a picture on GitHub. */
    expect_found(state, user_encode, "taken",
                 "{\"id\":3,\"login\":\"Taken\",\"name\":\"Bob\",\"avatar\":\"https://"
                 "avatars.githubusercontent.com/u/33?v=4\",\"url\":\"https://github.com/Taken\","
                 "\"created_at\":null,\"github_username_matches\":true}");
    expect_none(state, user_encode, "old-name");
    expect_none(state, user_encode, "nobody");
    expect_none(state, user_encode, "");
    expect_none(state, user_encode, "an");
    expect_none(state, user_encode, "ann_");
}

static void finds_teams_by_login(void **state)
{
    expect_found(state, team_encode, "github:rust-lang:core",
                 "{\"id\":1,\"login\":\"github:rust-lang:core\",\"name\":\"Core\",\"avatar\":"
                 "\"https://example.org/t.png\",\"url\":\"https://github.com/rust-lang\"}");
    expect_found(
        state, team_encode, "gitlab:group",
        "{\"id\":2,\"login\":\"gitlab:group\",\"name\":null,\"avatar\":null,\"url\":null}");
    expect_found(
        state, team_encode, "github:short",
        "{\"id\":3,\"login\":\"github:short\",\"name\":null,\"avatar\":null,\"url\":null}");
    expect_none(state, team_encode, "github:rust-lang");
    expect_none(state, team_encode, "github:rust_lang:infra");
}

static void expect_id(void **state, named_lookup *encode, const char *name, int64_t id)
{
    const struct built_index *built = *state;
    json_t *found = named_lookup_found(built->reader, encode, name);
    if (json_integer_value(json_object_get(found, "id")) != id)
        fail_msg("%s is another one", name);
    json_decref(found);
}

/* Case and separators do not matter. Of several such users the newest has the name; of several such
   teams the one that is spelled so, else the newest. */
static void logins_compare_canonically(void **state)
{
    static const struct {
        named_lookup *encode;
        const char *login;
        int64_t id;
    } cases[] = {
        {user_encode, "Ann", 1},
        {user_encode, "ANN", 1},
        {user_encode, "Taken", 3},
        {user_encode, "taken", 3},
        {user_encode, "mid-dle-dash", 5},
        {user_encode, "Mid_Dle-Dash", 5},
        {user_encode, "mid_dle_dash", 5},
        {team_encode, "GitHub:Rust_Lang:CORE", 1},
        {team_encode, "GITLAB:group", 2},
        {team_encode, "github:rust-lang:in_fra", 5},
        {team_encode, "github:rust-lang:in-fra", 6},
        {team_encode, "github:Rust_Lang:In-Fra", 7},
        {team_encode, "github:rust_lang:in_fra", 7},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_id(state, cases[i].encode, cases[i].login, cases[i].id);
}

static void sums_the_downloads_of_owners(void **state)
{
    static const struct {
        int64_t id;
        int64_t of_user;
        int64_t of_team;
    } cases[] = {
        {1, 5000000000, 3000000000}, {2, 0, 3000000000}, {3, 3000000000, 0},
        {4, 0, 2000000000},          {-1, 0, 0},         {1000, 0, 0},
    };
    const struct built_index *built = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(user_total_downloads(built->reader, cases[i].id) == cases[i].of_user);
        assert_true(team_total_downloads(built->reader, cases[i].id) == cases[i].of_team);
    }
}

struct owners_of {
    const struct built_index *built;
    const char *crate;
    enum owners owners;
};

static int write_owners(void *context, struct encoder *encoder)
{
    const struct owners_of *of = context;
    struct error error;
    uint32_t rank = index_find_crate(of->built->index, of->crate, strlen(of->crate));
    assert_int_not_equal(rank, 0);
    return crate_owners_encode(of->built->reader, rank, of->owners, encoder, &error);
}

static void expect_owners(void **state, const char *crate, enum owners owners, const char *expected)
{
    struct owners_of of = {*state, crate, owners};
    json_is_spelled(decode_both(write_owners, &of), expected);
}

#define OWNER_1                                                                                    \
    "{\"id\":1,\"login\":\"Ann\",\"kind\":\"user\",\"url\":\"https://github.com/Old-Name\","       \
    "\"name\":\"Ann\",\"avatar\":\"https://example.org/a.png\",\"github_username_matches\":false}"
#define OWNER_3                                                                                    \
    "{\"id\":3,\"login\":\"Taken\",\"kind\":\"user\",\"url\":\"https://github.com/Taken\","        \
    "\"name\":\"Bob\",\"avatar\":\"https://avatars.githubusercontent.com/u/33?v=4\","              \
    "\"github_username_matches\":true}"
#define TEAM_1                                                                                     \
    "{\"id\":1,\"login\":\"github:rust-lang:core\",\"kind\":\"team\",\"url\":"                     \
    "\"https://github.com/rust-lang\",\"name\":\"Core\",\"avatar\":\"https://example.org/t.png\"}"
#define TEAM_2                                                                                     \
    "{\"id\":2,\"login\":\"gitlab:group\",\"kind\":\"team\",\"url\":null,\"name\":null,"           \
    "\"avatar\":null}"

/* Users by id, then teams by id; whom the dump does not name is left out. */
static void lists_owners(void **state)
{
    expect_owners(state, "busy", OWNERS_ALL, "[" OWNER_1 "," OWNER_3 "," TEAM_1 "," TEAM_2 "]");
    expect_owners(state, "busy", OWNERS_USERS, "[" OWNER_1 "," OWNER_3 "]");
    expect_owners(state, "busy", OWNERS_TEAMS, "[" TEAM_1 "," TEAM_2 "]");
    expect_owners(state, "other", OWNERS_ALL, "[" OWNER_1 "]");
    expect_owners(state, "other", OWNERS_TEAMS, "[]");
    expect_owners(state, "poor", OWNERS_ALL, "[]");
}

#define USER(id, login, avatar, matches)                                                           \
    "{\"id\":" id ",\"login\":\"" login "\",\"name\":null,\"avatar\":" avatar                      \
    ",\"url\":\"https://github.com/git-" login "\",\"created_at\":null,"                           \
    "\"github_username_matches\":" matches "}"

/* Accounts have a table of their own, which alone counts: not a picture beside the user, nor a
   number on GitHub. Accounts of nobody among the users are no fault. */
static void accounts_on_github(void **state)
{
    (void)state;
    static const struct dump_file files[] = {
        BUILT_TABLE("crates", CRATES_COLUMNS "\n1,a,2020-01-01,2020-01-01,,,,\n"),
        BUILT_TABLE("versions", VERSIONS_COLUMNS "\n"),
        BUILT_TABLE("oauth_github", "account_id,avatar,login,user_id\n"
                                    "70,https://a/70,same,1\n"
                                    "71,https://a/71,Case,2\n"
                                    "72,,no-picture,3\n"
                                    "74,https://a/74,old,5\n"
                                    "75,https://a/75,several,5\n"
                                    "76,https://a/76,other,6\n"
                                    "77,https://a/77,another,6\n"
                                    "99,https://a/99,stranger,99\n"),
        BUILT_TABLE("users", "id,gh_login,gh_id,username,gh_avatar\n"
                             "1,git-same,1,same,https://old\n"
                             "2,git-case,2,case,https://old\n"
                             "3,git-no-picture,3,no-picture,https://old\n"
                             "4,git-no-account,4,no-account,https://old\n"
                             "5,git-several,5,several,https://old\n"
                             "6,git-neither,6,neither,https://old\n"),
        BUILT_END,
    };
    static const struct {
        const char *login;
        const char *user;
    } users[] = {
        {"same", USER("1", "same", "\"https://a/70\"", "true")},
        {"case", USER("2", "case", "\"https://a/71\"", "false")},
        {"no-picture", USER("3", "no-picture", "null", "true")},
        {"no-account", USER("4", "no-account", "null", "false")},
        {"several", USER("5", "several", "\"https://a/75\"", "true")},
        {"neither", USER("6", "neither", "\"https://a/76\"", "false")},
    };
    struct built_index built;
    void *own_state = &built;
    built_index_from_files(&built, files);
    for (size_t i = 0; i < sizeof users / sizeof *users; i++)
        expect_found(&own_state, user_encode, users[i].login, users[i].user);
    expect_none(&own_state, user_encode, "stranger");
    for (unsigned i = 0; i < built.report.n_warnings; i++)
        assert_null(strstr(built.report.warnings[i].example, "oauth_github"));
    built_index_remove(&built);
}

/* A table of no accounts is one all the same; without it the number on GitHub gives a picture. */
static void dumps_without_accounts(void **state)
{
    (void)state;
    struct dump_file files[] = {
        BUILT_TABLE("crates", CRATES_COLUMNS "\n1,a,2020-01-01,2020-01-01,,,,\n"),
        BUILT_TABLE("versions", VERSIONS_COLUMNS "\n"),
        BUILT_TABLE("users", "id,gh_login,gh_id,username\n1,git-one,1,one\n"),
        BUILT_TABLE("oauth_github", "account_id,avatar,login,user_id\n"),
        BUILT_END,
    };
    struct built_index built;
    void *own_state = &built;
    built_index_from_files(&built, files);
    expect_found(&own_state, user_encode, "one", USER("1", "one", "null", "false"));
    built_index_remove(&built);
    files[3] = files[4];
    built_index_from_files(&built, files);
    expect_found(&own_state, user_encode, "one",
                 USER("1", "one", "\"https://avatars.githubusercontent.com/u/1?v=4\"", "false"));
    built_index_remove(&built);
}

/* Runs last: the statements of all tests before are looked at. */
static void scans_no_table(void **state)
{
    const struct index_reader *reader = ((const struct built_index *)*state)->reader;
    assert_true(reader->n_statements >= 4);
    for (uint32_t i = 0; i < reader->n_statements; i++)
        if (sqlite3_stmt_status(reader->statements[i].statement, SQLITE_STMTSTATUS_FULLSCAN_STEP,
                                0) != 0)
            fail_msg("a scan: %s", reader->statements[i].text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_users_by_login),
        cmocka_unit_test(finds_teams_by_login),
        cmocka_unit_test(logins_compare_canonically),
        cmocka_unit_test(sums_the_downloads_of_owners),
        cmocka_unit_test(lists_owners),
        cmocka_unit_test(accounts_on_github),
        cmocka_unit_test(dumps_without_accounts),
        cmocka_unit_test(scans_no_table),
    };
    return cmocka_run_group_tests_name("people", tests, open_dump, built_index_tear_down);
}
