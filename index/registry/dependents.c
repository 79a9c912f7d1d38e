/* The default order was computed when the index was built (build_dependents.c): a page of it is a
   range of places, and the highest place is the total. What is filtered, or in another order, takes
   a pass over all places, which are a few thousand for the crates that most depend on: names and
   kinds are looked up in memory. Another order is one that the index has of all crates, of which
   those that depend are bits, so that nothing is sorted. */
#define _GNU_SOURCE /* memmem */
#include "index/registry/dependents.h"

#include "index/base/bitmap.h"
#include "index/base/database.h"
#include "index/search/plan/name_forms.h"

#include <cratedex/canonical_name.h>
#include <cratedex/index_file.h>
#include <cratedex/search_query.h>
#include <stdlib.h>
#include <string.h>

int dependents_sort_parse(const char *name, enum dependents_sort *sort)
{
    static const struct {
        const char *name;
        enum dependents_sort sort;
    } names[] = {
        {"downloads", DEPENDENTS_SORT_DOWNLOADS},
        {"recent-downloads", DEPENDENTS_SORT_RECENT_DOWNLOADS},
        {"alpha", DEPENDENTS_SORT_ALPHABETICAL},
        {"alphabetical", DEPENDENTS_SORT_ALPHABETICAL},
        {"new", DEPENDENTS_SORT_NEW},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(name, names[i].name) == 0) {
            *sort = names[i].sort;
            return 0;
        }
    }
    return -1;
}

int dependents_kind_parse(const char *name, enum dependents_kind *kind)
{
    static const char *const names[] = {"normal", "build", "dev"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(name, names[i]) == 0) {
            *kind = (enum dependents_kind)(DEPENDENTS_KIND_NORMAL + i);
            return 0;
        }
    }
    return -1;
}

static uint32_t limit_of(const struct dependents_query *query)
{
    return query->limit < DEPENDENTS_MAX_LIMIT ? query->limit : DEPENDENTS_MAX_LIMIT;
}

static void add(struct dependents *dependents, uint32_t rank, int64_t dependency_id)
{
    dependents->page[dependents->n++] = (struct dependent){rank, dependency_id};
}

/* Reads the columns `dependent` and `dependency_id` of a row. */
static int read_row(const struct index *index, sqlite3_stmt *row, struct dependent *dependent,
                    struct error *error)
{
    int64_t rank = sqlite3_column_int64(row, 0);
    *dependent = (struct dependent){(uint32_t)rank, sqlite3_column_int64(row, 1)};
    return rank >= 1 && rank <= index_n_crates(index)
               ? 0
               : error_set(error, "index file: a reverse dependency of no crate");
}

static int count_places(struct index_reader *reader, uint32_t rank, uint32_t *total,
                        struct error *error)
{
    static const char *const text = "SELECT max(place) FROM reverse_dependencies WHERE rank = ?1";
    sqlite3_stmt *select = reader_statement(reader, text, error);
    if (select == NULL)
        return -1;
    sqlite3_bind_int64(select, 1, rank);
    int found = database_step(select, error);
    if (found == 1)
        *total = (uint32_t)sqlite3_column_int64(select, 0);
    sqlite3_reset(select);
    return found == 1 ? 0 : -1;
}

static int find_places(struct dependents *dependents, struct index_reader *reader,
                       const struct dependents_query *query, struct error *error)
{
    static const char *const text = "SELECT dependent, dependency_id FROM reverse_dependencies"
                                    " WHERE rank = ?1 AND place > ?2 ORDER BY place LIMIT ?3";
    if (count_places(reader, query->rank, &dependents->total, error) != 0)
        return -1;
    sqlite3_stmt *select = reader_statement(reader, text, error);
    if (select == NULL)
        return -1;
    sqlite3_bind_int64(select, 1, query->rank);
    sqlite3_bind_int64(select, 2, query->offset);
    sqlite3_bind_int64(select, 3, limit_of(query));
    int found;
    while ((found = database_step(select, error)) == 1) {
        if (read_row(reader->index, select, &dependents->page[dependents->n], error) != 0) {
            found = -1;
            break;
        }
        dependents->n++;
    }
    sqlite3_reset(select);
    return found;
}

/* Those that are left when others are filtered out, in the default order. */
struct selection {
    const struct index *index;
    uint64_t *of_kind; /* a bit a rank; NULL: any will do */
    struct name_forms forms;
    bool has_name;
    struct dependent *dependents;
    uint32_t n;
    uint32_t capacity;
};

