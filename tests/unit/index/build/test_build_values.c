/* What a build makes of licences, editions, targets, dependencies and owners: values, groups and
   names, on a registry that has every case. */
#include "index/base/bitmap.h"
#include "index/segment/logins.h"
#include "index/segment/open_index.h"
#include "tests/support/built_index.h"

#include <cratedex/index_file.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define T "2020-01-01 00:00:00+00"
#define V "," T ",f,1," T ","

/* `lib` has an older version that says something else about everything; `old` is yanked as a whole;
   `bare` has no version; `pre` has no stable version but a yanked one. */
static const struct dump_file files[] = {
    BUILT_TIME("2026-11-01T02:00:00Z"),
    BUILT_TABLE("crates", CRATES_COLUMNS "\n1,lib," T "," T ",,,,\n2,tool," T "," T ",,,,\n"
                                         "3,old," T "," T ",,,,\n4,bare," T "," T ",,,,\n"
                                         "5,pre," T "," T ",,,,\n"),
    BUILT_TABLE("versions",
                VERSIONS_COLUMNS ",license,edition,rust_version,has_lib,bin_names\n"
                                 "10,1,0.9.0" V "Zlib,2018,1.40,f,{x}\n"
                                 "11,1,1.2.0" V "MIT OR Apache-2.0,2021,1.70,t,{}\n"
                                 "20,2,0.3.0" V "mit/Apache-2.0,2021,,t,\"{a,b}\"\n"
                                 "30,3,1.0.0," T ",t,1," T ",see LICENSE,2015,1.31,t,{}\n"
                                 "50,5,0.1.0" V "MIT,,1.70,f,{b}\n"
                                 "51,5,1.0.0-beta" V "MIT,,1.70,f,{b}\n"
                                 "52,5,2.0.0," T ",t,1," T ",MIT,,1.70,f,{b}\n"),
    BUILT_TABLE("default_versions",
                "crate_id,num_versions,version_id\n1,2,11\n2,1,20\n3,1,30\n5,3,50\n"),
    BUILT_TABLE("dependencies",
                "id,version_id,crate_id,req,kind,optional,default_features,features,target\n"
                "1,20,1,^1,0,f,t,{},\n2,20,1,^1,0,f,t,{},cfg(unix)\n3,20,1,^1,2,f,t,{},\n"
                "4,30,1,^1,1,f,t,{},\n5,10,2,^1,0,f,t,{},\n6,50,5,^1,2,f,t,{},\n"),
    BUILT_TABLE("categories", "category,crates_cnt,created_at,description,id,path,slug\n"
                              "A,1," T ",x,1,root.a,a\nA::b,1," T ",x,2,root.a.b,a::b\n"
                              "A::b::c,1," T ",x,3,root.a.b.c,a::b::c\nAb,1," T ",x,4,root.ab,ab\n"
                              "No,1," T ",x,5,root.n,no-std\n"
                              "No,1," T ",x,6,root.n.x,no-std::x\n"),
    BUILT_TABLE("crates_categories", "category_id,crate_id\n3,1\n2,1\n2,2\n4,3\n6,2\n"),
    BUILT_TABLE("keywords", "crates_cnt,created_at,id,keyword\n1," T ",1,cli\n1," T ",2,no_std\n"
                            "0," T ",3,unused\n1," T ",4,No-Std\n"),
    BUILT_TABLE("crates_keywords", "crate_id,keyword_id\n1,1\n2,1\n2,2\n3,2\n4,4\n"),
    BUILT_TABLE("users", "gh_avatar,gh_id,gh_login,id,name\n,21,Some-One,1,\n,22,some-one,2,\n"
                         ",23,idle,3,\n"),
    BUILT_TABLE("teams", "avatar,github_id,id,login,name,org_id\n,11,1,github:Org:team,Team,12\n"),
    BUILT_TABLE("crate_owners", "crate_id,created_at,created_by,owner_id,owner_kind\n"
                                "1," T ",1,1,0\n2," T ",1,2,0\n3," T ",1,1,1\n"),
    BUILT_END,
};

