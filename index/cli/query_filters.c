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

static int read_filters(struct query_filters *filters, const struct index *index,
                        bool that_need_another)
{
    int status = EXIT_OK;
    for (size_t i = 0; i < filters->n && status == EXIT_OK; i++)
        if (needs_another(filters->written[i]) == that_need_another)
            status = read_filter(&filters->filters, index, filters->written[i]);
    return status;
}

int query_filters_read(struct query_filters *filters, const struct index *index,
                       struct search_query *query)
{
    size_t length;
    search_filters_init(&filters->filters);
    int status = read_filters(filters, index, false);
    if (status != EXIT_OK)
        return status;
    if (query->text.data != NULL &&
        search_language_read(index, query->text, &filters->filters, filters->text, &length))
        query->text = (struct search_string){length > 0 ? filters->text : NULL, length};
    status = read_filters(filters, index, true);
    query->filters = filters->filters.n > 0 ? &filters->filters : NULL;
    return status;
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
