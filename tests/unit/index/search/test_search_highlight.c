/* What is highlighted in a name, a description and keywords: words, their forms, what means the
   same, what begins so, what was meant; and where else the text occurs. */
#include "tests/support/described_crates.h"
#include "tests/support/marked_text.h"

#include <cratedex/explanation.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct described_crate crates[] = {
    {.name = "serde", .description = "A serialization framework", .downloads = 9000},
    {.name = "serde_json",
     .description = "JSON for serde",
     .keywords = "json serde",
     .readme = "Strongly typed",
     .downloads = 8000},
    {.name = "json-parser",
     .description = "Parses JSON; parser, parsers and PARSING",
     .keywords = "json-parser parse",
     .downloads = 7000},
    {.name = "HTTPServer2", .description = "Serves", .downloads = 6000},
    {.name = "demangle",
     .description = "For C++ names, not for C",
     .keywords = "c++ ffi",
     .downloads = 5000},
    {.name = "bare", .description = "Small", .categories = "no-std", .downloads = 4900},
    {.name = "told", .description = "Works in no std crates and no_std ones", .downloads = 4800},
    {.name = "web-script",
     .description = "Runs JavaScript",
     .keywords = "javascript",
     .downloads = 4700},
    {.name = "tokio-util", .description = "Utilities", .downloads = 4600},
    {.name = "tempfile", .description = "Files that vanish", .downloads = 4500},
    {.name = "brew",
     .description = "Caf\u00E9 au lait \u2615, cafe\u0301! Un caf\u00E9",
     .keywords = "caf\u00E9",
     .downloads = 4400},
    {.name = "sick",
     .description = "\u5BFF\u53F8 B\u1EC7nh vi\u1EC7n \U0001F980 crab",
     .downloads = 4300},
    {.name = "imageproc", .description = "Image processing", .downloads = 4200},
    {.name = "jsonny-json", .description = "x", .downloads = 4100},
    {.name = "hidden", .readme = "It is about chess", .downloads = 4000},
    {.name = "tight", .description = "chess,chess", .keywords = "chess-chess", .downloads = 3900},
    {.name = NULL},
};

static int open_index(void **state)
{
    return described_crates_set_up(state, crates);
}

static const struct described_crate *described(const struct index_crate *crate)
{
    size_t i = 0;
    while (strlen(crates[i].name) != crate->name_length ||
           memcmp(crates[i].name, crate->name, crate->name_length) != 0)
        i++;
    return &crates[i];
}

/* "[serde]_json | JSON for [serde] | json [serde] | name keywords description": what is empty
   stands as nothing between the bars. */
static void describe(const struct described_crate *crate,
                     const struct search_highlights *highlights, char *out, size_t capacity)
{
    char text[512] = "";
    char keyword[64];
    const char *names[EXPLANATION_MAX_FIELDS];
    marked_text_of(crate->name, strlen(crate->name), highlights, HIGHLIGHT_NAME, NULL, text,
                   sizeof text);
    size_t at = (size_t)snprintf(out, capacity, "%s |", text);
    const char *description = crate->description != NULL ? crate->description : "";
    marked_text_of(description, strlen(description), highlights, HIGHLIGHT_DESCRIPTION, NULL, text,
                   sizeof text);
    at += (size_t)snprintf(out + at, capacity - at, " %s |", text);
    for (const char *list = crate->keywords; list != NULL && *list != '\0';) {
        size_t length = strcspn(list, " ");
        snprintf(keyword, sizeof keyword, "%.*s", (int)length, list);
        marked_text_of(list, length, highlights, HIGHLIGHT_KEYWORD, keyword, text, sizeof text);
        at += (size_t)snprintf(out + at, capacity - at, " %s", text);
        list += length + strspn(list + length, " ");
    }
    at += (size_t)snprintf(out + at, capacity - at, " |");
    size_t n = explanation_fields(highlights->matched_in, names);
    for (size_t i = 0; i < n; i++)
        at += (size_t)snprintf(out + at, capacity - at, " %s", names[i]);
}

