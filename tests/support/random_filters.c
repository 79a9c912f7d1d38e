/* Values are drawn as people write them and read by search_filters_require, which must take
   them. */
#include "tests/support/random_filters.h"

#include "index/segment/open_index.h"
#include "tests/support/random.h"

#include <cratedex/timestamp.h>
#include <inttypes.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MAX_LOGINS 1000
#define MAX_VALUE 1100

struct random_filters {
    const struct index *index;
    char *logins[MAX_LOGINS];
    uint32_t n_logins;
};

struct random_filters *random_filters_open(const char *path, const struct index *index)
{
    struct random_filters *source = calloc(1, sizeof *source);
    sqlite3 *database = NULL;
    sqlite3_stmt *select = NULL;
    assert_non_null(source);
    source->index = index;
    assert_int_equal(sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(database,
                                        "SELECT login FROM users UNION SELECT login FROM teams", -1,
                                        &select, NULL),
                     SQLITE_OK);
    while (source->n_logins < MAX_LOGINS && sqlite3_step(select) == SQLITE_ROW) {
        char *login = strdup((const char *)sqlite3_column_text(select, 0));
        assert_non_null(login);
        source->logins[source->n_logins++] = login;
    }
    sqlite3_finalize(select);
    sqlite3_close(database);
    return source;
}

void random_filters_close(struct random_filters *source)
{
    for (uint32_t i = 0; i < source->n_logins; i++)
        free(source->logins[i]);
    free(source);
}

static void require(const struct random_filters *source, struct search_filters *filters,
                    const char *name, const char *value)
{
    struct error error = {.message = ""};
    struct search_string texts[] = {{name, strlen(name)}, {value, strlen(value)}};
    if (search_filters_require(filters, source->index, texts[0], texts[1], &error) != 0)
        fail_msg("%s=%s: %s", name, value, error.message);
}

/* A value of an attribute, or another where there is none. */
static void require_value(const struct random_filters *source, uint64_t *seed,
                          struct search_filters *filters, const char *name,
                          enum crate_attribute attribute, const char *other)
{
    const struct attribute_values *values = &source->index->values.attributes[attribute];
    char value[MAX_VALUE];
    if (values->n_values == 0) {
        if (other != NULL)
            require(source, filters, name, other);
        return;
    }
    /* The frequent ones more often. */
    uint32_t limit = 1 + random_below(seed, values->n_values);
    uint32_t length;
    const char *text = crate_value_text(values, 1 + random_below(seed, limit), &length);
    snprintf(value, sizeof value, "%.*s", (int)length, text);
    require(source, filters, name, value);
}

static uint32_t random_rank(const struct random_filters *source, uint64_t *seed)
{
    return 1 + random_below(seed, source->index->columns.n_crates);
}

static void require_time(const struct random_filters *source, uint64_t *seed,
                         struct search_filters *filters, const char *name, const int64_t *times)
{
    char text[TIMESTAMP_TEXT_SIZE];
    timestamp_format(times[random_rank(source, seed) - 1], text);
    if (random_below(seed, 2) == 0)
        text[strlen("2020-01-01")] = '\0';
    require(source, filters, name, text);
}

static void require_downloads(const struct random_filters *source, uint64_t *seed,
                              struct search_filters *filters)
{
    char text[32];
    int64_t downloads = source->index->columns.downloads[random_rank(source, seed) - 1];
    snprintf(text, sizeof text, "%" PRId64, downloads + (int64_t)random_below(seed, 2));
    require(source, filters, "min_downloads", text);
}

static void require_dependency(const struct random_filters *source, uint64_t *seed,
                               struct search_filters *filters)
{
    static const char *const kinds[] = {"normal", "build", "dev"};
    char name[INDEX_MAX_NAME_BYTES + 1];
    struct index_crate crate;
    /* What is popular has dependents. */
    uint32_t limit = random_rank(source, seed);
    index_crate(source->index, 1 + random_below(seed, limit), &crate);
    snprintf(name, sizeof name, "%.*s", (int)crate.name_length, crate.name);
    require(source, filters, "depends_on", name);
    if (random_below(seed, 2) == 0)
        require(source, filters, "kind", kinds[random_below(seed, 3)]);
}

/* What a crate has one of is drawn once. */
static void draw(const struct random_filters *source, uint64_t *seed, uint32_t which,
                 struct search_filters *filters)
{
    const struct crate_columns *columns = &source->index->columns;
    switch (which) {
    case 0:
        for (uint32_t n_left = 1 + random_below(seed, 3); n_left > 0; n_left--)
            require_value(source, seed, filters, "license", CRATE_ATTRIBUTE_LICENSE, NULL);
        break;
    case 1:
        require_value(source, seed, filters, "rust_version", CRATE_ATTRIBUTE_RUST_VERSION, "1.60");
        break;
    case 2:
        require(source, filters, "rust_version_known", "yes");
        break;
    case 3:
        require_value(source, seed, filters, "edition", CRATE_ATTRIBUTE_EDITION, "2021");
        break;
    case 4:
        require_value(source, seed, filters, "has", CRATE_ATTRIBUTE_HAS, "lib");
        break;
    case 5:
        require(source, filters, random_below(seed, 2) == 0 ? "no_std" : "stable", "yes");
        break;
    case 6:
        require_time(source, seed, filters, "updated_since", columns->updated_at);
        break;
    case 7:
        require_time(source, seed, filters, "created_since", columns->created_at);
        break;
    case 8:
        require_downloads(source, seed, filters);
        break;
    case 9:
        require_dependency(source, seed, filters);
        break;
    case 10:
        if (source->n_logins > 0)
            require(source, filters, "owner", source->logins[random_below(seed, source->n_logins)]);
        break;
    case 11:
        require_value(source, seed, filters, "keyword", CRATE_ATTRIBUTE_KEYWORD, NULL);
        break;
    default:
        require_value(source, seed, filters, "category", CRATE_ATTRIBUTE_CATEGORY, NULL);
        break;
    }
}

void random_filters_draw(const struct random_filters *source, uint64_t *seed,
                         struct search_filters *filters)
{
    enum { N_KINDS = 13 };
    uint32_t first = random_below(seed, N_KINDS);
    uint32_t step = 1 + random_below(seed, N_KINDS - 1);
    search_filters_init(filters);
    for (uint32_t i = 1 + random_below(seed, 3); i > 0; i--)
        draw(source, seed, (first + i * step) % N_KINDS, filters);
}
