/* What crates have of attributes: keywords and categories by their links, all else by the rows of
   default versions. */
#include "index/build/build_values.h"

#include "index/base/append.h"
#include "index/base/compare.h"
#include "index/base/database.h"
#include "index/build/build_default_versions.h"
#include "index/build/build_licenses.h"
#include "index/build/build_part.h"
#include "index/build/text_numbers.h"
#include "index/segment/crate_values_build.h"

#include <stdlib.h>
#include <string.h>

/* A value that belongs to what has that id. */
struct link {
    int64_t id;
    uint32_t place; /* of the value */
};

static int add_link(msgpack_sbuffer *links, int64_t id, uint32_t place, struct error *error)
{
    const struct link link = {id, place};
    return append(links, &link, sizeof link, error);
}

/* The first link of an id, and how many there are. */
static const struct link *find_links(const msgpack_sbuffer *links, int64_t id, size_t *n)
{
    const struct link *begin = (const void *)links->data;
    size_t n_links = links->size / sizeof *begin;
    const struct link *end = begin + n_links;
    const struct link *first =
        n_links == 0 ? NULL : bsearch(&id, begin, n_links, sizeof *begin, compare_int64);
    *n = 0;
    if (first == NULL)
        return NULL;
    while (first > begin && first[-1].id == id)
        first--;
    while (first + *n < end && first[*n].id == id)
        ++*n;
    return first;
}

/* Attributes that crates are linked to. */
static const struct linked_attribute {
    enum crate_attribute attribute;
    const char *values_sql; /* id and text, by id */
    const char *links_sql;  /* which id leads to the value of which other one, by the former */
    const char *crates_sql; /* rank and id, by rank */
} linked_attributes[] = {
    {CRATE_ATTRIBUTE_KEYWORD, "SELECT id, keyword FROM keywords ORDER BY 1",
     "SELECT id, id FROM keywords ORDER BY 1",
     "SELECT rank, keyword_id FROM crates_keywords ORDER BY 1"},
    /* A category leads to itself and to all above it. */
    {CRATE_ATTRIBUTE_CATEGORY, "SELECT id, slug FROM categories ORDER BY 1",
     "SELECT id, id FROM categories UNION ALL"
     " SELECT below.id, above.id FROM categories AS above CROSS JOIN categories AS below"
     " ON below.slug >= above.slug || '::' AND below.slug < above.slug || ':;' ORDER BY 1",
     "SELECT rank, category_id FROM crates_categories ORDER BY 1"},
};

/* What a package can have, by place. */
static const char *const targets[] = {"lib", "bin"};
#define N_TARGETS 2

/* What the default version of a crate has: places, and 1 more; 0 for none. */
struct version_values {
    uint32_t edition;
    uint32_t rust_version;
    bool has[N_TARGETS];
};

/* What is being read. */
struct values_pass {
    struct build *build;
    struct crate_values_builder builder;
    const struct linked_attribute *linked;
    msgpack_sbuffer places; /* of struct link, by id: where the value of an id stands */
    msgpack_sbuffer links;  /* likewise: all values that an id leads to */
    struct text_numbers editions;
    struct text_numbers rust_versions;
    struct build_licenses licenses;
    struct version_values *versions; /* by rank - 1 */
};

typedef int row_function(struct values_pass *pass, sqlite3_stmt *row, struct error *error);

static int for_each_row(struct values_pass *pass, const char *sql, row_function *on_row,
                        struct error *error)
{
    sqlite3_stmt *select = database_prepare(pass->build->database, sql, error);
    if (select == NULL)
        return -1;
    int found;
    while ((found = database_step(select, error)) == 1) {
        if (on_row(pass, select, error) != 0) {
            found = -1;
            break;
        }
    }
    sqlite3_finalize(select);
    return found;
}

/* Values without a text, or with one that is too long, are none. */
static bool is_value(size_t length)
{
    return length > 0 && length <= CRATE_VALUE_MAX_BYTES;
}

static int on_value(struct values_pass *pass, sqlite3_stmt *row, struct error *error)
{
    uint32_t place;
    int64_t id = sqlite3_column_int64(row, 0);
    size_t length = (size_t)sqlite3_column_bytes(row, 1);
    if (!is_value(length))
        return 0;
    if (crate_values_builder_value(&pass->builder, pass->linked->attribute,
                                   (const char *)sqlite3_column_text(row, 1), length, id, &place,
                                   error) != 0)
        return -1;
    return add_link(&pass->places, id, place, error);
}

static int on_link(struct values_pass *pass, sqlite3_stmt *row, struct error *error)
{
    size_t n;
    const struct link *place = find_links(&pass->places, sqlite3_column_int64(row, 1), &n);
    return n == 0 ? 0 : add_link(&pass->links, sqlite3_column_int64(row, 0), place->place, error);
}

static int on_crate(struct values_pass *pass, sqlite3_stmt *row, struct error *error)
{
    size_t n;
    const struct link *links = find_links(&pass->links, sqlite3_column_int64(row, 1), &n);
    for (size_t i = 0; i < n; i++) {
        if (crate_values_builder_add(&pass->builder, pass->linked->attribute,
                                     (uint32_t)sqlite3_column_int64(row, 0), links[i].place,
                                     error) != 0)
            return -1;
    }
    return 0;
}

