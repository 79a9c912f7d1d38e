/* The objects that answers copy: members, order, types and values as crates.io has them, the same in
   both encodings; and the homepage's lists. */
#include "tests/support/built_index.h"
#include "tests/support/representation.h"
#include "tests/support/sql.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int open_sample(void **state)
{
    static struct built_index built;
    built_index_make(&built, SAMPLE_DUMP);
    *state = &built;
    return 0;
}

static int close_sample(void **state)
{
    built_index_remove(*state);
    return 0;
}

/* What is written by `write`, decoded from both encodings and found equal. A new reference. */
static json_t *decode_both(int (*write)(void *context, struct encoder *encoder), void *context)
{
    json_t *decoded[N_ENCODINGS];
    for (int i = 0; i < N_ENCODINGS; i++) {
        struct encoder encoder;
        struct error error = {""};
        msgpack_sbuffer out;
        msgpack_sbuffer_init(&out);
        encoder_init(&encoder, (enum encoding)i, &out);
        assert_int_equal(write(context, &encoder), 0);
        if (encoder_finish(&encoder, &error) != 0)
            fail_msg("%s", error.message);
        decoded[i] = i == ENCODING_JSON
                         ? json_loadb(out.data, out.size, JSON_REJECT_DUPLICATES, NULL)
                         : msgpack_to_json(out.data, out.size);
        assert_non_null(decoded[i]);
        msgpack_sbuffer_destroy(&out);
    }
    assert_true(json_equal(decoded[0], decoded[1]));
    /* json_equal does not look at the order. */
    char *texts[] = {json_dumps(decoded[0], JSON_COMPACT), json_dumps(decoded[1], JSON_COMPACT)};
    assert_string_equal(texts[0], texts[1]);
    free(texts[0]);
    free(texts[1]);
    json_decref(decoded[1]);
    return decoded[0];
}

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

