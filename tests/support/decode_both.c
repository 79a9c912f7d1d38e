/* jansson keeps the order of members, so that two values written again show a difference in
   order. */
#include "tests/support/decode_both.h"

#include "tests/support/representation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

json_t *decode_both(write_value *write, void *context)
{
    json_t *decoded[N_ENCODINGS];
    for (int i = 0; i < N_ENCODINGS; i++) {
        struct encoder encoder;
        struct error error = {.message = ""};
        msgpack_sbuffer out;
        msgpack_sbuffer_init(&out);
        encoder_init(&encoder, (enum encoding)i, &out);
        assert_int_equal(write(context, &encoder), 0);
        if (encoder_finish(&encoder, &error) != 0)
            fail_msg("%s", error.message);
        decoded[i] = i == ENCODING_JSON
                         ? json_loadb(out.data, out.size, JSON_REJECT_DUPLICATES, NULL)
                         : msgpack_to_json(out.data, out.size);
        assert_non_null(decoded[i]);
        msgpack_sbuffer_destroy(&out);
    }
    assert_true(json_equal(decoded[0], decoded[1]));
    /* json_equal does not look at the order. */
    char *texts[] = {json_dumps(decoded[0], JSON_COMPACT), json_dumps(decoded[1], JSON_COMPACT)};
    assert_string_equal(texts[0], texts[1]);
    free(texts[0]);
    free(texts[1]);
    json_decref(decoded[1]);
    return decoded[0];
}
