/* The encoded form of hints. Which there are is found by query_hints.c. */
#include <cratedex/search_hints.h>

const char *search_hint_name(enum search_hint_kind kind)
{
    return kind == SEARCH_HINT_CATEGORY ? "category" : "keyword";
}

void search_hints_encode(const struct search_result *result, struct encoder *encoder)
{
    encoder_array(encoder, result->n_hints);
    for (uint32_t i = 0; i < result->n_hints; i++) {
        const struct search_hint *hint = &result->hints[i];
        encoder_object(encoder, 3);
        encoder_key(encoder, "kind");
        encoder_text(encoder, search_hint_name(hint->kind));
        encoder_key(encoder, "id");
        encoder_string(encoder, hint->id, hint->id_length);
        encoder_member_integer(encoder, "crates", hint->n_crates);
        encoder_end_object(encoder);
    }
    encoder_end_array(encoder);
}
