/* The first column is empty: it is what tells a row from a crate's where there are no titles. */
#include "index/cli/facet_table.h"

#include "index/cli/format.h"
#include "index/cli/table.h"
#include "index/cli/terminal.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static int add_value(struct table *table, const char *facet, const struct search_facet_value *value,
                     bool is_tabs)
{
    char n_crates[FORMAT_SIZE];
    char *text = strndup(value->text, value->length);
    if (text == NULL)
        return -1;
    if (is_tabs)
        snprintf(n_crates, sizeof n_crates, "%" PRIu32, value->n_crates);
    else
        format_count(value->n_crates, n_crates);
    int status = table_add(table, (const char *const[]){"", facet, text, n_crates});
    free(text);
    return status;
}

static int add_values(struct table *table, const struct search_facets *facets, bool is_tabs)
{
    int status = 0;
    for (unsigned facet = 0; facet < N_SEARCH_FACETS; facet++) {
        if ((facets->asked >> facet & 1) == 0)
            continue;
        for (uint32_t i = 0; status == 0 && i < facets->n_values[facet]; i++)
            status = add_value(table, search_facet_name(facet), &facets->values[facet][i], is_tabs);
    }
    return status;
}

int facet_table_print(const struct search_facets *facets, struct error *error)
{
    static const struct table_column columns[] = {
        {.title = ""},
        {.title = "FACET"},
        {.title = "VALUE", .is_bold = true},
        {.title = "CRATES", .is_number = true},
    };
    bool is_tabs = !terminal_is_capable(stdout);
    struct table *table = table_create(columns, sizeof columns / sizeof *columns);
    int status = table == NULL ? -1 : add_values(table, facets, is_tabs);
    if (status == 0 && is_tabs) {
        table_print_tabs(table, stdout);
    } else if (status == 0) {
        putchar('\n');
        table_print(table, stdout, 0, terminal_columns(stdout), terminal_wants_colour(stdout));
    }
    if (table != NULL)
        table_destroy(table);
    return status == 0 ? 0 : error_out_of_memory(error);
}