static int read_linked(struct values_pass *pass, struct error *error)
{
    for (size_t i = 0; i < sizeof linked_attributes / sizeof *linked_attributes; i++) {
        pass->linked = &linked_attributes[i];
        msgpack_sbuffer_clear(&pass->places);
        msgpack_sbuffer_clear(&pass->links);
        if (for_each_row(pass, pass->linked->values_sql, on_value, error) != 0 ||
            for_each_row(pass, pass->linked->links_sql, on_link, error) != 0 ||
            for_each_row(pass, pass->linked->crates_sql, on_crate, error) != 0)
            return -1;
    }
    return 0;
}

/* The value of an attribute that a column has: its place, and 1 more; 0 where it has none. */
static int read_text(struct values_pass *pass, struct text_numbers *numbers,
                     enum crate_attribute attribute, sqlite3_stmt *row, int column,
                     uint32_t *number, struct error *error)
{
    uint32_t n_before = numbers->n;
    uint32_t place;
    const char *text = (const char *)sqlite3_column_text(row, column);
    size_t length = (size_t)sqlite3_column_bytes(row, column);
    if (!is_value(length))
        return 0;
    if (text_numbers_get(numbers, text, length, &place, error) != 0)
        return -1;
    if (place == n_before &&
        crate_values_builder_value(&pass->builder, attribute, text, length, 0, &place, error) != 0)
        return -1;
    *number = place + 1;
    return 0;
}

enum version_column { VERSION_LICENSE, VERSION_EDITION, VERSION_RUST, VERSION_LIB, VERSION_BIN };
static const char version_sql[] =
    "SELECT license, edition, rust_version, has_lib, coalesce(bin_names <> '[]', 0)"
    " FROM versions WHERE id = ?1";

static int on_version(void *context, uint32_t rank, sqlite3_stmt *row, struct error *error)
{
    struct values_pass *pass = context;
    struct version_values *values = &pass->versions[rank - 1];
    for (int target = 0; target < N_TARGETS; target++)
        values->has[target] = sqlite3_column_int(row, VERSION_LIB + target) != 0;
    if (read_text(pass, &pass->editions, CRATE_ATTRIBUTE_EDITION, row, VERSION_EDITION,
                  &values->edition, error) != 0 ||
        read_text(pass, &pass->rust_versions, CRATE_ATTRIBUTE_RUST_VERSION, row, VERSION_RUST,
                  &values->rust_version, error) != 0)
        return -1;
    return build_licenses_add(&pass->licenses, pass->build, rank,
                              (const char *)sqlite3_column_text(row, VERSION_LICENSE),
                              (size_t)sqlite3_column_bytes(row, VERSION_LICENSE), error);
}

/* Gives a crate the value of a number. */
static int give(struct values_pass *pass, enum crate_attribute attribute, uint32_t rank,
                uint32_t number, struct error *error)
{
    return number == 0
               ? 0
               : crate_values_builder_add(&pass->builder, attribute, rank, number - 1, error);
}

static int give_all(struct values_pass *pass, struct error *error)
{
    for (uint32_t rank = 1; rank <= pass->build->n_crates; rank++) {
        const struct version_values *values = &pass->versions[rank - 1];
        if (give(pass, CRATE_ATTRIBUTE_EDITION, rank, values->edition, error) != 0 ||
            give(pass, CRATE_ATTRIBUTE_RUST_VERSION, rank, values->rust_version, error) != 0)
            return -1;
        for (uint32_t target = 0; target < N_TARGETS; target++) {
            if (give(pass, CRATE_ATTRIBUTE_HAS, rank, values->has[target] ? target + 1 : 0,
                     error) != 0)
                return -1;
        }
    }
    return build_licenses_give_names(&pass->licenses, pass->build, &pass->builder, error);
}

static int read_versions(struct values_pass *pass, struct error *error)
{
    struct build *build = pass->build;
    uint32_t place;
    for (int target = 0; target < N_TARGETS; target++) {
        if (crate_values_builder_value(&pass->builder, CRATE_ATTRIBUTE_HAS, targets[target],
                                       strlen(targets[target]), 0, &place, error) != 0)
            return -1;
    }
    build->license_numbers = calloc((size_t)build->n_crates + 1, sizeof *build->license_numbers);
    pass->versions = calloc((size_t)build->n_crates + 1, sizeof *pass->versions);
    if (build->license_numbers == NULL || pass->versions == NULL)
        return error_out_of_memory(error);
    if (build_visit_default_versions(build, version_sql, on_version, pass, error) != 0)
        return -1;
    return give_all(pass, error);
}

static int write_parts(struct values_pass *pass, struct error *error)
{
    struct build *build = pass->build;
    msgpack_sbuffer *block = &build->values_block;
    if (crate_values_builder_finish(&pass->builder, build->n_crates, block, error) != 0 ||
        crate_values_open(&build->values, build->n_crates, block->data, block->size, error) != 0)
        return -1;
    if (build_write_part(build, INDEX_PART_CRATE_VALUES, block, error) != 0)
        return -1;
    return build_licenses_write(&pass->licenses, build, error);
}

int build_write_values(struct build *build, struct error *error)
{
    struct values_pass pass = {.build = build};
    crate_values_builder_init(&pass.builder);
    int result = read_linked(&pass, error);
    if (result == 0)
        result = read_versions(&pass, error);
    if (result == 0)
        result = write_parts(&pass, error);
    text_numbers_destroy(&pass.editions);
    text_numbers_destroy(&pass.rust_versions);
    build_licenses_destroy(&pass.licenses);
    free(pass.versions);
    msgpack_sbuffer_destroy(&pass.places);
    msgpack_sbuffer_destroy(&pass.links);
    crate_values_builder_destroy(&pass.builder);
    return result;
}
