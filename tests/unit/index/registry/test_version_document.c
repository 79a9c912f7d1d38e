/* The object of a version: every member, in order, and what stands for what a dump does not
   have. */
#include "tests/support/decode_both.h"
#include "tests/support/versions_dump.h"

#include <cratedex/crate_fragment.h>
#include <cratedex/version_document.h>

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct version_request {
    const struct built_index *built;
    uint32_t rank;
    int64_t id;
};

static int write_version(void *context, struct encoder *encoder)
{
    const struct version_request *request = context;
    return index_reader_encode_version(request->built->reader, request->rank, request->id, encoder,
                                       NULL);
}

static void expect_version(const struct built_index *built, const char *name, int64_t id,
                           const char *expected)
{
    struct version_request request = {built, versions_dump_rank(built, name), id};
    json_t *version = decode_both(write_version, &request);
    char *text = json_dumps(version, JSON_COMPACT);
    assert_string_equal(text, expected);
    free(text);
    json_decref(version);
}

#define PATH "\"/api/v1/crates/Tracks-Lib/"

static void has_everything(void **state)
{
    expect_version(
        *state, "tracks-lib", 12,
        "{\"id\":12,\"crate\":\"Tracks-Lib\",\"num\":\"1.2.3\",\"dl_path\":" PATH
        "1.2.3/download\",\"readme_path\":" PATH
        "1.2.3/readme\",\"updated_at\":\"2021-01-01T00:00:00Z\","
        "\"created_at\":\"2020-01-09T01:02:03.456Z\",\"downloads\":77,"
        "\"features\":{\"std\":[\"dep:a\",\"b?/c\"],\"\xc3\xa9\":[]},\"yanked\":false,"
        "\"yank_message\":\"broken, sorry\",\"lib_links\":\"git2\","
        "\"license\":\"MIT OR Apache-2.0\",\"links\":{\"dependencies\":" PATH
        "1.2.3/dependencies\",\"version_downloads\":" PATH "1.2.3/downloads\",\"authors\":" PATH
        "1.2.3/authors\"},\"crate_size\":1234,\"published_by\":{\"id\":500,\"login\":\"ferris\","
        "\"name\":\"Ferris\",\"avatar\":\"https://a.example\","
        "\"url\":\"https://github.com/ferris\","
        "\"created_at\":null,\"github_username_matches\":true},\"audit_actions\":[],"
        "\"checksum\":\"abcd\",\"rust_version\":\"1.70\",\"has_lib\":true,"
        "\"bin_names\":[\"tool\",\"a b\"],\"edition\":\"2021\",\"description\":\"about it\","
        "\"homepage\":null,\"documentation\":null,\"repository\":null,\"trustpub_data\":null,"
        "\"linecounts\":null}");
}

static void has_nothing(void **state)
{
    expect_version(*state, "tracks-lib", 3,
                   "{\"id\":3,\"crate\":\"Tracks-Lib\",\"num\":\"0.2.0\",\"dl_path\":" PATH
                   "0.2.0/download\",\"readme_path\":" PATH
                   "0.2.0/readme\",\"updated_at\":\"2020-01-01T00:00:00Z\","
                   "\"created_at\":\"2020-01-03T00:00:00Z\",\"downloads\":1,\"features\":{},"
                   "\"yanked\":true,\"yank_message\":null,\"lib_links\":null,\"license\":\"MIT\","
                   "\"links\":{\"dependencies\":" PATH
                   "0.2.0/dependencies\",\"version_downloads\":" PATH
                   "0.2.0/downloads\",\"authors\":" PATH
                   "0.2.0/authors\"},\"crate_size\":10,\"published_by\":null,\"audit_actions\":[],"
                   "\"checksum\":\"00ff\",\"rust_version\":null,\"has_lib\":true,\"bin_names\":[],"
                   "\"edition\":null,\"description\":null,\"homepage\":null,"
                   "\"documentation\":null,\"repository\":null,\"trustpub_data\":null,"
                   "\"linecounts\":null}");
}

/* An old dump has but a few columns. */
static void comes_from_an_old_dump(void **state)
{
    (void)state;
    const struct dump_file files[] = {
        BUILT_TIME("2015-01-01T00:00:00Z"),
        BUILT_TABLE("crates", CRATES_COLUMNS "\n1,old,2015-01-01,2015-01-01,,,,\n"),
        BUILT_TABLE("versions", VERSIONS_COLUMNS "\n2,1,0.1.0,2015-01-01,f,3,2015-01-01\n"),
        BUILT_END,
    };
    struct built_index built;
    built_index_from_files(&built, files);
    struct version_request request = {&built, 1, 2};
    json_t *version = decode_both(write_version, &request);
    assert_int_equal(json_object_size(version), 28);
    assert_int_equal(json_object_size(json_object_get(version, "features")), 0);
    assert_true(json_is_object(json_object_get(version, "features")));
    assert_int_equal(json_integer_value(json_object_get(version, "crate_size")), 0);
    assert_string_equal(json_string_value(json_object_get(version, "checksum")), "");
    assert_true(json_is_null(json_object_get(version, "bin_names")));
    assert_true(json_is_null(json_object_get(version, "has_lib")));
    json_decref(version);
    built_index_remove(&built);
}

static void fails_where_there_is_none(void **state)
{
    const struct built_index *built = *state;
    struct encoder encoder;
    struct error error = {.message = ""};
    msgpack_sbuffer out;
    msgpack_sbuffer_init(&out);
    encoder_init(&encoder, ENCODING_JSON, &out);
    assert_int_equal(index_reader_encode_version(built->reader, 1, 999999, &encoder, &error), -1);
    assert_string_equal(error.message, "index file: a version is missing");
    assert_int_equal(out.size, 0);
    msgpack_sbuffer_destroy(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_everything),
        cmocka_unit_test(has_nothing),
        cmocka_unit_test(comes_from_an_old_dump),
        cmocka_unit_test(fails_where_there_is_none),
    };
    return cmocka_run_group_tests_name("version_document", tests, versions_dump_open,
                                       versions_dump_close);
}
