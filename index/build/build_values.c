/* What crates have of attributes: keywords and categories by their links, all else by the rows of
   default versions, which are looked up one by one in the order of rank. */
#include "index/build/build_values.h"

#include "index/base/compare.h"
#include "index/base/database.h"
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

struct links {
    struct link *links; /* by id */
    size_t n;
    size_t capacity;
};

static int add_link(struct links *links, int64_t id, uint32_t place, struct error *error)
{
    if (links->n == links->capacity) {
        size_t capacity = 2 * links->capacity + 1024;
        struct link *grown = reallocarray(links->links, capacity, sizeof *grown);
        if (grown == NULL)
            return error_out_of_memory(error);
        links->links = grown;
        links->capacity = capacity;
    }
    links->links[links->n++] = (struct link){id, place};
    return 0;
}

/* The first link of an id, and how many there are. */
static const struct link *find_links(const struct links *links, int64_t id, size_t *n)
{
    const struct link *end = links->links + links->n;
    const struct link *first =
        links->n == 0 ? NULL : bsearch(&id, links->links, links->n, sizeof *first, compare_int64);
    *n = 0;
    if (first == NULL)
        return NULL;
    while (first > links->links && first[-1].id == id)
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

/* What is being read. */
struct values_pass {
    struct build *build;
    struct crate_values_builder builder;
    const struct linked_attribute *linked;
    struct links places; /* where the value of an id stands */
    struct links links;
    struct text_numbers editions;
    struct text_numbers rust_versions;
    struct build_licenses licenses;
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
        pass->places.n = 0;
        pass->links.n = 0;
        if (for_each_row(pass, pass->linked->values_sql, on_value, error) != 0 ||
            for_each_row(pass, pass->linked->links_sql, on_link, error) != 0 ||
            for_each_row(pass, pass->linked->crates_sql, on_crate, error) != 0)
            return -1;
    }
    return 0;
}

/* Gives a crate the value that a column has. */
static int add_text(struct values_pass *pass, struct text_numbers *numbers,
                    enum crate_attribute attribute, uint32_t rank, sqlite3_stmt *row, int column,
                    struct error *error)
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
    return crate_values_builder_add(&pass->builder, attribute, rank, place, error);
}

enum version_column { VERSION_LICENSE, VERSION_EDITION, VERSION_RUST, VERSION_LIB, VERSION_BIN };
static const char version_sql[] =
    "SELECT license, edition, rust_version, has_lib, coalesce(bin_names <> '[]', 0)"
    " FROM versions WHERE id = ?1";

/* What a package can have, and their places. */
static const char *const targets[] = {"lib", "bin"};
#define N_TARGETS 2

static int add_version(struct values_pass *pass, uint32_t rank, sqlite3_stmt *row,
                       struct error *error)
{
    if (build_licenses_add(&pass->licenses, pass->build, rank,
                           (const char *)sqlite3_column_text(row, VERSION_LICENSE),
                           (size_t)sqlite3_column_bytes(row, VERSION_LICENSE), error) != 0 ||
        add_text(pass, &pass->editions, CRATE_ATTRIBUTE_EDITION, rank, row, VERSION_EDITION,
                 error) != 0 ||
        add_text(pass, &pass->rust_versions, CRATE_ATTRIBUTE_RUST_VERSION, rank, row, VERSION_RUST,
                 error) != 0)
        return -1;
    for (uint32_t target = 0; target < N_TARGETS; target++) {
        if (sqlite3_column_int(row, VERSION_LIB + (int)target) != 0 &&
            crate_values_builder_add(&pass->builder, CRATE_ATTRIBUTE_HAS, rank, target, error) != 0)
            return -1;
    }
    return 0;
}

static int read_versions(struct values_pass *pass, struct error *error)
{
    struct build *build = pass->build;
    uint32_t place;
    build->license_numbers = calloc((size_t)build->n_crates + 1, sizeof *build->license_numbers);
    if (build->license_numbers == NULL)
        return error_out_of_memory(error);
    for (int target = 0; target < N_TARGETS; target++) {
        if (crate_values_builder_value(&pass->builder, CRATE_ATTRIBUTE_HAS, targets[target],
                                       strlen(targets[target]), 0, &place, error) != 0)
            return -1;
    }
    sqlite3_stmt *select = database_prepare(build->database, version_sql, error);
    int result = select == NULL ? -1 : 0;
    for (uint32_t rank = 1; rank <= build->n_crates && result == 0; rank++) {
        sqlite3_bind_int64(select, 1, build->crates[rank - 1].default_id);
        int found = database_step(select, error);
        result = found == 1 ? add_version(pass, rank, select, error) : found;
        sqlite3_reset(select);
    }
    sqlite3_finalize(select);
    return result == 0 ? build_licenses_give_names(&pass->licenses, build, &pass->builder, error)
                       : -1;
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
    free(pass.places.links);
    free(pass.links.links);
    crate_values_builder_destroy(&pass.builder);
    return result;
}
