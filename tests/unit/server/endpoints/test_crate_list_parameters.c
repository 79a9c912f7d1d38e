/* From a query to the search and to the canonical key. */
#include "server/endpoints/crate_list_parameters.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])

struct parsed {
    struct query_string query;
    struct crate_list_parameters parameters;
    struct canonical_key key;
    struct failure failure;
};

static int parse_in_arm(struct parsed *parsed, enum experiment_arm arm, const char *text)
{
    assert_int_equal(query_string_parse(&parsed->query, text, strlen(text), &parsed->failure.error),
                     0);
    canonical_key_init(&parsed->key, 0, 0, 1);
    return crate_list_parse(&parsed->query, NULL, arm, &parsed->parameters, &parsed->key,
                            &parsed->failure);
}

static int parse(struct parsed *parsed, const char *text)
{
    return parse_in_arm(parsed, EXPERIMENT_NONE, text);
}

static bool have_equal_keys(const char *left, const char *right)
{
    static struct parsed parsed[2];
    assert_int_equal(parse(&parsed[0], left), 0);
    assert_int_equal(parse(&parsed[1], right), 0);
    return parsed[0].key.size == parsed[1].key.size &&
           memcmp(parsed[0].key.bytes, parsed[1].key.bytes, parsed[0].key.size) == 0;
}

static void assert_text(struct search_string found, const char *expected)
{
    if (expected == NULL) {
        assert_null(found.data);
        return;
    }
    assert_int_equal(found.length, strlen(expected));
    assert_memory_equal(found.data, expected, found.length);
}

static void fills_the_search(void **state)
{
    (void)state;
    static struct parsed parsed;
    assert_int_equal(parse(&parsed, "q=+Serde++JSON+&category=Web&all_keywords=B+a%09b&letter=-x&"
                                    "sort=downloads&per_page=25&page=3&include_yanked=no"),
                     0);
    const struct search_query *search = &parsed.parameters.search;
    assert_text(search->text, "serde json");
    assert_text(search->category, "Web");
    assert_int_equal(search->n_keywords, 2);
    assert_text(search->keywords[0], "a");
    assert_text(search->keywords[1], "b");
    assert_text(search->letter, NULL);
    assert_int_equal(search->sort, SEARCH_SORT_DOWNLOADS);
    assert_int_equal(search->limit, 25);
    assert_int_equal(search->offset, 50);
    assert_true(search->leave_out_yanked);
    assert_null(search->after.data);
    assert_false(search->by_user || search->by_team || search->by_names);
}

static void fills_the_other_filters(void **state)
{
    (void)state;
    static struct parsed parsed;
    const struct search_query *search = &parsed.parameters.search;
    assert_int_equal(parse(&parsed, "letter=-x"), 0);
    assert_text(search->letter, "_");
    assert_int_equal(parse(&parsed, "letter=%C3%89t"), 0);
    assert_text(search->letter, "\xc3\x89");
    assert_int_equal(parse(&parsed, "keyword=HTTP&user_id=1"), 0);
    assert_int_equal(search->n_keywords, 1);
    assert_text(search->keywords[0], "http");
    assert_false(search->by_user);
    assert_int_equal(parse(&parsed, "user_id=-7&team_id=8"), 0);
    assert_true(search->by_user && !search->by_team);
    assert_int_equal(search->user_id, -7);
    assert_int_equal(parse(&parsed, "team_id=8&ids[]=a"), 0);
    assert_true(search->by_team && !search->by_names);
    assert_int_equal(parse(&parsed, "ids[]=B&ids[]=a&ids[]=B"), 0);
    assert_true(search->by_names);
    assert_int_equal(search->n_names, 2);
    assert_text(search->names[0], "B");
    assert_text(search->names[1], "a");
    assert_int_equal(parse(&parsed, "seek=abc"), 0);
    assert_text(search->after, "abc");
    assert_int_equal(search->offset, 0);
}

static void chooses_the_sort(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        enum search_sort sort;
    } cases[] = {
        {"", SEARCH_SORT_ALPHABETICAL},
        {"q=", SEARCH_SORT_ALPHABETICAL},
        {"q=+", SEARCH_SORT_ALPHABETICAL},
        {"q=x", SEARCH_SORT_RELEVANCE},
        {"sort=relevance", SEARCH_SORT_ALPHABETICAL},
        {"q=x&sort=relevance", SEARCH_SORT_RELEVANCE},
        {"q=x&sort=Downloads", SEARCH_SORT_RELEVANCE},
        {"q=x&sort=alpha", SEARCH_SORT_ALPHABETICAL},
        {"sort=alphabetical", SEARCH_SORT_ALPHABETICAL},
        {"sort=downloads", SEARCH_SORT_DOWNLOADS},
        {"sort=recent-downloads", SEARCH_SORT_RECENT_DOWNLOADS},
        {"sort=recent-updates", SEARCH_SORT_RECENT_UPDATES},
        {"sort=new", SEARCH_SORT_NEW},
    };
    static struct parsed parsed;
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        assert_int_equal(parse(&parsed, cases[i].query), 0);
        assert_int_equal(parsed.parameters.search.sort, cases[i].sort);
    }
}

