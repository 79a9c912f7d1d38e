/* Pages of a real registry: random crates, those with most versions and those with most dependents.
   Both encodings say the same, all pages of a list together are the list, and the crate's own page
   agrees with the lists. */
#include "tests/support/decode_both.h"
#include "tests/support/http_case.h"
#include "tests/support/random.h"
#include "tests/support/sql.h"
#include "tests/support/versions_dump.h"

#include <cratedex/crate_fragment.h>
#include <cratedex/crate_page.h>
#include <cratedex/reverse_dependencies.h>
#include <cratedex/version_list.h>

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define N_RANDOM 60

static int open_index(void **state)
{
    static struct built_index built;
    if (access(LARGE_DUMP, R_OK) == 0) {
        built_index_open_large(&built);
        *state = &built;
    }
    return 0;
}

static int close_index(void **state)
{
    if (*state != NULL)
        built_index_remove(*state);
    return 0;
}

struct request {
    const struct built_index *built;
    uint32_t rank;
    struct version_list *list;
};

static int write_crate(void *context, struct encoder *encoder)
{
    const struct request *request = context;
    return index_reader_encode_crate_page(request->built->reader, request->rank, CRATE_FULL_PAGE,
                                          encoder, NULL);
}

static int write_dependents(void *context, struct encoder *encoder)
{
    const struct request *request = context;
    const struct dependents_query query = {.rank = request->rank, .limit = 100};
    return index_reader_encode_reverse_dependencies(request->built->reader, &query, encoder, NULL);
}

static int write_versions(void *context, struct encoder *encoder)
{
    const struct request *request = context;
    encoder_array(encoder, request->list->n);
    int result = version_list_encode(request->list, encoder, NULL);
    encoder_end_array(encoder);
    return result;
}

/* The versions of one page; its key goes to `key`. */
static json_t *list_versions(const struct built_index *built, const struct version_query *query,
                             char key[VERSION_MAX_SEEK_KEY])
{
    struct version_list list;
    struct error error = {.message = ""};
    if (version_list_open(&list, built->reader, query, &error) != VERSION_LIST_OK)
        fail_msg("%s", error.message);
    struct request request = {built, query->rank, &list};
    json_t *versions = decode_both(write_versions, &request);
    snprintf(key, VERSION_MAX_SEEK_KEY, "%s", list.seek_key);
    version_list_close(&list);
    return versions;
}

/* All pages of a list are the list, which has the versions of the crate's page. */
static void check_lists(const struct built_index *built, uint32_t rank, json_t *by_id)
{
    for (int sort = VERSION_SORT_SEMVER; sort <= VERSION_SORT_DATE; sort++) {
        char key[VERSION_MAX_SEEK_KEY];
        struct version_query query = {.rank = rank, .sort = (enum version_sort)sort};
        json_t *whole = list_versions(built, &query, key);
        assert_int_equal(json_array_size(whole), json_object_size(by_id));
        size_t at = 0;
        query.limit = 23;
        key[0] = '\0';
        do {
            char after[VERSION_MAX_SEEK_KEY];
            snprintf(after, sizeof after, "%s", key);
            query.after = (struct search_string){after[0] == '\0' ? NULL : after, strlen(after)};
            json_t *page = list_versions(built, &query, key);
            for (size_t i = 0; i < json_array_size(page); i++, at++) {
                char id[32];
                json_t *version = json_array_get(page, i);
                assert_true(json_equal(version, json_array_get(whole, at)));
                snprintf(id, sizeof id, "%lld", (long long)json_integer_at(version, "id"));
                assert_true(json_equal(version, json_object_get(by_id, id)));
            }
            json_decref(page);
        } while (key[0] != '\0');
        assert_int_equal(at, json_array_size(whole));
        json_decref(whole);
    }
}

static void check_crate(const struct built_index *built, uint32_t rank)
{
    struct request request = {built, rank, NULL};
    json_t *page = decode_both(write_crate, &request);
    json_t *versions = json_object_get(page, "versions");
    json_t *by_id = json_object();
    size_t i;
    json_t *version;
    json_array_foreach(versions, i, version)
    {
        char id[32];
        char at[64];
        snprintf(id, sizeof id, "%lld", (long long)json_integer_at(version, "id"));
        snprintf(at, sizeof at, "crate.versions[%zu]", i);
        assert_int_equal(json_integer_at(page, at), json_integer_at(version, "id"));
        assert_null(json_object_get(by_id, id));
        json_object_set(by_id, id, version);
    }
    assert_int_equal(i, json_integer_at(page, "crate.num_versions"));
    check_lists(built, rank, by_id);
    json_decref(by_id);
    json_decref(page);
    json_decref(decode_both(write_dependents, &request));
}

static void check_crates_of(const struct built_index *built, const char *sql)
{
    char *ranks = sql_text(built->path, sql);
    for (char *at = ranks; *at != '\0';) {
        check_crate(built, (uint32_t)strtoul(at, &at, 10));
        at += *at == '\n';
    }
    free(ranks);
}

static const struct built_index *built_of(void **state)
{
    if (*state == NULL) {
        print_message("skipped: no %s\n", LARGE_DUMP);
        skip();
    }
    return *state;
}

static void random_crates(void **state)
{
    const struct built_index *built = built_of(state);
    uint64_t seed = 4711;
    for (unsigned i = 0; i < N_RANDOM; i++)
        check_crate(built, 1 + random_below(&seed, index_n_crates(built->index)));
}

static void crates_with_most_versions(void **state)
{
    check_crates_of(built_of(state),
                    "SELECT rank FROM crates ORDER BY num_versions DESC, rank LIMIT 3");
}

static void crates_with_most_dependents(void **state)
{
    check_crates_of(built_of(state), "SELECT rank FROM reverse_dependencies GROUP BY rank"
                                     " ORDER BY count(*) DESC, rank LIMIT 3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_crates),
        cmocka_unit_test(crates_with_most_versions),
        cmocka_unit_test(crates_with_most_dependents),
    };
    return cmocka_run_group_tests_name("crate_pages_large", tests, open_index, close_index);
}
