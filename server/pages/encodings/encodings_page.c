/* GET /encodings: one answer of the API in both encodings and all content codings. The sizes are
   computed here, for a browser cannot choose its codings; what takes time is measured by the
   browser itself (assets/encodings.js). */
#include "server/pages/encodings/compared_answer.h"
#include "server/pages/page.h"
#include "server/pages/pages.h"

#include "server/http/compression.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

ENDPOINT_PARAMETERS_FIT(struct compared_answer);

struct sizes {
    size_t bytes[N_ENCODINGS][N_CONTENT_CODINGS];
};

static int prepare(const struct question *question, void *parameters, struct failure *failure)
{
    struct compared_answer *answer = parameters;
    if (compared_answer_read(question->request->query, question->snapshot->index, answer,
                             failure) != 0)
        return -1;
    canonical_key_text(question->key, 'o', answer->kind->name, strlen(answer->kind->name));
    canonical_key_text(question->key, 't', answer->subject.text, answer->subject.length);
    const struct part part = compared_answer_part(answer);
    return part_prepare(question, &part, failure);
}

/* As answer.c sends it. */
static int measure_body(const msgpack_sbuffer *body, size_t sizes[N_CONTENT_CODINGS],
                        struct error *error)
{
    for (enum content_coding coding = 0; coding < N_CONTENT_CODINGS; coding++) {
        void *compressed;
        if (compress_where_it_pays(coding, body->data, body->size, &compressed, &sizes[coding],
                                   error) != 0)
            return -1;
        free(compressed);
    }
    return 0;
}

static int measure(struct answer_job *job, const struct compared_answer *answer,
                   struct sizes *sizes, struct failure *failure)
{
    const struct part part = compared_answer_part(answer);
    for (enum encoding encoding = 0; encoding < N_ENCODINGS; encoding++) {
        msgpack_sbuffer body;
        msgpack_sbuffer_init(&body);
        int result = part_body(job, &part, encoding, &body, failure);
        if (result == 0 && measure_body(&body, sizes->bytes[encoding], &failure->error) != 0)
            result = failure_internal(failure);
        msgpack_sbuffer_destroy(&body);
        if (result != 0)
            return -1;
    }
    return 0;
}

static void encode_kinds(const struct compared_kind *chosen, struct encoder *model)
{
    uint32_t n = 0;
    while (compared_kind_at(n) != NULL)
        n++;
    encoder_key(model, "kinds");
    encoder_array(model, n);
    for (uint32_t i = 0; i < n; i++) {
        const struct compared_kind *kind = compared_kind_at(i);
        encoder_object(model, 3);
        encoder_member_text(model, "name", kind->name);
        encoder_member_text(model, "label", kind->label);
        encoder_member_boolean(model, "is_chosen", kind == chosen);
        encoder_end_object(model);
    }
    encoder_end_array(model);
}

/* Of whole percents: two digits of a ratio, and a bar's length. No body is empty. */
static double percent(size_t part, size_t whole)
{
    return round(100 * (double)part / (double)whole);
}

static size_t largest(const struct sizes *sizes)
{
    size_t found = 0;
    for (unsigned i = 0; i < N_ENCODINGS; i++)
        for (unsigned j = 0; j < N_CONTENT_CODINGS; j++)
            found = sizes->bytes[i][j] > found ? sizes->bytes[i][j] : found;
    return found;
}

static void encode_sizes(const struct sizes *sizes, struct encoder *model)
{
    size_t all = largest(sizes);
    encoder_key(model, "codings");
    encoder_array(model, N_CONTENT_CODINGS);
    for (enum content_coding coding = 0; coding < N_CONTENT_CODINGS; coding++) {
        size_t json = sizes->bytes[ENCODING_JSON][coding];
        size_t packed = sizes->bytes[ENCODING_MESSAGEPACK][coding];
        encoder_object(model, 6);
        encoder_member_text(model, "coding", content_coding_name(coding));
        encoder_member_integer(model, "json", (int64_t)json);
        encoder_member_integer(model, "msgpack", (int64_t)packed);
        encoder_member_number(model, "json_share", percent(json, all));
        encoder_member_number(model, "msgpack_share", percent(packed, all));
        encoder_member_number(model, "ratio", percent(packed, json) / 100);
        encoder_end_object(model);
    }
    encoder_end_array(model);
}

static int answer(struct answer_job *job, const void *parameters, struct failure *failure)
{
    const struct compared_answer *compared = parameters;
    struct sizes sizes = {0};
    if (measure(job, compared, &sizes, failure) != 0)
        return -1;
    struct page page;
    page_begin(&page, job, 9);
    encoder_member_text(&page.model, "title", "JSON or MessagePack");
    encoder_member_text(&page.model, "of", compared->kind->name);
    encoder_member_text(&page.model, "label", compared->kind->label);
    encoder_key(&page.model, "subject");
    encoder_string(&page.model, compared->subject.text, compared->subject.length);
    encoder_member_text(&page.model, "address", compared->address);
    encoder_member_text(&page.model, "past_the_cache", compared->kind->past_the_cache);
    encoder_member_integer(&page.model, "too_small", COMPRESSION_MIN_BYTES);
    encode_kinds(compared->kind, &page.model);
    encode_sizes(&sizes, &page.model);
    return page_finish(&page, "encodings", failure);
}

const struct endpoint encodings_page_endpoint =
    PAGE_ENDPOINT("/encodings", "encodings_page", "crates", prepare, answer);
