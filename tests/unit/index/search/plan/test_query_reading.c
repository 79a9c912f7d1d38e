/* What the index has to say to a text that may name a crate. */
#include "index/search/plan/query_reading.h"

#include "tests/support/built_index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define TIMES ",2020-01-01,2020-01-01,,,,\n"

static const struct dump_file files[] = {
    BUILT_TIME("2026-11-01T02:00:00Z"),
    BUILT_TABLE("crates", CRATES_COLUMNS
                "\n1,serde" TIMES "2,sha" TIMES "3,sha2" TIMES "4,tls" TIMES "5,tokio-util" TIMES
                "6,xml" TIMES "7,xml-rs" TIMES "8,json" TIMES "9,json-rs" TIMES "10,log" TIMES
                "11,0.0.1" TIMES "14,memmem" TIMES "12,@a/b" TIMES "13,web3" TIMES),
    BUILT_TABLE("versions", VERSIONS_COLUMNS "\n1,1,1.0.228,2020-01-01,f,0,2020-01-01\n"
                                             "2,2,2.0.0,2020-01-01,f,0,2020-01-01\n"
                                             "3,3,0.10.8,2020-01-01,f,0,2020-01-01\n"
                                             "4,4,0.1.0,2020-01-01,f,0,2020-01-01\n"
                                             "5,7,0.8.0,2020-01-01,f,0,2020-01-01\n"
                                             "6,8,0.12.4,2020-01-01,f,0,2020-01-01\n"
                                             "7,10,0.4.29,2020-01-01,f,0,2020-01-01\n"
                                             "8,13,0.19.0,2020-01-01,f,0,2020-01-01\n"
                                             "9,1,10.0.0,2020-01-01,f,0,2020-01-01\n"),
    BUILT_TABLE("version_downloads", "version_id,date,downloads\n5,2026-10-31,1000\n"
                                     "6,2026-10-31,1000\n"),
    BUILT_END,
};

static int open_index(void **state)
{
    return built_index_set_up(state, files);
}

static struct query_reading reading;

/* "text | crates that are named | version" */
static const char *read_text(const struct built_index *built, struct index_reader *reader,
                             const char *typed)
{
    static char line[2048];
    struct error error = {.message = ""};
    if (query_reading_make(&reading, built->index, reader,
                           (struct search_string){typed, strlen(typed)}, &error) != 0)
        fail_msg("%s", error.message);
    int length = snprintf(line, sizeof line, "%.*s |", (int)reading.text.length, reading.text.data);
    for (uint32_t i = 0; i < reading.n_named; i++) {
        struct index_crate crate;
        index_crate(built->index, reading.named[i], &crate);
        length += snprintf(line + length, sizeof line - (size_t)length, " %.*s",
                           (int)crate.name_length, crate.name);
    }
    snprintf(line + length, sizeof line - (size_t)length, " | %.*s", (int)reading.version.length,
             reading.version.data == NULL ? "" : reading.version.data);
    return line;
}

static void names_are_looked_up(void **state)
{
    static const struct {
        const char *typed;
        const char *read;
    } cases[] = {
        {"serde", "serde | | "},
        {"serde = \"1.0\"", "serde | serde | 1.0"},
        {"serde = \"1\"\njson = \"2\"", "serde json | serde json | 1"},
        {"nosuch = \"1\"", "nosuch | | 1"},
        {"cargo add Tokio_Util", "Tokio_Util | tokio-util | "},
        {"serde@1.0.228", "serde | serde | 1.0.228"},
        {"serde@9", "serde | serde | 9"},
        {"nosuch@9", "nosuch | | 9"},
        {"nosuch 1.0.2", "nosuch | | 1.0.2"},
        /* A version where the crate has it, else words. */
        {"serde 1.0", "serde | serde | 1.0"},
        {"serde 1", "serde | serde | 1"},
        {"serde 10", "serde | serde | 10"},
        {"serde 2", "serde 2 | | "},
        {"serde 1.02", "serde 1.02 | serde | "},
        {"tls 1.3", "tls 1.3 | tls | "},
        {"opengl 3.3", "opengl 3.3 | | "},
        {"sha 2", "sha 2 | | "}, /* sha has 2.0.0, but there is a crate sha2 */
        {"log 4", "log 4 | | "},
        {"web3 0", "web3 | web3 | 0"},
        {"tokio util 0.7.2", "tokio util | tokio-util | 0.7.2"},
        /* Paths, files, words about it: what is the name of a crate as a whole may be meant. */
        {"serde::Value", "serde | serde | "},
        {"nosuch::Value", "nosuch::Value | | "},
        {"tokio::util", "tokio::util | | "},
        {"rust serde", "serde | serde | "},
        {"xml.rs", "xml.rs | xml | "},
        {"json.rs", "json.rs | json | "},
        {"log.rs", "log | log | "},
        {"nosuch crate", "nosuch crate | | "},
        {"serde serde", "serde | | "},
        {"mem mem", "mem mem | | "},
        /* What is a name as it stands is nothing else. */
        {"0.0.1", "0.0.1 | | "},
        {"@a/b", "@a/b | | "},
        {"\U0001F980", " | | "},
    };
    const struct built_index *built = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *read = read_text(built, built->reader, cases[i].typed);
        if (strcmp(read, cases[i].read) != 0)
            fail_msg("\"%s\": \"%s\", not \"%s\"", cases[i].typed, read, cases[i].read);
    }
}

/* While a text is being typed, versions are not looked up. */
static void without_a_reader(void **state)
{
    assert_string_equal(read_text(*state, NULL, "serde 1.0"), "serde | serde | 1.0");
    assert_string_equal(read_text(*state, NULL, "tls 1.3"), "tls | tls | 1.3");
    assert_string_equal(read_text(*state, NULL, "serde 1"), "serde 1 | | ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_looked_up),
        cmocka_unit_test(without_a_reader),
    };
    return cmocka_run_group_tests_name("query_reading", tests, open_index, built_index_tear_down);
}