static bool has_name(const struct selection *selection, uint32_t rank)
{
    size_t length;
    const char *name = index_canonical_name(selection->index, rank, &length);
    for (uint32_t i = 0; i < selection->forms.n; i++) {
        const struct name_form *form = &selection->forms.forms[i];
        if (memmem(name, length, form->text, form->length) != NULL)
            return true;
    }
    return false;
}

static int select_row(struct selection *selection, sqlite3_stmt *row, struct error *error)
{
    struct dependent dependent;
    if (read_row(selection->index, row, &dependent, error) != 0)
        return -1;
    if ((selection->of_kind != NULL && !bitmap_test(selection->of_kind, dependent.rank)) ||
        (selection->has_name && !has_name(selection, dependent.rank)))
        return 0;
    if (selection->n == selection->capacity) {
        uint32_t capacity = selection->capacity == 0 ? 256 : 2 * selection->capacity;
        struct dependent *grown = reallocarray(selection->dependents, capacity, sizeof *grown);
        if (grown == NULL)
            return error_out_of_memory(error);
        selection->dependents = grown;
        selection->capacity = capacity;
    }
    selection->dependents[selection->n++] = dependent;
    return 0;
}

static int select_rows(struct selection *selection, struct index_reader *reader, uint32_t rank,
                       struct error *error)
{
    static const char *const text = "SELECT dependent, dependency_id FROM reverse_dependencies"
                                    " WHERE rank = ?1 ORDER BY place";
    sqlite3_stmt *select = reader_statement(reader, text, error);
    if (select == NULL)
        return -1;
    sqlite3_bind_int64(select, 1, rank);
    int found;
    while ((found = database_step(select, error)) == 1) {
        if (select_row(selection, select, error) != 0) {
            found = -1;
            break;
        }
    }
    sqlite3_reset(select);
    return found;
}

/* A bit for every crate; NULL when memory runs out. */
static uint64_t *new_bitmap(const struct index *index, struct error *error)
{
    uint64_t *bitmap = calloc(bitmap_n_words(index_n_crates(index) + 1), sizeof *bitmap);
    if (bitmap == NULL)
        error_out_of_memory(error);
    return bitmap;
}

/* Marks the crates that depend in that way on the crate. */
static int mark_kind(struct selection *selection, const struct dependents_query *query,
                     struct error *error)
{
    static const enum membership memberships[] = {
        [DEPENDENTS_KIND_NORMAL] = MEMBERSHIP_NORMAL_DEPENDENCY,
        [DEPENDENTS_KIND_BUILD] = MEMBERSHIP_BUILD_DEPENDENCY,
        [DEPENDENTS_KIND_DEV] = MEMBERSHIP_DEV_DEPENDENCY,
    };
    const struct index *index = selection->index;
    if (query->kind == DEPENDENTS_KIND_ANY)
        return 0;
    selection->of_kind = new_bitmap(index, error);
    if (selection->of_kind == NULL)
        return -1;
    struct membership_list list = memberships_of(&index->memberships, memberships[query->kind],
                                                 index->columns.ids[query->rank - 1]);
    membership_list_mark(&list, selection->of_kind, bitmap_n_words(index_n_crates(index) + 1));
    return 0;
}

/* Takes the page out of those that were selected, as they are. */
static void take_slice(struct dependents *dependents, const struct selection *selection,
                       const struct dependents_query *query)
{
    for (uint32_t i = query->offset; i < selection->n && dependents->n < limit_of(query); i++)
        add(dependents, selection->dependents[i].rank, selection->dependents[i].dependency_id);
}

/* Stores the dependencies of the crates on the page, which `on_page` marks. */
static void find_dependencies(struct dependents *dependents, const struct selection *selection,
                              const uint64_t *on_page)
{
    for (uint32_t i = 0; i < selection->n; i++) {
        const struct dependent *found = &selection->dependents[i];
        for (uint32_t k = 0; bitmap_test(on_page, found->rank) && k < dependents->n; k++) {
            if (dependents->page[k].rank == found->rank)
                dependents->page[k].dependency_id = found->dependency_id;
        }
    }
}