static void expect_query(void **state, struct search_query query, const char *name,
                         const char *expected)
{
    struct built_index *built = *state;
    static struct search_result result;
    struct error error = {.message = ""};
    query.limit = SEARCH_MAX_LIMIT;
    if (search_run(built->reader, &query, &result, &error) != SEARCH_OK)
        fail_msg("%s", error.message);
    for (uint32_t i = 0; i < result.n_hits; i++) {
        struct index_crate crate;
        struct search_highlights highlights;
        char found[1024];
        index_crate(built->index, result.hits[i].rank, &crate);
        if (strcmp(described(&crate)->name, name) != 0)
            continue;
        assert_int_equal(search_highlight(result.search, &result.hits[i], &highlights, &error), 0);
        describe(described(&crate), &highlights, found, sizeof found);
        if (strcmp(found, expected) != 0)
            fail_msg("\"%.*s\": %s\nnot: %s", (int)query.text.length, query.text.data, found,
                     expected);
        return;
    }
    fail_msg("\"%.*s\" does not find %s", (int)query.text.length, query.text.data, name);
}

static void expect(void **state, const char *text, const char *name, const char *expected)
{
    expect_query(state, (struct search_query){.text = {text, strlen(text)}}, name, expected);
}

static void words_where_they_stand(void **state)
{
    expect(state, "serde", "serde_json",
           "[serde]_json | JSON for [serde] | json [serde] |"
           " name keywords description");
    expect(state, "Json SERDE", "serde_json",
           "[serde]_[json] | [JSON] for [serde] | [json] [serde] |"
           " name keywords description");
    expect(state, "strongly json", "serde_json",
           "serde_[json] | [JSON] for serde | [json] serde | name keywords description readme");
    /* Ranges that touch are one, and those with anything between are not. */
    expect(state, "chess", "tight",
           "tight | [chess],[chess] | [chess]-[chess] |"
           " keywords description");
    expect(state, "http server", "HTTPServer2", "[HTTPServer]2 | Serves | | name");
}

static void other_forms_of_a_word(void **state)
{
    expect(state, "parse ffi", "json-parser",
           "json-parser | [Parses] JSON; parser, parsers and [PARSING] | json-parser [parse] |"
           " keywords description");
    expect(state, "vanishing", "tempfile", "tempfile | Files that [vanish] | | description");
}

static void what_means_the_same(void **state)
{
    expect(state, "js runs", "web-script",
           "web-script | [Runs] [JavaScript] | [javascript] | keywords description");
}

static void what_begins_with_the_last_word(void **state)
{
    expect(state, "framework seri", "serde",
           "serde | A [serialization] [framework] | |"
           " description");
    /* Only the last word may be unfinished, and a whole one may go on as well. */
    expect(state, "seri framework", "serde", "serde | A serialization [framework] | | description");
    expect(state, "pars", "json-parser",
           "json-[parser] | [Parses] JSON; [parser], [parsers] and [PARSING] |"
           " json-[parser] [parse] | name keywords description");
}

static void words_with_symbols(void **state)
{
    expect(state, "c++", "demangle",
           "demangle | For [C++] names, not for C | [c++] ffi |"
           " keywords description");
    expect(state, "ffi c", "demangle",
           "demangle | For [C]++ names, not for [C] | [c]++ [ffi] |"
           " keywords description");
    expect(state, "no_std", "told",
           "told | Works in [no std] crates and [no_std] ones | |"
           " description");
    /* The slug of its category is a word among the keywords. */
    expect(state, "no-std", "bare", "bare | Small | | keywords");
}

static void names_that_contain_the_text(void **state)
{
    expect(
        state, "son-par", "json-parser",
        "j[son-parser] | [Parses] JSON; [parser], [parsers] and [PARSING] | json-[parser] [parse] |"
        " name keywords description");
    expect(state, "erd", "serde", "s[erd]e | A serialization framework | | name");
    expect(state, "son par", "json-parser",
           "j[son-parser] | [Parses] JSON; [parser], [parsers] and [PARSING] |"
           " json-[parser] [parse] | name keywords description");
    /* Every place; what overlaps is one. */
    expect(state, "son", "jsonny-json", "j[son]ny-j[son] | x | | name");
    /* A letter or two count where a word begins. */
    expect(state, "t", "tokio-util", "[t]okio-util | Utilities | | name");
}

