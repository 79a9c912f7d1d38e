/* How a suggestion is shown: the same in the server's answers, at the command line and in
   benchmarks. */
#include <cratedex/suggest.h>
#include <cratedex/utf8.h>

const char *suggestion_kind_name(enum suggestion_kind kind)
{
    static const char *const names[] = {"crate", "keyword"};
    return names[kind];
}

/* The library counts bytes, as strings are cut in C; an answer code points, as highlight.h has. */
static void encode_highlight(const struct suggestion *suggestion, struct encoder *encoder)
{
    const char *highlighted = suggestion->name + suggestion->highlight_start;
    bool is_empty = suggestion->highlight_length == 0;
    encoder_array(encoder, is_empty ? 0 : 1);
    if (!is_empty) {
        encoder_array(encoder, 2);
        encoder_integer(
            encoder, (int64_t)utf8_count_characters(suggestion->name, suggestion->highlight_start));
        encoder_integer(encoder,
                        (int64_t)utf8_count_characters(highlighted, suggestion->highlight_length));
        encoder_end_array(encoder);
    }
    encoder_end_array(encoder);
}

void suggestions_encode(const struct suggestion *suggestions, size_t n_suggestions,
                        struct encoder *encoder)
{
    encoder_object(encoder, 1);
    encoder_key(encoder, "suggestions");
    encoder_array(encoder, (uint32_t)n_suggestions);
    for (size_t i = 0; i < n_suggestions; i++) {
        const struct suggestion *suggestion = &suggestions[i];
        encoder_object(encoder, 4);
        encoder_key(encoder, "name");
        encoder_string(encoder, suggestion->name, suggestion->name_length);
        encoder_key(encoder, "kind");
        encoder_text(encoder, suggestion_kind_name(suggestion->kind));
        encoder_key(encoder, "downloads");
        encoder_integer(encoder, suggestion->downloads);
        encoder_key(encoder, "highlight");
        encode_highlight(suggestion, encoder);
        encoder_end_object(encoder);
    }
    encoder_end_array(encoder);
    encoder_end_object(encoder);
}