/* Takes the page out of those that were selected in an order that all crates have. */
static int take_in_order(struct dependents *dependents, const struct selection *selection,
                         const struct dependents_query *query, struct error *error)
{
    static const enum crate_order orders[] = {
        [DEPENDENTS_SORT_RECENT_DOWNLOADS] = CRATE_ORDER_RECENT_DOWNLOADS,
        [DEPENDENTS_SORT_ALPHABETICAL] = CRATE_ORDER_ALPHABETICAL,
        [DEPENDENTS_SORT_NEW] = CRATE_ORDER_NEW,
    };
    const struct crate_columns *columns = &selection->index->columns;
    const uint32_t *order = columns->orders[orders[query->sort]];
    uint64_t *selected = new_bitmap(selection->index, error);
    uint32_t n_before = 0;
    if (selected == NULL)
        return -1;
    for (uint32_t i = 0; i < selection->n; i++)
        bitmap_set(selected, selection->dependents[i].rank);
    bool has_page = query->offset < selection->n;
    for (uint32_t i = 0; has_page && i < columns->n_crates && dependents->n < limit_of(query);
         i++) {
        if (bitmap_test(selected, order[i]) && n_before++ >= query->offset)
            add(dependents, order[i], 0);
    }
    bitmap_reset(selected, bitmap_n_words(columns->n_crates + 1));
    for (uint32_t i = 0; i < dependents->n; i++)
        bitmap_set(selected, dependents->page[i].rank);
    find_dependencies(dependents, selection, selected);
    free(selected);
    return 0;
}

static int find_selected(struct dependents *dependents, struct index_reader *reader,
                         const struct dependents_query *query, struct error *error)
{
    char canonical[SEARCH_MAX_TEXT_BYTES];
    struct loose_text loose;
    struct selection selection = {.index = reader->index, .has_name = query->name_length > 0};
    if (selection.has_name) {
        bool is_words = name_forms_has_spaces(query->name, query->name_length) &&
                        loose_text_read(&loose, query->name, query->name_length);
        canonical_name(canonical, query->name, query->name_length);
        name_forms_read(&selection.forms, canonical, query->name_length, is_words ? &loose : NULL);
    }
    int status = -1;
    if (mark_kind(&selection, query, error) == 0)
        status = select_rows(&selection, reader, query->rank, error);
    dependents->total = selection.n;
    if (status == 0 && query->sort == DEPENDENTS_SORT_DOWNLOADS)
        take_slice(dependents, &selection, query);
    else if (status == 0)
        status = take_in_order(dependents, &selection, query, error);
    free(selection.dependents);
    free(selection.of_kind);
    return status;
}

/* The first dependency of a kind in the version that has this one. */
static int find_of_kind(struct index_reader *reader, const struct dependents_query *query,
                        struct dependent *dependent, struct error *error)
{
    static const char *const text =
        "SELECT min(id) FROM dependencies WHERE version_id = (SELECT version_id FROM dependencies"
        " WHERE id = ?1) AND crate_id = ?2 AND CASE kind WHEN 1 THEN 1 WHEN 2 THEN 2 ELSE 0 END"
        " = ?3";
    sqlite3_stmt *select = reader_statement(reader, text, error);
    if (select == NULL)
        return -1;
    sqlite3_bind_int64(select, 1, dependent->dependency_id);
    sqlite3_bind_int64(select, 2, reader->index->columns.ids[query->rank - 1]);
    sqlite3_bind_int64(select, 3, (int64_t)query->kind - DEPENDENTS_KIND_NORMAL);
    int found = database_step(select, error);
    if (found == 1)
        dependent->dependency_id = sqlite3_column_int64(select, 0);
    sqlite3_reset(select);
    return found == 1 ? 0 : -1;
}

int dependents_find(struct dependents *dependents, struct index_reader *reader,
                    const struct dependents_query *query, struct error *error)
{
    dependents->n = 0;
    dependents->total = 0;
    if (query->sort == DEPENDENTS_SORT_DOWNLOADS && query->kind == DEPENDENTS_KIND_ANY &&
        query->name_length == 0)
        return find_places(dependents, reader, query, error);
    if (find_selected(dependents, reader, query, error) != 0)
        return -1;
    for (uint32_t i = 0; query->kind != DEPENDENTS_KIND_ANY && i < dependents->n; i++) {
        if (find_of_kind(reader, query, &dependents->page[i], error) != 0)
            return -1;
    }
    return 0;
}
