/* The objects that answers copy: members, order, types and values as crates.io has them, the same
   in both encodings. */
#include "tests/support/built_index.h"
#include "tests/support/decode_both.h"

#include <cratedex/crate_fragment.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct crate_request {
    struct index_reader *reader;
    uint32_t rank;
    bool exact_match;
};

static int write_crate(void *context, struct encoder *encoder)
{
    const struct crate_request *request = context;
    return index_reader_encode_crate(request->reader, request->rank, request->exact_match, encoder,
                                     NULL);
}

static json_t *crate_of(struct built_index *built, uint32_t rank, bool exact_match)
{
    struct crate_request request = {built->reader, rank, exact_match};
    return decode_both(write_crate, &request);
}

static json_t *crate_named(struct built_index *built, const char *name)
{
    for (uint32_t rank = 1; rank <= index_n_crates(built->index); rank++) {
        struct index_crate crate;
        index_crate(built->index, rank, &crate);
        if (crate.name_length == strlen(name) && memcmp(crate.name, name, strlen(name)) == 0)
            return crate_of(built, rank, false);
    }
    fail_msg("no crate %s", name);
    return NULL;
}

enum kind { STRING, TEXT_OR_NULL, NUMBER, TRUTH, NOTHING, EMPTY, LINKS };

static const struct {
    const char *key;
    enum kind kind;
} members[] = {
    {"id", STRING},
    {"name", STRING},
    {"updated_at", STRING},
    {"versions", NOTHING},
    {"keywords", NOTHING},
    {"categories", NOTHING},
    {"badges", EMPTY},
    {"created_at", STRING},
    {"downloads", NUMBER},
    {"recent_downloads", NUMBER},
    {"default_version", TEXT_OR_NULL},
    {"num_versions", NUMBER},
    {"yanked", TRUTH},
    {"max_version", STRING},
    {"newest_version", STRING},
    {"max_stable_version", TEXT_OR_NULL},
    {"description", TEXT_OR_NULL},
    {"homepage", TEXT_OR_NULL},
    {"documentation", TEXT_OR_NULL},
    {"repository", TEXT_OR_NULL},
    {"links", LINKS},
    {"exact_match", TRUTH},
    {"trustpub_only", TRUTH},
};
#define N_MEMBERS (sizeof members / sizeof *members)

static const char *const links[] = {"version_downloads", "versions",   "owners",
                                    "owner_team",        "owner_user", "reverse_dependencies"};

static void expect_links(json_t *value, const char *name)
{
    size_t n = 0;
    const char *key;
    json_t *link;
    json_object_foreach(value, key, link)
    {
        char expected[512];
        assert_true(n < sizeof links / sizeof *links);
        assert_string_equal(key, links[n]);
        snprintf(expected, sizeof expected, "/api/v1/crates/%s/%s", name,
                 n == 0 ? "downloads" : links[n]);
        assert_string_equal(json_string_value(link), expected);
        n++;
    }
    assert_int_equal(n, sizeof links / sizeof *links);
}

static void expect_member(json_t *value, enum kind kind, const char *name)
{
    switch (kind) {
    case STRING:
        assert_true(json_is_string(value));
        break;
    case TEXT_OR_NULL:
        assert_true(json_is_string(value) || json_is_null(value));
        break;
    case NUMBER:
        assert_true(json_is_integer(value) && json_integer_value(value) >= 0);
        break;
    case TRUTH:
        assert_true(json_is_boolean(value));
        break;
    case NOTHING:
        assert_true(json_is_null(value));
        break;
    case EMPTY:
        assert_true(json_is_array(value) && json_array_size(value) == 0);
        break;
    case LINKS:
        expect_links(value, name);
        break;
    }
}

