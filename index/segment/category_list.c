/* Read along the order of slugs, which makes a search by halves possible. A registry has some
   hundred. */
#include "index/segment/category_list.h"

#include "index/base/database.h"

#include <stdlib.h>
#include <string.h>

#define LISTED                                                                                     \
    " FROM categories WHERE crates_with_below > 0 AND length(CAST(slug AS BLOB)) BETWEEN 1 AND 128"
_Static_assert(CATEGORY_LIST_MAX_SLUG == 128, "LISTED says so too");

/* Takes the rows, of which as many and as long ones are expected as there is room for. */
static int take_rows(struct category_list *list, sqlite3_stmt *select, int64_t n, int64_t n_bytes,
                     struct error *error)
{
    char *text = list->texts;
    int found;
    while ((found = database_step(select, error)) == 1) {
        size_t length = (size_t)sqlite3_column_bytes(select, 0);
        if (list->n_categories == n || (int64_t)length > n_bytes)
            return error_set(error, "the categories have changed");
        memcpy(text, sqlite3_column_text(select, 0), length);
        list->categories[list->n_categories++] = (struct listed_category){
            text, (uint32_t)length, (uint32_t)sqlite3_column_int64(select, 1)};
        text += length;
        n_bytes -= (int64_t)length;
    }
    return found;
}

int category_list_open(struct category_list *list, sqlite3 *database, struct error *error)
{
    int64_t n = 0;
    int64_t n_bytes = 0;
    *list = (struct category_list){.n_categories = 0};
    if (database_integer(database, "SELECT count(*)" LISTED, &n, error) != 0 ||
        database_integer(database, "SELECT total(length(CAST(slug AS BLOB)))" LISTED, &n_bytes,
                         error) != 0)
        return -1;
    list->categories = calloc((size_t)n + 1, sizeof *list->categories);
    list->texts = malloc((size_t)n_bytes + 1);
    if (list->categories == NULL || list->texts == NULL)
        return error_out_of_memory(error);
    sqlite3_stmt *select = database_prepare(
        database, "SELECT slug, min(crates_with_below, 4294967295)" LISTED " ORDER BY slug", error);
    int result = select == NULL ? -1 : take_rows(list, select, n, n_bytes, error);
    sqlite3_finalize(select);
    return result;
}

void category_list_close(struct category_list *list)
{
    free(list->texts);
    free(list->categories);
}

static int compare(const char *slug, size_t length, const struct listed_category *category)
{
    size_t shorter = length < category->length ? length : category->length;
    int compared = memcmp(slug, category->slug, shorter);
    return compared != 0 ? compared : (length > category->length) - (length < category->length);
}

const struct listed_category *category_list_find(const struct category_list *list, const char *slug,
                                                 size_t length)
{
    uint32_t low = 0;
    uint32_t high = list->n_categories;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int compared = compare(slug, length, &list->categories[middle]);
        if (compared == 0)
            return &list->categories[middle];
        if (compared > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
