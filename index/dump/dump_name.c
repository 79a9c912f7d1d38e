/* Names in a dump. A path is looked at from its end: the last component says whether it is data,
   the one before whether it lies where data lies. Components `.` and empty ones do not count, as
   archives made by `tar c .` begin every name with `./`.

   The set of names is a list: a dump has some twenty tables, and the number is bounded. The strings
   in it stay where they are until it is freed. */
#include "index/dump/dump_name.h"

#include "index/dump/csv_utf8.h"

#include <stdlib.h>
#include <string.h>

#define METADATA "metadata.json"
#define TABLE_END ".csv"
#define TABLE_FOLDER "data"

struct component {
    const char *start;
    size_t length;
};

/* The next component at or behind `at`; of length 0 at the end. */
static struct component next_component(const char *at)
{
    for (;;) {
        at += strspn(at, "/");
        size_t length = strcspn(at, "/");
        if (!(length == 1 && at[0] == '.'))
            return (struct component){at, length};
        at += length;
    }
}

static bool is_called(struct component component, const char *name)
{
    return component.length == strlen(name) && memcmp(component.start, name, component.length) == 0;
}

/* The last two components and how many there are. */
static size_t last_components(const char *path, struct component *parent, struct component *last)
{
    size_t n_components = 0;
    *parent = *last = (struct component){path, 0};
    for (struct component component = next_component(path); component.length > 0;
         component = next_component(component.start + component.length)) {
        *parent = *last;
        *last = component;
        n_components++;
    }
    return n_components;
}

static bool is_table_file(struct component last)
{
    size_t end_length = strlen(TABLE_END);
    return last.length > end_length &&
           memcmp(last.start + last.length - end_length, TABLE_END, end_length) == 0;
}

int dump_path_check(const char *path, struct error *error)
{
    const char *complaint = NULL;
    if (path[0] == '\0')
        return error_set(error, "a member of the archive has no name");
    if (path[0] == '/')
        complaint = "its name is absolute";
    for (const char *at = path; *at != '\0'; at++)
        if ((unsigned char)*at < 0x20 || *at == 0x7F)
            complaint = "its name has a control character";
    for (struct component component = next_component(path); component.length > 0;
         component = next_component(component.start + component.length))
        if (is_called(component, ".."))
            complaint = "its name contains \"..\"";
    if (complaint == NULL)
        return 0;
    char name[320];
    csv_utf8_quote(name, sizeof name, path, strlen(path));
    return error_set(error, "the member %s is refused: %s", name, complaint);
}

bool dump_path_is_data(const char *path)
{
    struct component parent, last;
    size_t n_components = last_components(path, &parent, &last);
    bool is_in_data = n_components > 1 && is_called(parent, TABLE_FOLDER);
    if (is_called(last, METADATA))
        return n_components <= 2 && !is_in_data;
    return is_table_file(last) && (n_components == 1 || is_in_data);
}

static char *copy_text(const char *text, size_t length)
{
    char *copy = malloc(length + 1);
    if (copy != NULL) {
        memcpy(copy, text, length);
        copy[length] = '\0';
    }
    return copy;
}

static char *copy_repaired(const char *text)
{
    size_t length = strlen(text);
    char *copy = malloc(CSV_UTF8_REPAIRED_SIZE(length) + 1);
    if (copy != NULL)
        copy[csv_utf8_repair(copy, text, length)] = '\0';
    return copy;
}

static int reserve_item(struct dump_names *names, struct error *error)
{
    if (names->n_items < names->capacity)
        return 0;
    size_t capacity = names->capacity == 0 ? 32 : names->capacity * 2;
    struct dump_name *items = realloc(names->items, capacity * sizeof *items);
    if (items == NULL)
        return error_out_of_memory(error);
    names->items = items;
    names->capacity = capacity;
    return 0;
}

static bool is_same_table(const struct dump_name *left, const struct dump_name *right)
{
    if (left->table == NULL || right->table == NULL)
        return left->table == right->table;
    return strcmp(left->table, right->table) == 0;
}

static int refuse_second(const struct dump_name *first, const struct dump_name *second,
                         struct error *error)
{
    return error_set(error,
                     "holds the same file twice, as %s and as %s: a dump is the folder of one date",
                     first->path, second->path);
}

int dump_names_add(struct dump_names *names, const char *path, struct error *error)
{
    if (names->n_items == DUMP_MAX_TABLES)
        return error_set(error, "holds more than %d tables", DUMP_MAX_TABLES);
    if (reserve_item(names, error) < 0)
        return -1;
    struct component parent, last;
    last_components(path, &parent, &last);
    bool is_table = is_table_file(last);
    struct dump_name *item = &names->items[names->n_items];
    item->path = copy_repaired(path);
    item->table = is_table ? copy_text(last.start, last.length - strlen(TABLE_END)) : NULL;
    int result = 0;
    if (item->path == NULL || (is_table && item->table == NULL))
        result = error_out_of_memory(error);
    for (size_t i = 0; i < names->n_items && result == 0; i++)
        if (is_same_table(&names->items[i], item))
            result = refuse_second(&names->items[i], item, error);
    if (result < 0) {
        free(item->path);
        free(item->table);
        return result;
    }
    names->n_items++;
    return 0;
}

void dump_names_free(struct dump_names *names)
{
    for (size_t i = 0; i < names->n_items; i++) {
        free(names->items[i].path);
        free(names->items[i].table);
    }
    free(names->items);
    *names = (struct dump_names){0};
}