static void chooses_the_match(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        enum search_match match;
    } cases[] = {
        {"q=x", SEARCH_MATCH_BEST},
        {"q=x&match=best", SEARCH_MATCH_BEST},
        {"q=x&match=all", SEARCH_MATCH_ALL},
        {"q=x&sort=relevance", SEARCH_MATCH_BEST},
        {"q=x&sort=nonsense", SEARCH_MATCH_BEST},
        {"q=x&sort=alpha", SEARCH_MATCH_ALL},
        {"q=x&sort=new&match=all", SEARCH_MATCH_ALL},
        {"q=x&sort=new&match=best", SEARCH_MATCH_BEST},
        {"", SEARCH_MATCH_DEFAULT},
        {"q=+&match=best", SEARCH_MATCH_DEFAULT},
        {"match=all&sort=new", SEARCH_MATCH_DEFAULT},
    };
    static struct parsed parsed;
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        assert_int_equal(parse(&parsed, cases[i].query), 0);
        assert_int_equal(parsed.parameters.search.match, cases[i].match);
        assert_false(parsed.parameters.explain);
    }
}

static void explains_only_relevance(void **state)
{
    (void)state;
    static const char *const refused[] = {"explain=1",
                                          "explain=1&q=",
                                          "explain=1&q=x&sort=new",
                                          "explain=1&sort=relevance",
                                          "q=x&explain=",
                                          "q=x&explain=true",
                                          "q=x&explain=2",
                                          "explain=1&q=x&sort=alpha",
                                          "q=x&match=nothing",
                                          "match=BEST&sort=new"};
    static struct parsed parsed;
    for (size_t i = 0; i < N_ELEMENTS(refused); i++) {
        assert_int_equal(parse(&parsed, refused[i]), -1);
        assert_int_equal(parsed.failure.status, 400);
    }
    assert_int_equal(parse(&parsed, "q=x&explain=1"), 0);
    assert_true(parsed.parameters.explain);
    assert_int_equal(parse(&parsed, "q=x&explain=0"), 0);
    assert_false(parsed.parameters.explain);
}

/* What the sort has by default is the same as asking for it. */
static void shares_the_key_of_a_default_match(void **state)
{
    (void)state;
    assert_true(have_equal_keys("q=x", "q=x&match=best"));
    assert_true(have_equal_keys("q=x&sort=downloads", "q=x&sort=downloads&match=all"));
    assert_true(have_equal_keys("sort=new", "sort=new&match=best"));
    assert_true(have_equal_keys("match=all", "match=best"));
    assert_true(have_equal_keys("q=x&explain=0", "q=x"));
    assert_true(have_equal_keys("q=x&highlight=0", "q=x"));
    assert_true(have_equal_keys("highlight=1&q=x", "q=+X&highlight=1"));
    assert_true(have_equal_keys("q=x&facets=has,license", "facets=license,has,license&q=x"));
}

/* Parameters in any order, with any unknown ones among them, give one key. */
static void ignores_the_order_of_parameters(void **state)
{
    (void)state;
    static const char *const pairs[] = {"q=Serde",   "page=2",    "per_page=5",
                                        "sort=new",  "keyword=a", "category=web",
                                        "unknown=x", "match=all", "include_yanked=no"};
    size_t order[N_ELEMENTS(pairs)];
    char reference[256] = "";
    uint32_t random = 88675123;
    for (size_t i = 0; i < N_ELEMENTS(pairs); i++) {
        order[i] = i;
        snprintf(reference + strlen(reference), sizeof reference - strlen(reference), "&%s",
                 pairs[i]);
    }
    for (int round = 0; round < 200; round++) {
        char shuffled[256] = "";
        for (size_t i = N_ELEMENTS(pairs) - 1; i > 0; i--) {
            random = random * 1664525 + 1013904223;
            size_t j = (random >> 8) % (i + 1);
            size_t kept = order[i];
            order[i] = order[j];
            order[j] = kept;
        }
        for (size_t i = 0; i < N_ELEMENTS(pairs); i++)
            snprintf(shuffled + strlen(shuffled), sizeof shuffled - strlen(shuffled), "%s&",
                     pairs[order[i]]);
        assert_true(have_equal_keys(reference, shuffled));
    }
}

