/* GET /api/openapi.json. The file is read once, at start, and written by the encoder as every
   answer is: so it has MessagePack too, and its JSON has no white space. Members keep their
   order. What it says of paths that are for operators depends on where these are answered. */
#include "server/endpoints/openapi.h"

#include "index/base/json_text.h"
#include "server/endpoints/endpoint.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define AUDIENCE_MARK "x-cratedex-audience"

struct openapi {
    msgpack_sbuffer encoded[N_ENCODINGS];
};

/* The assembler copies the file in: what gcc and clang have in common, for C17 has no #embed. */
__asm__(".pushsection .rodata\n"
        ".balign 16\n"
        "cratedex_openapi_begin:\n"
        ".incbin \"server/endpoints/openapi.json\"\n"
        "cratedex_openapi_end:\n"
        ".balign 8\n"
        "cratedex_openapi_size:\n"
        ".quad cratedex_openapi_end - cratedex_openapi_begin\n"
        ".popsection\n");
extern const char cratedex_openapi_begin[];
extern const uint64_t cratedex_openapi_size;

const char *openapi_text(size_t *size)
{
    *size = cratedex_openapi_size;
    return cratedex_openapi_begin;
}

static void encode_value(json_t *value, struct encoder *encoder);

static void encode_object(json_t *object, struct encoder *encoder)
{
    const char *key;
    json_t *value;
    encoder_object(encoder, (uint32_t)json_object_size(object));
    json_object_foreach(object, key, value)
    {
        encoder_key(encoder, key);
        encode_value(value, encoder);
    }
    encoder_end_object(encoder);
}

static void encode_array(json_t *array, struct encoder *encoder)
{
    size_t i;
    json_t *value;
    encoder_array(encoder, (uint32_t)json_array_size(array));
    json_array_foreach(array, i, value)
    {
        encode_value(value, encoder);
    }
    encoder_end_array(encoder);
}

static void encode_value(json_t *value, struct encoder *encoder)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        encode_object(value, encoder);
        break;
    case JSON_ARRAY:
        encode_array(value, encoder);
        break;
    case JSON_STRING:
        encoder_string(encoder, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
        encoder_integer(encoder, json_integer_value(value));
        break;
    case JSON_REAL:
        encoder_number(encoder, json_real_value(value));
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        encoder_boolean(encoder, json_is_true(value));
        break;
    case JSON_NULL:
        encoder_null(encoder);
        break;
    }
}

static int encode_document(struct openapi *openapi, json_t *document, struct error *error)
{
    json_t *info = json_object_get(document, "info");
    if (json_object_set_new(info, "version", json_string(CRATEDEX_VERSION)) != 0)
        return error_out_of_memory(error);
    for (int i = 0; i < N_ENCODINGS; i++) {
        struct encoder encoder;
        encoder_init(&encoder, (enum encoding)i, &openapi->encoded[i]);
        encode_value(document, &encoder);
        if (encoder_finish(&encoder, error) != 0)
            return -1;
    }
    return 0;
}

/* A path says by AUDIENCE_MARK for whom it is, where that is not for clients. */
static void leave_out_operation(json_t *paths, bool has_admin)
{
    const char *path;
    json_t *operations;
    void *next;
    json_object_foreach_safe(paths, next, path, operations)
    {
        const char *audience = json_string_value(json_object_get(operations, AUDIENCE_MARK));
        if (audience != NULL && (has_admin || strcmp(audience, "operators") != 0))
            json_object_del(paths, path);
    }
}

struct openapi *openapi_create(bool has_admin, struct error *error)
{
    struct openapi *openapi = malloc(sizeof *openapi);
    if (openapi == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    for (int i = 0; i < N_ENCODINGS; i++)
        msgpack_sbuffer_init(&openapi->encoded[i]);
    size_t size;
    const char *text = openapi_text(&size);
    json_t *document = json_text_read(text, size, JSON_REJECT_DUPLICATES, error);
    if (document != NULL)
        leave_out_operation(json_object_get(document, "paths"), has_admin);
    int result = document != NULL ? encode_document(openapi, document, error)
                                  : error_prefix(error, "server/endpoints/openapi.json, ");
    json_decref(document);
    if (result == 0)
        return openapi;
    openapi_destroy(openapi);
    return NULL;
}

void openapi_destroy(struct openapi *openapi)
{
    if (openapi == NULL)
        return;
    for (int i = 0; i < N_ENCODINGS; i++)
        msgpack_sbuffer_destroy(&openapi->encoded[i]);
    free(openapi);
}

void openapi_encode(const struct openapi *openapi, struct encoder *encoder)
{
    const msgpack_sbuffer *encoded = &openapi->encoded[encoder->encoding];
    encoder_fragment(encoder, encoded->data, encoded->size);
}

static int answer(struct answer_job *job, const void *parameters, struct failure *failure)
{
    (void)parameters;
    (void)failure;
    openapi_encode(job->service->openapi, &job->encoder);
    return 0;
}

const struct endpoint openapi_endpoint = {
    .path = "/api/openapi.json",
    .name = "openapi",
    .cache_control = RESPONSE_PUBLIC(3600, 86400),
    .needs_no_index = true,
    .is_cached = true,
    .answer = answer,
};
