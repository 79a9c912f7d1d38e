#include "tests/support/read_hits.h"

#include <cratedex/crate_fragment.h>

bool read_hits(struct index_reader *reader, const struct search_query *query,
               struct search_result *result)
{
    struct error error;
    if (search_run(reader, query, result, &error) != SEARCH_OK)
        return false;
    for (uint32_t hit = 0; hit < result->n_hits; hit++) {
        const void *bytes;
        size_t size;
        index_reader_document(reader, result->hits[hit].rank, ENCODING_JSON, &bytes, &size, &error);
    }
    return true;
}
