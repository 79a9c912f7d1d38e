/* Crates are the documents that the index holds, in a frame like that of the server's lists. */
#include "index/cli/query_json.h"

#include <cratedex/encoder.h>
#include <cratedex/search_facets.h>
#include <cratedex/search_filter_list.h>
#include <cratedex/search_hints.h>
#include <cratedex/search_hit.h>
#include <stdio.h>

/* The members that the server's meta has too. */
static void encode_meta(const struct search_query *query, const struct search_result *result,
                        struct encoder *encoder)
{
    static const struct search_string no_text = {"", 0};
    bool has_filters = query->filters != NULL;
    bool has_did_you_mean = result->did_you_mean[0] != '\0';
    bool has_version = result->named_version[0] != '\0';
    bool has_hints = result->n_hints > 0;
    bool has_facets = result->facets != NULL;
    encoder_object(encoder, 1 + (uint32_t)has_did_you_mean + (uint32_t)result->is_relaxed +
                                (uint32_t)has_version + (uint32_t)has_filters +
                                (uint32_t)has_hints + (uint32_t)has_facets);
    encoder_key(encoder, "total");
    encoder_integer(encoder, (int64_t)result->total);
    if (has_did_you_mean) {
        encoder_key(encoder, "did_you_mean");
        encoder_text(encoder, result->did_you_mean);
    }
    if (result->is_relaxed) {
        encoder_key(encoder, "relaxed");
        encoder_text(encoder, "typo");
    }
    if (has_version) {
        encoder_key(encoder, "named_version");
        encoder_text(encoder, result->named_version);
    }
    if (has_filters) {
        encoder_key(encoder, "read_as");
        search_filters_encode(query->filters, query->text.data != NULL ? query->text : no_text,
                              encoder);
    }
    if (has_hints) {
        encoder_key(encoder, "hints");
        search_hints_encode(result, encoder);
    }
    if (has_facets) {
        encoder_key(encoder, "facets");
        search_facets_encode(result->facets, encoder);
    }
    encoder_end_object(encoder);
}

int query_json_print(struct reading *reading, const struct search_query *query,
                     const struct search_result *result, unsigned members, struct error *error)
{
    msgpack_sbuffer buffer;
    msgpack_sbuffer_init(&buffer);
    struct encoder encoder;
    encoder_init(&encoder, ENCODING_JSON, &buffer);
    encoder_object(&encoder, 2);
    encoder_key(&encoder, "crates");
    encoder_array(&encoder, result->n_hits);
    int status = 0;
    for (uint32_t i = 0; status == 0 && i < result->n_hits; i++) {
        const struct search_hit *hit = &result->hits[i];
        encoder_object(&encoder, 3);
        encoder_key(&encoder, "tier");
        encoder_text(&encoder, search_tier_name(hit->tier));
        encoder_key(&encoder, "score");
        encoder_number(&encoder, hit->score);
        encoder_key(&encoder, "crate");
        status = search_hit_encode(reading->reader, result->search, hit, members, &encoder, error);
        encoder_end_object(&encoder);
    }
    encoder_end_array(&encoder);
    encoder_key(&encoder, "meta");
    encode_meta(query, result, &encoder);
    encoder_end_object(&encoder);
    if (status == 0)
        status = encoder_finish(&encoder, error);
    if (status == 0) {
        fwrite(buffer.data, 1, buffer.size, stdout);
        fputc('\n', stdout);
    }
    msgpack_sbuffer_destroy(&buffer);
    return status;
}
