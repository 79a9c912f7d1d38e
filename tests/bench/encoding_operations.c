/* Each operation begins with nothing and gives everything back, as it would for one request; what the
   libraries keep between calls they may keep. A decoder gives its own kind of value: jansson and cJSON copy
   every text, msgpack-c leaves it in the body and points there, which its users gain by, too. */
#include "tests/bench/encoding_operations.h"

#include <cjson/cJSON.h>
#include <jansson.h>
#include <msgpack.h>
#include <stdlib.h>
#include <string.h>

static int assemble(const struct encoding_pages *pages, const struct encoding_page *page,
                    const struct encoding_answer *answer, enum encoding encoding,
                    struct error *error)
{
    msgpack_sbuffer body;
    msgpack_sbuffer_init(&body);
    int status = encoding_page_assemble(page, pages->reader, answer, encoding, &body, error);
    msgpack_sbuffer_destroy(&body);
    return status;
}

static int assemble_json(const struct encoding_pages *pages, const struct encoding_page *page,
                         const struct encoding_answer *answer, struct error *error)
{
    return assemble(pages, page, answer, ENCODING_JSON, error);
}

static int assemble_msgpack(const struct encoding_pages *pages, const struct encoding_page *page,
                            const struct encoding_answer *answer, struct error *error)
{
    return assemble(pages, page, answer, ENCODING_MESSAGEPACK, error);
}

static int build_jansson(const struct encoding_pages *pages, const struct encoding_page *page,
                         const struct encoding_answer *answer, struct error *error)
{
    (void)pages;
    (void)page;
    char *bytes;
    size_t size;
    if (answer_rows_build_jansson(answer->rows, &bytes, &size, error) != 0)
        return -1;
    free(bytes);
    return 0;
}

static int build_msgpack(const struct encoding_pages *pages, const struct encoding_page *page,
                         const struct encoding_answer *answer, struct error *error)
{
    (void)pages;
    (void)page;
    char *bytes;
    size_t size;
    if (answer_rows_build_msgpack(answer->rows, &bytes, &size, error) != 0)
        return -1;
    free(bytes);
    return 0;
}

static int decode_jansson(const struct encoding_pages *pages, const struct encoding_page *page,
                          const struct encoding_answer *answer, struct error *error)
{
    (void)pages;
    (void)page;
    const msgpack_sbuffer *body = &answer->bodies[ENCODING_JSON];
    json_t *decoded = json_loadb(body->data, body->size, 0, NULL);
    if (decoded == NULL)
        return error_set(error, "jansson cannot decode %s", answer->target);
    json_decref(decoded);
    return 0;
}

static int decode_cjson(const struct encoding_pages *pages, const struct encoding_page *page,
                        const struct encoding_answer *answer, struct error *error)
{
    (void)pages;
    (void)page;
    const msgpack_sbuffer *body = &answer->bodies[ENCODING_JSON];
    cJSON *decoded = cJSON_ParseWithLength(body->data, body->size);
    if (decoded == NULL)
        return error_set(error, "cJSON cannot decode %s", answer->target);
    cJSON_Delete(decoded);
    return 0;
}

static int decode_msgpack(const struct encoding_pages *pages, const struct encoding_page *page,
                          const struct encoding_answer *answer, struct error *error)
{
    (void)pages;
    (void)page;
    const msgpack_sbuffer *body = &answer->bodies[ENCODING_MESSAGEPACK];
    msgpack_unpacked decoded;
    size_t offset = 0;
    msgpack_unpacked_init(&decoded);
    msgpack_unpack_return status = msgpack_unpack_next(&decoded, body->data, body->size, &offset);
    msgpack_unpacked_destroy(&decoded);
    if (status != MSGPACK_UNPACK_SUCCESS || offset != body->size)
        return error_set(error, "msgpack-c cannot decode %s", answer->target);
    return 0;
}

const struct encoding_operation encoding_operations[N_ENCODING_OPERATIONS] = {
    {"assemble",
     "assemble from encoded documents",
     {"ours", "ours"},
     {assemble_json, assemble_msgpack}},
    {"build", "build from rows", {"jansson", "msgpack-c"}, {build_jansson, build_msgpack}},
    {"decode", "decode", {"jansson", "msgpack-c"}, {decode_jansson, decode_msgpack}},
    {"decode_cjson", "decode", {"cJSON", "msgpack-c"}, {decode_cjson, decode_msgpack}},
};

int encoding_operation_run(const struct encoding_operation *operation, enum encoding encoding,
                           const struct encoding_pages *pages, const struct encoding_page *page,
                           struct error *error)
{
    for (size_t i = 0; i < page->n_answers; i++) {
        if (operation->run[encoding](pages, page, page->answers[i], error) != 0)
            return -1;
    }
    return 0;
}

static int verify_build(const struct encoding_answer *answer, enum encoding encoding,
                        struct error *error)
{
    char *bytes;
    size_t size;
    int status = encoding == ENCODING_JSON
                     ? answer_rows_build_jansson(answer->rows, &bytes, &size, error)
                     : answer_rows_build_msgpack(answer->rows, &bytes, &size, error);
    if (status != 0)
        return -1;
    const msgpack_sbuffer *ours = &answer->bodies[encoding];
    if (size != ours->size || memcmp(bytes, ours->data, size) != 0)
        status = error_set(error, "%s: %s builds another %s answer than the server", answer->target,
                           encoding_operations[1].libraries[encoding],
                           encoding == ENCODING_JSON ? "JSON" : "MessagePack");
    free(bytes);
    return status;
}

int encoding_operations_verify(const struct encoding_pages *pages, struct error *error)
{
    for (size_t i = 0; i < N_ENCODING_PAGES; i++) {
        const struct encoding_page *page = &pages->pages[i];
        for (size_t j = 0; j < page->n_answers; j++) {
            for (int k = 0; k < N_ENCODINGS; k++)
                if (verify_build(page->answers[j], (enum encoding)k, error) != 0)
                    return -1;
        }
    }
    return 0;
}
