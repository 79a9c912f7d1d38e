/* Each operation begins with nothing and gives everything back, as it would for one request; what
   the libraries keep between calls they may keep. */
#include "tests/bench/encoding_operations.h"

#include "tests/bench/rapidjson_writer.h"

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

static int build_rapidjson(const struct encoding_pages *pages, const struct encoding_page *page,
                           const struct encoding_answer *answer, struct error *error)
{
    (void)pages;
    (void)page;
    struct rapidjson_text *text = rapidjson_text_write(answer_rows_root(answer->rows));
    if (text == NULL)
        return error_out_of_memory(error);
    size_t size;
    (void)rapidjson_text_bytes(text, &size); /* ends it by a zero byte, as jansson does */
    rapidjson_text_free(text);
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

const struct encoding_operation encoding_operations[N_ENCODING_OPERATIONS] = {
    {.key = "assemble",
     .name = "assemble from encoded documents",
     .make = {assemble_json, assemble_msgpack}},
    {.key = "build",
     .name = "build from rows",
     .libraries = {"jansson", "msgpack-c"},
     .make = {build_jansson, build_msgpack}},
    {.key = "build_rapidjson",
     .name = "build from rows",
     .libraries = {"RapidJSON", "msgpack-c"},
     .make = {build_rapidjson, build_msgpack}},
    {.key = "decode",
     .name = "decode and read",
     .libraries = {"jansson", "msgpack-c"},
     .decode = {decode_by_jansson, decode_by_msgpack}},
    {.key = "decode_cjson",
     .name = "decode and read",
     .libraries = {"cJSON", "msgpack-c"},
     .decode = {decode_by_cjson, decode_by_msgpack}},
    {.key = "decode_simdjson",
     .name = "decode and read",
     .libraries = {"simdjson", "msgpack-c"},
     .decode = {decode_by_simdjson, decode_by_msgpack}},
};

int encoding_operation_run(const struct encoding_operation *operation, enum encoding encoding,
                           const struct encoding_pages *pages, const struct encoding_page *page,
                           struct error *error)
{
    for (size_t i = 0; i < page->n_answers; i++) {
        const struct encoding_answer *answer = page->answers[i];
        struct decoded_values values = {0};
        int status = operation->decode[encoding] != NULL
                         ? operation->decode[encoding](pages, answer, &values, error)
                         : operation->make[encoding](pages, page, answer, error);
        if (status != 0)
            return -1;
    }
    return 0;
}

/* Against the server's own. */
static int verify_bytes(const struct encoding_answer *answer, enum encoding encoding,
                        const char *library, const char *bytes, size_t size, struct error *error)
{
    const msgpack_sbuffer *ours = &answer->bodies[encoding];
    if (size == ours->size && memcmp(bytes, ours->data, size) == 0)
        return 0;
    return error_set(error, "%s: %s builds another %s answer than the server", answer->target,
                     library, encoding == ENCODING_JSON ? "JSON" : "MessagePack");
}

static int verify_rapidjson(const struct encoding_answer *answer, struct error *error)
{
    struct rapidjson_text *text = rapidjson_text_write(answer_rows_root(answer->rows));
    if (text == NULL)
        return error_out_of_memory(error);
    size_t size;
    const char *bytes = rapidjson_text_bytes(text, &size);
    int status = verify_bytes(answer, ENCODING_JSON, "RapidJSON", bytes, size, error);
    rapidjson_text_free(text);
    return status;
}

static int verify_builds(const struct encoding_answer *answer, struct error *error)
{
    char *bytes;
    size_t size;
    if (answer_rows_build_jansson(answer->rows, &bytes, &size, error) != 0)
        return -1;
    int status = verify_bytes(answer, ENCODING_JSON, "jansson", bytes, size, error);
    free(bytes);
    if (status != 0 || answer_rows_build_msgpack(answer->rows, &bytes, &size, error) != 0)
        return -1;
    status = verify_bytes(answer, ENCODING_MESSAGEPACK, "msgpack-c", bytes, size, error);
    free(bytes);
    return status == 0 ? verify_rapidjson(answer, error) : -1;
}

static bool are_equal(const struct decoded_values *left, const struct decoded_values *right)
{
    return left->n_values == right->n_values && left->texts == right->texts &&
           left->numbers == right->numbers && left->n_true == right->n_true;
}

/* Against what jansson reads. */
static int verify_decoders(const struct encoding_pages *pages, const struct encoding_answer *answer,
                           struct error *error)
{
    struct decoded_values expected = {0};
    if (decode_by_jansson(pages, answer, &expected, error) != 0)
        return -1;
    for (size_t i = 0; i < N_ENCODING_OPERATIONS; i++) {
        const struct encoding_operation *operation = &encoding_operations[i];
        for (int j = 0; j < N_ENCODINGS && operation->decode[j] != NULL; j++) {
            struct decoded_values values = {0};
            if (operation->decode[j](pages, answer, &values, error) != 0)
                return -1;
            if (!are_equal(&values, &expected))
                return error_set(error, "%s: %s reads other values than jansson", answer->target,
                                 operation->libraries[j]);
        }
    }
    return 0;
}

int encoding_operations_verify(const struct encoding_pages *pages, struct error *error)
{
    for (size_t i = 0; i < N_ENCODING_PAGES; i++) {
        const struct encoding_page *page = &pages->pages[i];
        for (size_t j = 0; j < page->n_answers; j++) {
            if (verify_builds(page->answers[j], error) != 0 ||
                verify_decoders(pages, page->answers[j], error) != 0)
                return -1;
        }
    }
    return 0;
}