static int write_summary(void *context, struct encoder *encoder)
{
    return index_reader_encode_page(context, "summary", encoder, NULL);
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

static const char *const pages[] = {
    "num_downloads",
    "num_crates",
    "new_crates",
    "most_downloaded",
    "most_recently_downloaded",
    "just_updated",
    "popular_keywords",
    "popular_categories",
};

/* The names or slugs of a list, one a line. */
static char *list_of(const json_t *summary, const char *list, const char *member)
{
    char *text = calloc(1, 4096);
    const json_t *items = json_object_get(summary, list);
    assert_non_null(text);
    for (size_t i = 0; i < json_array_size(items); i++) {
        const char *name = json_string_value(json_object_get(json_array_get(items, i), member));
        assert_non_null(name);
        strncat(text, i > 0 ? "\n" : "", 2);
        strncat(text, name, 4000 - strlen(text));
    }
    return text;
}

static void expect_list(const char *path, const json_t *summary, const char *list,
                        const char *member, const char *query)
{
    char *text = list_of(summary, list, member);
    char *expected = sql_text(path, query);
    assert_string_equal(text, expected);
    free(text);
    free(expected);
}

static void summary_of_the_sample(void **state)
{
    struct built_index *built = *state;
    json_t *summary = decode_both(write_summary, built->reader);
    size_t n = 0;
    const char *key;
    json_t *value;
    json_object_foreach(summary, key, value)
    {
        assert_true(n < sizeof pages / sizeof *pages);
        assert_string_equal(key, pages[n]);
        if (n >= 2)
            assert_int_equal(json_array_size(value), 10);
        n++;
    }
    assert_int_equal(n, sizeof pages / sizeof *pages);
    assert_int_equal(json_integer_value(json_object_get(summary, "num_crates")),
                     index_n_crates(built->index));
    assert_true(json_integer_value(json_object_get(summary, "num_downloads")) == 83383064513);
    expect_list(built->path, summary, "new_crates", "name",
                "SELECT name FROM crates ORDER BY rtrim(created_at, 'Z') DESC, id DESC LIMIT 10");
    expect_list(built->path, summary, "most_downloaded", "name",
                "SELECT name FROM crates ORDER BY downloads DESC, id DESC LIMIT 10");
    expect_list(built->path, summary, "most_recently_downloaded", "name",
                "SELECT name FROM crates ORDER BY recent_downloads DESC, id DESC LIMIT 10");
    expect_list(built->path, summary, "just_updated", "name",
                "SELECT name FROM crates WHERE updated_at <> created_at"
                " ORDER BY rtrim(updated_at, 'Z') DESC, id DESC LIMIT 10");
    expect_list(built->path, summary, "popular_keywords", "keyword",
                "SELECT keyword FROM keywords ORDER BY crates_cnt DESC, keyword LIMIT 10");
    expect_list(built->path, summary, "popular_categories", "slug",
                "SELECT top.slug FROM categories top JOIN categories part ON part.slug = top.slug"
                " OR part.slug LIKE top.slug || '::%' WHERE top.slug NOT LIKE '%::%'"
                " GROUP BY top.id ORDER BY sum(part.crates_cnt) DESC, top.slug LIMIT 10");
    const json_t *first = json_array_get(json_object_get(summary, "most_downloaded"), 0);
    assert_int_equal(json_object_size(first), N_MEMBERS);
    json_decref(summary);
}

/* Twelve crates, so that ten are chosen. Times within one second, with and without a fraction; the
   last two were never updated; a subcategory lifts its parent. */
static void lists_are_in_order(void **state)
{
    (void)state;
    static const struct dump_file files[] = {
        BUILT_TIME("2026-11-01T02:00:00Z"),
        BUILT_TABLE("crates", CRATES_COLUMNS
                    "\n1,a,2020-01-01 00:00:05+00,2021-01-01 00:00:07.25+00,,,,\n"
                    "2,b,2020-01-01 00:00:05.000001+00,2021-01-01 00:00:07+00,,,,\n"
                    "3,c,2020-01-01 00:00:05.5+00,2021-01-01 00:00:07.250001+00,,,,\n"
                    "4,d,2020-01-01 00:00:04.999999+00,2021-01-01 00:00:06.9+00,,,,\n"
                    "5,e,2020-01-01 00:00:05+00,2021-01-01 00:00:07.25+00,,,,\n"
                    "6,f,2020-01-01 00:00:06+00,2021-01-01 00:00:08+00,,,,\n"
                    "7,g,2020-01-01 00:00:00+00,2021-01-01 00:00:00+00,,,,\n"
                    "8,h,2020-01-01 00:00:00+00,2021-01-01 00:00:00+00,,,,\n"
                    "9,i,2020-01-01 00:00:00+00,2021-01-01 00:00:00+00,,,,\n"
                    "10,j,2020-01-01 00:00:00+00,2021-01-01 00:00:00+00,,,,\n"
                    "11,k,2022-01-01 00:00:00+00,2022-01-01 00:00:00+00,,,,\n"
                    "12,l,2022-01-01 00:00:00.1+00,2022-01-01 00:00:00.1+00,,,,\n"),
        BUILT_TABLE("versions", VERSIONS_COLUMNS "\n"),
        BUILT_TABLE("crate_downloads", "crate_id,downloads\n1,5\n2,50\n3,50\n4,7\n"),
        BUILT_TABLE("categories", "id,category,slug,description,crates_cnt,created_at\n"
                                  "1,One,one,\"\",5,2020-01-01\n2,Two,two,\"\",1,2020-01-01\n"
                                  "3,Part,two::part,\"\",3,2020-01-01\n"
                                  "4,Deep,two::part::deep,\"\",2,2020-01-01\n"
                                  "5,Twofold,twofold,\"\",4,2020-01-01\n"),
        BUILT_TABLE("keywords", "id,keyword,crates_cnt,created_at\n1,z,3,2020-01-01\n"
                                "2,y,3,2020-01-01\n3,x,9,2020-01-01\n"),
        BUILT_END,
    };
    static const struct {
        const char *list;
        const char *member;
        const char *expected;
    } lists[] = {
        {"new_crates", "name", "l\nk\nf\nc\nb\ne\na\nd\nj\ni"},
        {"most_downloaded", "name", "c\nb\nd\na\nl\nk\nj\ni\nh\ng"},
        {"just_updated", "name", "f\nc\ne\na\nb\nd\nj\ni\nh\ng"},
        {"popular_keywords", "keyword", "x\ny\nz"},
        {"popular_categories", "slug", "two\none\ntwofold"},
    };
    struct built_index built;
    built_index_from_files(&built, files);
    json_t *summary = decode_both(write_summary, built.reader);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        char *text = list_of(summary, lists[i].list, lists[i].member);
        assert_string_equal(text, lists[i].expected);
        free(text);
    }
    /* Without metadata.csv the crates' downloads are added up. */
    assert_int_equal(json_integer_value(json_object_get(summary, "num_downloads")), 112);
    const json_t *two = json_array_get(json_object_get(summary, "popular_categories"), 0);
    char *text = json_dumps(two, JSON_COMPACT);
    assert_string_equal(text, "{\"id\":\"two\",\"category\":\"Two\",\"slug\":\"two\","
                              "\"description\":\"\",\"created_at\":\"2020-01-01T00:00:00Z\","
                              "\"crates_cnt\":6}");
    free(text);
    text =
        json_dumps(json_array_get(json_object_get(summary, "popular_keywords"), 0), JSON_COMPACT);
    assert_string_equal(text, "{\"id\":\"x\",\"keyword\":\"x\",\"created_at\":"
                              "\"2020-01-01T00:00:00Z\",\"crates_cnt\":9}");
    free(text);
    json_decref(summary);
    built_index_remove(&built);
}

static void what_is_not_there_is_an_error(void **state)
{
    struct built_index *built = *state;
    const void *bytes;
    size_t size;
    struct error error = {""};
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
        cmocka_unit_test(summary_of_the_sample),
        cmocka_unit_test(lists_are_in_order),
        cmocka_unit_test(what_is_not_there_is_an_error),
    };
    return cmocka_run_group_tests_name("build_documents", tests, open_sample, close_sample);
}
