/* One index a test program: opened once, read by all of its tests. */
#include "tests/support/searched_sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

int searched_sample_open(void **state)
{
    static struct searched_sample sample;
    built_index_open_sample(&sample.built);
    sample.source = query_source_open(sample.built.path);
    *state = &sample;
    return 0;
}

int searched_sample_close(void **state)
{
    struct searched_sample *sample = *state;
    query_source_close(sample->source);
    built_index_remove(&sample->built);
    return 0;
}

void searched_sample_run(struct searched_sample *sample, const struct search_query *query,
                         struct search_result *result)
{
    struct error error = {.message = ""};
    if (search_run(sample->built.reader, query, result, &error) != SEARCH_OK)
        fail_msg("\"%.*s\": %s", (int)query->text.length, query->text.data, error.message);
}