static const struct index *index_of(void **state)
{
    return ((const struct built_index *)*state)->index;
}

/* The names of marked crates in the order of their ids: "lib tool". */
static const char *names_of(const struct index *index, const uint64_t *bitmap)
{
    static char text[128];
    size_t at = 0;
    text[0] = '\0';
    for (int64_t id = 1; id <= 5; id++) {
        for (uint32_t rank = 1; rank <= index_n_crates(index); rank++) {
            size_t length;
            const char *name = index_canonical_name(index, rank, &length);
            if (index->columns.ids[rank - 1] == id && bitmap_test(bitmap, rank))
                at += (size_t)snprintf(text + at, sizeof text - at, "%s%.*s", at == 0 ? "" : " ",
                                       (int)length, name);
        }
    }
    return text;
}

static const char *members(const struct index *index, enum membership kind, int64_t id)
{
    uint64_t bitmap = 0;
    struct membership_list list = memberships_of(&index->memberships, kind, id);
    membership_list_mark(&list, &bitmap, 1);
    return names_of(index, &bitmap);
}

/* Values as "text n, text n". */
static const char *values_of(const struct index *index, enum crate_attribute attribute)
{
    static char text[256];
    size_t at = 0;
    const struct attribute_values *values = &index->values.attributes[attribute];
    text[0] = '\0';
    for (uint32_t number = 1; number <= values->n_values; number++) {
        uint32_t length;
        const char *value = crate_value_text(values, number, &length);
        at += (size_t)snprintf(text + at, sizeof text - at, "%s%.*s %u", number == 1 ? "" : ", ",
                               (int)length, value, values->n_crates[number - 1]);
    }
    return text;
}

/* The number of a value that is there. */
static uint32_t number_of(const struct index *index, enum crate_attribute attribute,
                          const char *text)
{
    uint32_t number = crate_value_find(&index->values.attributes[attribute], text, strlen(text));
    assert_true(number > 0);
    return number;
}

static void values_are_those_of_default_versions(void **state)
{
    const struct index *index = index_of(state);
    assert_string_equal(values_of(index, CRATE_ATTRIBUTE_EDITION), "2021 2, 2015 1");
    assert_string_equal(values_of(index, CRATE_ATTRIBUTE_RUST_VERSION), "1.70 2, 1.31 1");
    assert_string_equal(values_of(index, CRATE_ATTRIBUTE_HAS), "lib 3, bin 2");
    assert_string_equal(
        members(index, MEMBERSHIP_EDITION, number_of(index, CRATE_ATTRIBUTE_EDITION, "2021")),
        "lib tool");
    assert_string_equal(members(index, MEMBERSHIP_RUST_VERSION,
                                number_of(index, CRATE_ATTRIBUTE_RUST_VERSION, "1.70")),
                        "lib pre");
    assert_string_equal(
        members(index, MEMBERSHIP_HAS, number_of(index, CRATE_ATTRIBUTE_HAS, "lib")),
        "lib tool old");
    assert_string_equal(
        members(index, MEMBERSHIP_HAS, number_of(index, CRATE_ATTRIBUTE_HAS, "bin")), "tool pre");
}

/* Keywords that nobody has are no values; a crate is in every category above its own once. */
static void keywords_and_categories(void **state)
{
    const struct index *index = index_of(state);
    assert_string_equal(values_of(index, CRATE_ATTRIBUTE_KEYWORD), "cli 2, no_std 2, No-Std 1");
    assert_string_equal(values_of(index, CRATE_ATTRIBUTE_CATEGORY),
                        "a 2, a::b 2, a::b::c 1, ab 1, no-std 1, no-std::x 1");
    const struct attribute_values *keywords = &index->values.attributes[CRATE_ATTRIBUTE_KEYWORD];
    assert_int_equal(keywords->ids[number_of(index, CRATE_ATTRIBUTE_KEYWORD, "CLI") - 1], 1);
    assert_string_equal(members(index, MEMBERSHIP_NO_STD, MEMBERSHIP_ONLY), "tool old bare");
}

