#include "server/pages/error_page.h"

#include "server/http/plain_response.h"
#include "server/pages/page.h"

#include <cratedex/encoder.h>
#include <stdbool.h>

static int encode_model(const struct site *site, unsigned status, const char *detail,
                        const char *request_id, msgpack_sbuffer *bytes)
{
    struct encoder encoder;
    size_t size;
    const void *facts = site_facts(site, &size);
    encoder_init(&encoder, ENCODING_MESSAGEPACK, bytes);
    encoder_object(&encoder, 5);
    encoder_key(&encoder, "site");
    encoder_fragment(&encoder, facts, size);
    encoder_member_integer(&encoder, "status", status);
    encoder_member_boolean(&encoder, "is_missing", status == MHD_HTTP_NOT_FOUND);
    encoder_member_text(&encoder, "detail", detail);
    encoder_member_text(&encoder, "request_id", request_id);
    encoder_end_object(&encoder);
    return encoder_finish(&encoder, NULL);
}

struct MHD_Response *error_page(const struct site *site, unsigned status, const char *detail,
                                const struct response_headers *headers, size_t *size)
{
    msgpack_sbuffer bytes;
    msgpack_sbuffer body;
    msgpack_sbuffer_init(&bytes);
    msgpack_sbuffer_init(&body);
    bool is_made = encode_model(site, status, detail, headers->request_id, &bytes) == 0 &&
                   site_render(site, "error", &bytes, &body, NULL) == 0;
    msgpack_sbuffer_destroy(&bytes);
    if (!is_made) {
        msgpack_sbuffer_destroy(&body);
        return NULL;
    }
    *size = body.size;
    const struct response_headers all = {
        .content_type = PAGE_MEDIA_TYPE,
        .cache_control = RESPONSE_NO_STORE,
        .allow = headers->allow,
        .request_id = headers->request_id,
        .varies_by_accept = true,
        .is_page = true,
    };
    return plain_response(&body, &all);
}
