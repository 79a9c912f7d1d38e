/* Offsets are taken from the encoder's output buffer, which holds one body and nothing else. */
#include "server/answer/list_page.h"

#include <cratedex/search_hints.h>
#include <string.h>

bool list_page_has_links(const struct list_page *page)
{
    return page->next[0] != '\0' || page->previous[0] != '\0';
}

static void encode_link(const char *value, const struct link_spelling *spelling,
                        struct encoder *encoder)
{
    if (value[0] == '\0') {
        encoder_null(encoder);
        return;
    }
    char link[LINK_MAX_BYTES];
    size_t length = link_write(link, spelling, value, strlen(value));
    encoder_string(encoder, link, length);
}

/* `extra` is the value of the page's further member. */
static void encode_meta(struct list_page *page, const void *extra,
                        const struct link_spelling *spelling, struct encoder *encoder)
{
    encoder_key(encoder, "meta");
    bool has_correction = page->did_you_mean[0] != '\0';
    bool has_version = page->named_version[0] != '\0';
    encoder_object(encoder, 2 + (uint32_t)!page->is_one_way + (uint32_t)has_correction +
                                (uint32_t)has_version + (uint32_t)page->is_relaxed +
                                (uint32_t)(page->extra_key != NULL));
    encoder_key(encoder, "total");
    encoder_integer(encoder, (int64_t)page->total);
    encoder_key(encoder, "next_page");
    encode_link(page->next, spelling, encoder);
    if (!page->is_one_way) {
        encoder_key(encoder, "prev_page");
        encode_link(page->previous, spelling, encoder);
    }
    if (has_correction) {
        encoder_key(encoder, "did_you_mean");
        encoder_text(encoder, page->did_you_mean);
    }
    if (page->is_relaxed) {
        encoder_key(encoder, "relaxed");
        encoder_text(encoder, "typo");
    }
    if (has_version) {
        encoder_key(encoder, "named_version");
        encoder_text(encoder, page->named_version);
    }
    if (page->extra_key != NULL) {
        encoder_key(encoder, page->extra_key);
        page->extra_at = encoder->out->size;
        encoder_fragment(encoder, extra, page->extra_size);
    }
    encoder_end_object(encoder);
    encoder_end_object(encoder);
}

void list_page_begin(struct list_page *page, const char *items_key, uint32_t n_items,
                     struct encoder *encoder)
{
    page->items_key = items_key;
    page->did_you_mean[0] = '\0';
    page->named_version[0] = '\0';
    page->is_relaxed = false;
    page->is_one_way = false;
    page->extra_key = NULL;
    encoder_object(encoder, 2);
    encoder_key(encoder, items_key);
    page->items_at = encoder->out->size;
    encoder_array(encoder, n_items);
}

static void end_items(struct list_page *page, struct encoder *encoder)
{
    encoder_end_array(encoder);
    page->items_size = encoder->out->size - page->items_at;
}

void list_page_end(struct list_page *page, const struct link_spelling *spelling,
                   struct encoder *encoder)
{
    end_items(page, encoder);
    encode_meta(page, NULL, spelling, encoder);
}

void list_page_end_with(struct list_page *page, const struct link_spelling *spelling,
                        const char *key, const void *value, size_t size, struct encoder *encoder)
{
    end_items(page, encoder);
    page->extra_key = key;
    page->extra_size = size;
    encode_meta(page, value, spelling, encoder);
}

int list_page_end_with_hints(struct list_page *page, const struct link_spelling *spelling,
                             const struct search_result *result, struct encoder *encoder,
                             struct error *error)
{
    msgpack_sbuffer hints;
    struct encoder hints_encoder;
    if (result->n_hints == 0) {
        list_page_end(page, spelling, encoder);
        return 0;
    }
    msgpack_sbuffer_init(&hints);
    encoder_init(&hints_encoder, encoder->encoding, &hints);
    search_hints_encode(result, &hints_encoder);
    int status = encoder_finish(&hints_encoder, error);
    if (status == 0)
        list_page_end_with(page, spelling, "hints", hints.data, hints.size, encoder);
    msgpack_sbuffer_destroy(&hints);
    return status;
}

void list_page_respell(const struct list_page *page, const void *body,
                       const struct link_spelling *spelling, struct encoder *encoder,
                       struct list_page *respelled)
{
    *respelled = *page;
    encoder_object(encoder, 2);
    encoder_key(encoder, page->items_key);
    respelled->items_at = encoder->out->size;
    encoder_fragment(encoder, (const char *)body + page->items_at, page->items_size);
    encode_meta(respelled, (const char *)body + page->extra_at, spelling, encoder);
}
