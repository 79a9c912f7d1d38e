/* The answer is kept as the bytes that were written and unpacked beside: a page that only looks
   into it writes the bytes on as they are. */
#include "server/pages/part_value.h"

#include "server/html/object.h"

int part_value_read(struct answer_job *job, const struct part *part, struct part_value *value,
                    struct failure *failure)
{
    struct encoder encoder;
    size_t offset = 0;
    msgpack_sbuffer_init(&value->bytes);
    msgpack_unpacked_init(&value->unpacked);
    encoder_init(&encoder, ENCODING_MESSAGEPACK, &value->bytes);
    int result = part_answer(job, part, &encoder, failure);
    if (result == 0) {
        failure->status = 500;
        result = encoder_finish(&encoder, &failure->error);
    }
    if (result == 0 && msgpack_unpack_next(&value->unpacked, value->bytes.data, value->bytes.size,
                                           &offset) != MSGPACK_UNPACK_SUCCESS)
        result =
            error_set(&failure->error, "the answer of %s cannot be read", part->endpoint->path);
    if (result != 0)
        part_value_free(value);
    return result;
}

void part_value_free(struct part_value *value)
{
    msgpack_unpacked_destroy(&value->unpacked);
    msgpack_sbuffer_destroy(&value->bytes);
}

const msgpack_object *part_value_at(const struct part_value *value, const char *member,
                                    const char *inner)
{
    return object_member(object_member(&value->unpacked.data, member), inner);
}

uint64_t part_value_number(const struct part_value *value, const char *member, const char *inner)
{
    return object_number(part_value_at(value, member, inner));
}

void part_value_add(const struct part_value *value, struct page *page, const char *key)
{
    encoder_key(&page->model, key);
    encoder_fragment(&page->model, value->bytes.data, value->bytes.size);
}