static void every_document_has_the_schema(void **state)
{
    struct built_index *built = *state;
    for (uint32_t rank = 1; rank <= index_n_crates(built->index); rank++) {
        struct index_crate crate;
        size_t n = 0;
        const char *key;
        json_t *value;
        json_t *document = crate_of(built, rank, false);
        const char *name = json_string_value(json_object_get(document, "name"));
        index_crate(built->index, rank, &crate);
        assert_int_equal(strlen(name), crate.name_length);
        assert_memory_equal(name, crate.name, crate.name_length);
        assert_string_equal(json_string_value(json_object_get(document, "id")), name);
        json_object_foreach(document, key, value)
        {
            assert_true(n < N_MEMBERS);
            assert_string_equal(key, members[n].key);
            expect_member(value, members[n].kind, name);
            n++;
        }
        assert_int_equal(n, N_MEMBERS);
        assert_false(json_is_true(json_object_get(document, "exact_match")));
        assert_int_equal(json_integer_value(json_object_get(document, "downloads")),
                         crate.downloads);
        assert_int_equal(json_integer_value(json_object_get(document, "recent_downloads")),
                         crate.recent_downloads);
        json_decref(document);
    }
}

/* The member in the last place but one is true, and nothing else is changed, in both encodings. */
static void exact_match_is_set_on_demand(void **state)
{
    struct built_index *built = *state;
    for (uint32_t rank = 1; rank <= index_n_crates(built->index); rank++) {
        json_t *plain = crate_of(built, rank, false);
        json_t *exact = crate_of(built, rank, true);
        assert_true(json_is_true(json_object_get(exact, "exact_match")));
        assert_false(json_equal(plain, exact));
        json_object_set_new(exact, "exact_match", json_false());
        assert_true(json_equal(plain, exact));
        json_decref(plain);
        json_decref(exact);
    }
}

static void expect_text(json_t *document, const char *key, const char *expected)
{
    const char *text = json_string_value(json_object_get(document, key));
    if (expected == NULL)
        assert_true(json_is_null(json_object_get(document, key)));
    else if (text == NULL || strcmp(text, expected) != 0)
        fail_msg("%s is \"%s\", not \"%s\"", key, text == NULL ? "(none)" : text, expected);
}

/* The sample's special cases, as data/README.md lists them. */
static void special_crates(void **state)
{
    json_t *document = crate_named(*state, "libbindgen");
    assert_true(json_is_true(json_object_get(document, "yanked")));
    expect_text(document, "max_version", "0.0.0");
    expect_text(document, "newest_version", "0.0.0");
    expect_text(document, "max_stable_version", NULL);
    assert_true(json_is_string(json_object_get(document, "default_version")));
    json_decref(document);

    document = crate_named(*state, "libp2p-webrtc");
    expect_text(document, "max_stable_version", NULL);
    assert_string_not_equal(json_string_value(json_object_get(document, "max_version")), "0.0.0");
    json_decref(document);

    document = crate_named(*state, "new");
    expect_text(document, "description", NULL);
    expect_text(document, "repository", NULL);
    assert_int_equal(json_integer_value(json_object_get(document, "recent_downloads")), 0);
    json_decref(document);

    document = crate_named(*state, "insta");
    assert_true(json_is_true(json_object_get(document, "trustpub_only")));
    json_decref(document);

    document = crate_named(*state, "serde_yaml");
    expect_text(document, "max_version", "0.9.34+deprecated");
    json_decref(document);
}

static void what_is_not_there_is_an_error(void **state)
{
    struct built_index *built = *state;
    const void *bytes;
    size_t size;
    struct error error = {.message = ""};
    assert_int_equal(index_reader_document(built->reader, 0, ENCODING_JSON, &bytes, &size, &error),
                     -1);
    assert_non_null(strstr(error.message, "a document is missing"));
    assert_int_equal(index_reader_document(built->reader, index_n_crates(built->index) + 1,
                                           ENCODING_MESSAGEPACK, &bytes, &size, &error),
                     -1);
    msgpack_sbuffer out;
    struct encoder encoder;
    msgpack_sbuffer_init(&out);
    encoder_init(&encoder, ENCODING_JSON, &out);
    assert_int_equal(index_reader_encode_page(built->reader, "other", &encoder, &error), -1);
    assert_non_null(strstr(error.message, "a page is missing"));
    assert_int_equal(index_reader_encode_crate(built->reader, 0, true, &encoder, &error), -1);
    msgpack_sbuffer_destroy(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_document_has_the_schema),
        cmocka_unit_test(exact_match_is_set_on_demand),
        cmocka_unit_test(special_crates),
        cmocka_unit_test(what_is_not_there_is_an_error),
    };
    return cmocka_run_group_tests_name("build_documents", tests, built_index_set_up_sample,
                                       built_index_tear_down);
}
