/* A lookup is an encoder's call that may find nothing: what is written is decoded, or must not be
   there. */
#include "tests/support/named_lookup.h"

#include "tests/support/decode_both.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct lookup {
    struct index_reader *reader;
    named_lookup *encode;
    const char *name;
};

static int write_found(void *context, struct encoder *encoder)
{
    const struct lookup *lookup = context;
    struct error error = {.message = ""};
    int found = lookup->encode(lookup->reader, lookup->name, strlen(lookup->name), encoder, &error);
    if (found != 1)
        fail_msg("%s: %d %s", lookup->name, found, error.message);
    return 0;
}

json_t *named_lookup_found(struct index_reader *reader, named_lookup *encode, const char *name)
{
    struct lookup lookup = {reader, encode, name};
    return decode_both(write_found, &lookup);
}

void named_lookup_none(struct index_reader *reader, named_lookup *encode, const char *name)
{
    struct encoder encoder;
    struct error error;
    msgpack_sbuffer out;
    msgpack_sbuffer_init(&out);
    encoder_init(&encoder, ENCODING_JSON, &out);
    assert_int_equal(encode(reader, name, strlen(name), &encoder, &error), 0);
    assert_int_equal(out.size, 0);
    msgpack_sbuffer_destroy(&out);
}

void json_is_spelled(json_t *value, const char *expected)
{
    char *text = json_dumps(value, JSON_COMPACT);
    assert_string_equal(text, expected);
    free(text);
    json_decref(value);
}
