/* Which values are right the index knows, so they are read when it is open. */
#include "index/cli/query_filters.h"

#include "index/cli/cli.h"

#include <cratedex/search_language.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

int query_filters_take(struct query_filters *filters, const char *written)
{
    if (strchr(written, '=') == NULL)
        return cli_usage_error(&command_query, "--filter takes NAME=VALUE: %s", written);
    if (filters->n == SEARCH_MAX_FILTERS)
        return cli_usage_error(&command_query, "--filter may be given %d times",
                               SEARCH_MAX_FILTERS);
    filters->written[filters->n++] = written;
    return EXIT_OK;
}

static int read_filter(struct search_filters *filters, const struct index *index,
                       const char *written)
{
    const char *value = strchr(written, '=') + 1;
    struct error error = {.message = ""};
    if (search_filters_require(filters, index,
                               (struct search_string){written, (size_t)(value - 1 - written)},
                               (struct search_string){value, strlen(value)}, &error) != 0)
        return cli_usage_error(&command_query, "--filter: %s", error.message);
    return EXIT_OK;
}

/* `kind` goes with a `depends_on`, wherever that stands. */
static bool needs_another(const char *written)
{
    return strncmp(written, "kind=", strlen("kind=")) == 0;
}

int query_filters_read(struct query_filters *filters, const struct index *index,
                       struct search_query *query)
{
    size_t length;
    search_filters_init(&filters->filters);
    for (size_t i = 0; i < 2 * filters->n; i++) {
        const char *written = filters->written[i % filters->n];
        int status = EXIT_OK;
        if (needs_another(written) == (i >= filters->n))
            status = read_filter(&filters->filters, index, written);
        if (status != EXIT_OK)
            return status;
    }
    if (query->text.data != NULL &&
        search_language_read(index, query->text, &filters->filters, filters->text, &length))
        query->text = (struct search_string){length > 0 ? filters->text : NULL, length};
    query->filters = filters->filters.n > 0 ? &filters->filters : NULL;
    return EXIT_OK;
}

void query_filters_print(const struct search_query *query)
{
    const struct search_filters *filters = query->filters;
    bool has_text = query->text.length > 0;
    printf("Read as: %.*s", (int)query->text.length, has_text ? query->text.data : "");
    for (uint32_t i = 0; i < filters->n; i++) {
        enum search_filter_kind kind = filters->filters[i].kind;
        struct search_string value = search_filter_text(filters, &filters->filters[i]);
        if (i > 0 && filters->filters[i - 1].kind == kind)
            printf(", ");
        else
            printf("%s%s ", i > 0 || has_text ? "; " : "", search_filter_name(kind));
        printf("%.*s", (int)value.length, value.data);
    }
    putchar('\n');
}
