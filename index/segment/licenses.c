/* Layout: a header (magic, number of expressions, of codes, bytes of texts), the first code of each
   expression and one past the last, all codes, the offsets of the texts, the texts. Everything is
   little-endian and used where it lies. */
#include "index/segment/licenses.h"

#include "index/base/append.h"
#include "index/text/license_expression.h"

#include <string.h>

#define LICENSES_MAGIC 0x4543494cu /* "LICE" */

struct header {
    uint32_t magic;
    uint32_t n_expressions;
    uint32_t n_codes;
    uint32_t n_text_bytes;
};

void licenses_builder_init(struct licenses_builder *builder)
{
    builder->n_expressions = 0;
    msgpack_sbuffer_init(&builder->code_starts);
    msgpack_sbuffer_init(&builder->codes);
    msgpack_sbuffer_init(&builder->text_offsets);
    msgpack_sbuffer_init(&builder->texts);
}

void licenses_builder_destroy(struct licenses_builder *builder)
{
    msgpack_sbuffer_destroy(&builder->code_starts);
    msgpack_sbuffer_destroy(&builder->codes);
    msgpack_sbuffer_destroy(&builder->text_offsets);
    msgpack_sbuffer_destroy(&builder->texts);
}

/* Where the next expression begins. */
static int append_starts(struct licenses_builder *builder, struct error *error)
{
    size_t n_codes = builder->codes.size / sizeof(uint32_t);
    if (n_codes > UINT32_MAX || builder->texts.size > UINT32_MAX)
        return error_set(error, "the licence expressions together pass 4 GiB");
    uint32_t start = (uint32_t)n_codes;
    uint32_t offset = (uint32_t)builder->texts.size;
    if (append(&builder->code_starts, &start, sizeof start, error) != 0)
        return -1;
    return append(&builder->text_offsets, &offset, sizeof offset, error);
}

int licenses_builder_add(struct licenses_builder *builder, const char *text, size_t length,
                         const uint32_t *codes, uint32_t n_codes, struct error *error)
{
    builder->n_expressions++;
    if (append_starts(builder, error) != 0 ||
        append(&builder->codes, codes, n_codes * sizeof *codes, error) != 0)
        return -1;
    return append(&builder->texts, text, length, error);
}

int licenses_builder_finish(struct licenses_builder *builder, msgpack_sbuffer *block,
                            struct error *error)
{
    struct header header = {.magic = LICENSES_MAGIC, .n_expressions = builder->n_expressions};
    if (append_starts(builder, error) != 0)
        return -1;
    header.n_codes = (uint32_t)(builder->codes.size / sizeof(uint32_t));
    header.n_text_bytes = (uint32_t)builder->texts.size;
    if (append(block, &header, sizeof header, error) != 0 ||
        append(block, builder->code_starts.data, builder->code_starts.size, error) != 0 ||
        append(block, builder->codes.data, builder->codes.size, error) != 0 ||
        append(block, builder->text_offsets.data, builder->text_offsets.size, error) != 0)
        return -1;
    return append(block, builder->texts.data, builder->texts.size, error);
}

static bool are_true(const struct licenses *licenses, const struct header *header, uint32_t n_names)
{
    const uint32_t *starts = licenses->code_starts;
    const uint32_t *offsets = licenses->text_offsets;
    uint32_t n = licenses->n_expressions;
    if (starts[0] != 0 || starts[n] != header->n_codes || offsets[0] != 0 ||
        offsets[n] != header->n_text_bytes)
        return false;
    for (uint32_t i = 0; i < n; i++) {
        if (starts[i] > starts[i + 1] || starts[i + 1] > header->n_codes ||
            offsets[i] >= offsets[i + 1] || offsets[i + 1] > header->n_text_bytes ||
            offsets[i + 1] - offsets[i] > LICENSE_MAX_BYTES ||
            starts[i + 1] - starts[i] > LICENSE_MAX_CODES ||
            !license_codes_are_true(licenses->codes + starts[i], starts[i + 1] - starts[i],
                                    n_names))
            return false;
    }
    return true;
}

int licenses_open(struct licenses *licenses, uint32_t n_names, const void *block, size_t size,
                  struct error *error)
{
    struct header header;
    if (size < sizeof header)
        return error_set(error, "the licences are cut short");
    memcpy(&header, block, sizeof header);
    if (header.magic != LICENSES_MAGIC || sizeof header + 8 * ((uint64_t)header.n_expressions + 1) +
                                                  4 * (uint64_t)header.n_codes +
                                                  header.n_text_bytes !=
                                              size)
        return error_set(error, "the licences have a wrong header or size");
    licenses->n_expressions = header.n_expressions;
    licenses->code_starts = (const void *)((const char *)block + sizeof header);
    licenses->codes = licenses->code_starts + header.n_expressions + 1;
    licenses->text_offsets = licenses->codes + header.n_codes;
    licenses->texts = (const char *)(licenses->text_offsets + header.n_expressions + 1);
    return are_true(licenses, &header, n_names) ? 0 : error_set(error, "the licences are damaged");
}

bool licenses_are_met(const struct licenses *licenses, uint32_t number, const uint64_t *names)
{
    uint32_t start = licenses->code_starts[number - 1];
    return license_codes_are_met(licenses->codes + start, licenses->code_starts[number] - start,
                                 names);
}

const char *licenses_text(const struct licenses *licenses, uint32_t number, uint32_t *length)
{
    uint32_t start = licenses->text_offsets[number - 1];
    *length = licenses->text_offsets[number] - start;
    return licenses->texts + start;
}