/* Yanked versions and pre-releases make no crate stable, older versions do. */
static void stable_crates(void **state)
{
    assert_string_equal(members(index_of(state), MEMBERSHIP_STABLE, MEMBERSHIP_ONLY), "lib");
}

static void dependencies_by_kind(void **state)
{
    const struct index *index = index_of(state);
    assert_string_equal(members(index, MEMBERSHIP_NORMAL_DEPENDENCY, 1), "tool");
    assert_string_equal(members(index, MEMBERSHIP_BUILD_DEPENDENCY, 1), "old");
    assert_string_equal(members(index, MEMBERSHIP_DEV_DEPENDENCY, 1), "tool");
    assert_string_equal(members(index, MEMBERSHIP_DEV_DEPENDENCY, 5), "pre");
    assert_string_equal(members(index, MEMBERSHIP_NORMAL_DEPENDENCY, 2), "");
}

/* The crates whose licence the names can meet, which are given one behind the other. */
static const char *licensed(const struct index *index, const char *first, const char *second)
{
    uint64_t names = UINT64_C(1) << number_of(index, CRATE_ATTRIBUTE_LICENSE, first);
    uint64_t bitmap = 0;
    if (second != NULL)
        names |= UINT64_C(1) << number_of(index, CRATE_ATTRIBUTE_LICENSE, second);
    for (uint32_t number = 1; number <= index->licenses.n_expressions; number++) {
        if (!licenses_are_met(&index->licenses, number, &names))
            continue;
        struct membership_list list =
            memberships_of(&index->memberships, MEMBERSHIP_LICENSE, number);
        assert_true(list.n > 0);
        membership_list_mark(&list, &bitmap, 1);
    }
    return names_of(index, &bitmap);
}

/* Names of different case are one, shown as most crates spell it. */
static void licences(void **state)
{
    const struct index *index = index_of(state);
    assert_string_equal(values_of(index, CRATE_ATTRIBUTE_LICENSE),
                        "MIT 3, Apache-2.0 2, see LICENSE 1");
    assert_int_equal(index->licenses.n_expressions, 4);
    assert_string_equal(licensed(index, "mit", NULL), "lib tool pre");
    assert_string_equal(licensed(index, "APACHE-2.0", NULL), "lib tool");
    assert_string_equal(licensed(index, "see license", "Apache-2.0"), "lib tool old");
    for (uint32_t number = 1; number <= index->licenses.n_expressions; number++) {
        uint32_t length;
        const char *text = licenses_text(&index->licenses, number, &length);
        assert_true(length != strlen("Zlib") || memcmp(text, "Zlib", length) != 0);
    }
}

/* Two users had the same login, of whom one has it now. */
static void owners_by_login(void **state)
{
    const struct index *index = index_of(state);
    static const struct {
        const char *login;
        uint32_t n_owners;
        const char *names;
    } cases[] = {{"some-one", 2, "lib tool"},
                 {"github:org:TEAM", 1, "old"},
                 {"idle", 1, ""},
                 {"nobody", 0, ""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t bitmap = 0;
        struct login_owners owners =
            logins_find(&index->logins, cases[i].login, strlen(cases[i].login));
        assert_int_equal(owners.n, cases[i].n_owners);
        for (uint32_t k = 0; k < owners.n; k++) {
            struct membership_list list = login_crates(&index->memberships, &owners, k);
            membership_list_mark(&list, &bitmap, 1);
        }
        assert_string_equal(names_of(index, &bitmap), cases[i].names);
    }
}

static int set_up(void **state)
{
    return built_index_set_up(state, files);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_those_of_default_versions),
        cmocka_unit_test(keywords_and_categories),
        cmocka_unit_test(stable_crates),
        cmocka_unit_test(dependencies_by_kind),
        cmocka_unit_test(licences),
        cmocka_unit_test(owners_by_login),
    };
    return cmocka_run_group_tests_name("build values", tests, set_up, built_index_tear_down);
}