static void names_but_for_separators(void **state)
{
    static const char *const texts[] = {
        "tokio util",          "tokio::util", "tokioutil", "TokioUtil", "use tokio_util::codec;",
        "tokio-util = \"0.7\""};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct built_index *built = *state;
        static struct search_result result;
        struct search_highlights highlights;
        struct search_query query = {.text = {texts[i], strlen(texts[i])}, .limit = 1};
        char name[64];
        assert_int_equal(search_run(built->reader, &query, &result, NULL), SEARCH_OK);
        assert_int_equal(result.n_hits, 1);
        assert_int_equal(search_highlight(result.search, &result.hits[0], &highlights, NULL), 0);
        marked_text_of("tokio-util", 10, &highlights, HIGHLIGHT_NAME, NULL, name, sizeof name);
        if (strcmp(name, "[tokio-util]") != 0)
            fail_msg("\"%s\": %s", texts[i], name);
    }
    expect(state, "temp file", "tempfile",
           "[tempfile] | [Files] that vanish | |"
           " name description");
    expect(state, "serde_js", "serde_json",
           "[serde_json] | [JSON] for [serde] | [json] [serde] |"
           " name keywords description");
}

static void what_was_meant(void **state)
{
    /* The nearest name, the nearest word, and two words that were typed as one. */
    expect(state, "tokoi-util", "tokio-util", "[tokio]-[util] | [Utilities] | | name description");
    expect(state, "serdee", "serde", "[serde] | A serialization framework | | name");
    expect(state, "serialisation framework", "serde",
           "serde | A [serialization] [framework] | | description");
}

static void letters_that_are_not_ascii(void **state)
{
    expect(state, "cafe", "brew",
           "brew | [Caf\u00E9] au lait \u2615, [cafe\u0301]! Un [caf\u00E9] |"
           " [caf\u00E9] | keywords description");
    expect(state, "crab benh", "sick",
           "sick | \u5BFF\u53F8 [B\u1EC7nh] vi\u1EC7n \U0001F980 [crab] | | description");
    expect(state, "\u5BFF", "sick",
           "sick | [\u5BFF\u53F8] B\u1EC7nh vi\u1EC7n \U0001F980 crab | | description");
}

static void what_only_the_readme_has(void **state)
{
    expect(state, "chess", "hidden", "hidden |  | | readme");
}

static void every_sort_and_stop_words(void **state)
{
    static const enum search_sort sorts[] = {SEARCH_SORT_DOWNLOADS, SEARCH_SORT_ALPHABETICAL,
                                             SEARCH_SORT_NEW};
    for (size_t i = 0; i < sizeof sorts / sizeof *sorts; i++)
        expect_query(state, (struct search_query){.text = {"for the json", 12}, .sort = sorts[i]},
                     "serde_json",
                     "serde_[json] | [JSON] for serde | [json] serde | name keywords description");
}

/* A list has nothing that was searched for, nor has a text of which nothing is a word. */
static void nothing_without_a_text(void **state)
{
    expect_query(state, (struct search_query){.sort = SEARCH_SORT_NEW}, "serde_json",
                 "serde_json | JSON for serde | json serde |");
    expect_query(state, (struct search_query){.text = {"  ", 2}}, "serde_json",
                 "serde_json | JSON for serde | json serde |");
    /* Not even that of the search before. */
    expect(state, "json", "serde_json",
           "serde_[json] | [JSON] for serde | [json] serde | name keywords description");
    expect_query(state, (struct search_query){.sort = SEARCH_SORT_NEW}, "serde_json",
                 "serde_json | JSON for serde | json serde |");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_where_they_stand),
        cmocka_unit_test(other_forms_of_a_word),
        cmocka_unit_test(what_means_the_same),
        cmocka_unit_test(what_begins_with_the_last_word),
        cmocka_unit_test(words_with_symbols),
        cmocka_unit_test(names_that_contain_the_text),
        cmocka_unit_test(names_but_for_separators),
        cmocka_unit_test(what_was_meant),
        cmocka_unit_test(letters_that_are_not_ascii),
        cmocka_unit_test(what_only_the_readme_has),
        cmocka_unit_test(every_sort_and_stop_words),
        cmocka_unit_test(nothing_without_a_text),
    };
    return cmocka_run_group_tests_name("search_highlight", tests, open_index,
                                       described_crates_tear_down);
}