static void tells_searches_apart(void **state)
{
    (void)state;
    static const char *const queries[] = {
        "",
        "q=a",
        "q=a+b",
        "q=ab",
        "q=b+a",
        "q=a&page=1",
        "q=a&page=2",
        "q=a&per_page=9",
        "q=a&seek=x",
        "q=a&seek=X",
        "q=a&sort=alpha",
        "sort=new",
        "category=a",
        "category=A",
        "category=",
        "keyword=a",
        "keyword=",
        "all_keywords=a+b",
        "letter=a",
        "letter=b",
        "user_id=1",
        "team_id=1",
        "ids[]=a",
        "ids[]=A",
        "ids[]=a&ids[]=b",
        "ids[]=ab",
        "include_yanked=no",
        "category=a&keyword=a",
        "q=a&letter=a",
        "q=a&match=all",
        "q=a&explain=1",
        "q=a&highlight=1",
        "q=a&highlight=1&explain=1",
        "q=a&match=all&explain=1",
        "q=a&facets=license",
        "q=a&facets=license,has",
        "q=a&sort=new",
        "q=a&sort=new&match=best",
    };
    for (size_t i = 0; i < N_ELEMENTS(queries); i++)
        for (size_t j = 0; j < N_ELEMENTS(queries); j++)
            if (have_equal_keys(queries[i], queries[j]) != (i == j))
                fail_msg("'%s' and '%s'", queries[i], queries[j]);
}

/* The longest values that a query can have fit into the struct and the key. */
static bool arms_share_a_key(const char *text)
{
    static struct parsed parsed[2];
    assert_int_equal(parse_in_arm(&parsed[0], EXPERIMENT_A, text), 0);
    assert_int_equal(parse_in_arm(&parsed[1], EXPERIMENT_B, text), 0);
    return parsed[0].key.size == parsed[1].key.size &&
           memcmp(parsed[0].key.bytes, parsed[1].key.bytes, parsed[0].key.size) == 0;
}

/* An experiment is about the order of relevance, and only those answers are kept apart. */
static void the_arms_of_an_experiment_differ_in_relevance_only(void **state)
{
    (void)state;
    static struct parsed parsed;
    assert_false(arms_share_a_key("q=json"));
    assert_false(arms_share_a_key("q=json&sort=relevance&page=2"));
    assert_true(arms_share_a_key("q=json&sort=downloads"));
    assert_true(arms_share_a_key("q=json&sort=alpha"));
    assert_true(arms_share_a_key("sort=relevance"));
    assert_true(arms_share_a_key("keyword=json"));
    assert_int_equal(parse_in_arm(&parsed, EXPERIMENT_B, "q=json"), 0);
    assert_int_equal(parsed.parameters.arm, EXPERIMENT_B);
    assert_int_equal(parse_in_arm(&parsed, EXPERIMENT_B, "q=json&sort=new"), 0);
    assert_int_equal(parsed.parameters.arm, EXPERIMENT_NONE);
}

static void holds_the_longest_query(void **state)
{
    (void)state;
    static struct parsed parsed;
    static const char *const names[] = {
        "keyword=", "category=", "ids[]=", "all_keywords=", "letter="};
    static char text[QUERY_STRING_MAX_BYTES + 1];
    for (size_t i = 0; i < N_ELEMENTS(names); i++) {
        memset(text, 'A', QUERY_STRING_MAX_BYTES);
        memcpy(text, names[i], strlen(names[i]));
        assert_int_equal(parse(&parsed, text), 0);
        assert_false(parsed.key.is_too_long);
    }
    text[0] = '\0';
    for (size_t i = 0; i < QUERY_STRING_MAX_PARAMETERS; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "ids[]=name-%020zu&", i);
    assert_int_equal(parse(&parsed, text), 0);
    assert_int_equal(parsed.parameters.search.n_names, QUERY_STRING_MAX_PARAMETERS);
    assert_false(parsed.key.is_too_long);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chooses_the_match),
        cmocka_unit_test(explains_only_relevance),
        cmocka_unit_test(shares_the_key_of_a_default_match),
        cmocka_unit_test(fills_the_search),
        cmocka_unit_test(fills_the_other_filters),
        cmocka_unit_test(chooses_the_sort),
        cmocka_unit_test(ignores_the_order_of_parameters),
        cmocka_unit_test(tells_searches_apart),
        cmocka_unit_test(the_arms_of_an_experiment_differ_in_relevance_only),
        cmocka_unit_test(holds_the_longest_query),
    };
    return cmocka_run_group_tests_name("crate_list_parameters", tests, NULL, NULL);
}
