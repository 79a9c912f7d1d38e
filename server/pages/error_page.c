/* Of a path that leads nowhere, the name in it is most likely that of a crate: the page offers what
   is spelled like it (suggest.h, some 10 µs, without a reader), and the search box holds it. */
#include "server/pages/error_page.h"

#include "server/http/plain_response.h"
#include "server/pages/page.h"

#include <cratedex/encoder.h>
#include <cratedex/suggest.h>
#include <stdbool.h>
#include <string.h>

#define CRATES "/crates/"
#define MAX_NAME 64
#define N_SUGGESTIONS 5

static const char *heading_of(unsigned status)
{
    switch (status) {
    case MHD_HTTP_NOT_FOUND:
        return "Nothing here";
    case MHD_HTTP_BAD_REQUEST:
        return "That cannot be asked";
    case MHD_HTTP_METHOD_NOT_ALLOWED:
        return "This page can only be read";
    case MHD_HTTP_URI_TOO_LONG:
        return "The address is too long";
    case MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE:
        return "The browser sent more than fits";
    case MHD_HTTP_SERVICE_UNAVAILABLE:
        return "Not just now";
    default:
        return status < MHD_HTTP_INTERNAL_SERVER_ERROR ? "That did not work"
                                                       : "Something went wrong here";
    }
}

struct name {
    const char *text;
    size_t length;
};

/* The name that a path is about: a crate's, else its last segment; empty where that is no name. */
static struct name name_in(const char *path)
{
    const char *last = strrchr(path, '/');
    struct name name = {"", 0};
    if (last != NULL)
        name = (struct name){last + 1, strlen(last + 1)};
    if (strncmp(path, CRATES, strlen(CRATES)) == 0) {
        const char *crate = path + strlen(CRATES);
        name = (struct name){crate, strcspn(crate, "/")};
    }
    return name.length <= MAX_NAME ? name : (struct name){"", 0};
}

static void encode_suggestions(const struct error_page *page, const struct name *name,
                               struct encoder *encoder)
{
    struct suggestion suggestions[N_SUGGESTIONS];
    size_t n = 0;
    if (page->index != NULL && name->length > 0)
        n = suggest(page->index, name->text, name->length, suggestions, N_SUGGESTIONS);
    encoder_key(encoder, "alike");
    encoder_array(encoder, (uint32_t)n);
    for (size_t i = 0; i < n; i++) {
        const struct suggestion *suggestion = &suggestions[i];
        encoder_object(encoder, 2);
        encoder_member_text(encoder, "folder",
                            suggestion->kind == SUGGESTION_CRATE ? "crates" : "keywords");
        encoder_key(encoder, "name");
        encoder_string(encoder, suggestion->name, suggestion->name_length);
        encoder_end_object(encoder);
    }
    encoder_end_array(encoder);
}

static int encode_model(const struct site *site, const struct error_page *page,
                        const char *request_id, msgpack_sbuffer *bytes)
{
    struct encoder encoder;
    size_t size;
    const void *facts = site_facts(site, &size);
    const bool is_missing = page->status == MHD_HTTP_NOT_FOUND;
    const char *path = is_missing ? page->path : "";
    const struct name name = name_in(path);
    encoder_init(&encoder, ENCODING_MESSAGEPACK, bytes);
    encoder_object(&encoder, 11);
    encoder_key(&encoder, "site");
    encoder_fragment(&encoder, facts, size);
    encoder_member_text(&encoder, "banner", page->banner);
    encoder_member_integer(&encoder, "status", page->status);
    encoder_member_text(&encoder, "title", heading_of(page->status));
    /* What says no more than its status is said by the page. */
    encoder_member_text(&encoder, "detail",
                        strcmp(page->detail, "Not Found") == 0 ? "" : page->detail);
    encoder_member_text(&encoder, "path", path);
    encoder_key(&encoder, "q");
    encoder_string(&encoder, name.text, name.length);
    encode_suggestions(page, &name, &encoder);
    encoder_member_boolean(&encoder, "is_missing", is_missing);
    encoder_member_boolean(&encoder, "is_passing", page->status == MHD_HTTP_SERVICE_UNAVAILABLE);
    encoder_member_text(&encoder, "request_id", request_id);
    encoder_end_object(&encoder);
    return encoder_finish(&encoder, NULL);
}

struct MHD_Response *error_page(const struct site *site, const struct error_page *page,
                                const struct response_headers *headers, size_t *size)
{
    msgpack_sbuffer bytes;
    msgpack_sbuffer body;
    msgpack_sbuffer_init(&bytes);
    msgpack_sbuffer_init(&body);
    bool is_made = encode_model(site, page, headers->request_id, &bytes) == 0 &&
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
