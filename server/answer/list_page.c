/* Offsets are taken from the encoder's output buffer, which holds one body and nothing else. */
#include "server/answer/list_page.h"

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

/* Begins the meta, up to where its extras stand. */
static void begin_meta(const struct list_page *page, const struct link_spelling *spelling,
                       uint32_t n_extras, struct encoder *encoder)
{
    encoder_key(encoder, "meta");
    bool has_correction = page->did_you_mean[0] != '\0';
    bool has_version = page->named_version[0] != '\0';
    encoder_object(encoder, 2 + (uint32_t)!page->is_one_way + (uint32_t)has_correction +
                                (uint32_t)has_version + (uint32_t)page->is_relaxed + n_extras);
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
}

void list_page_end(struct encoder *encoder)
{
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
    page->n_extras = 0;
    encoder_object(encoder, 2);
    encoder_key(encoder, items_key);
    page->items_at = encoder->out->size;
    encoder_array(encoder, n_items);
}

void list_page_begin_meta(struct list_page *page, const struct link_spelling *spelling,
                          uint32_t n_extras, struct encoder *encoder)
{
    encoder_end_array(encoder);
    page->items_size = encoder->out->size - page->items_at;
    begin_meta(page, spelling, n_extras, encoder);
}

void list_page_begin_extra(struct list_page *page, const char *key, struct encoder *encoder)
{
    encoder_key(encoder, key);
    page->extras[page->n_extras].key = key;
    page->extras[page->n_extras].at = encoder->out->size;
}

void list_page_end_extra(struct list_page *page, const struct encoder *encoder)
{
    struct list_page_extra *extra = &page->extras[page->n_extras++];
    extra->size = encoder->out->size - extra->at;
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
    begin_meta(respelled, spelling, page->n_extras, encoder);
    respelled->n_extras = 0;
    for (uint32_t i = 0; i < page->n_extras; i++) {
        list_page_begin_extra(respelled, page->extras[i].key, encoder);
        encoder_fragment(encoder, (const char *)body + page->extras[i].at, page->extras[i].size);
        list_page_end_extra(respelled, encoder);
    }
    list_page_end(encoder);
}
