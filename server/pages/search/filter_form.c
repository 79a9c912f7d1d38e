/* A field has the last parameter of its name; all others, but the number of the page, are kept as
   they are. */
#include "server/pages/search/filter_form.h"

#include <stdbool.h>
#include <string.h>

static const char *const fields[] = {
    "rust_version", "updated_since", "min_downloads",  "depends_on",
    "owner",        "stable",        "include_yanked", "no_std",
};
#define N_FIELDS (sizeof fields / sizeof *fields)

/* Fields that are checked or not; the value that they have where they are checked. */
static const char *checked_value(const char *field)
{
    if (strcmp(field, "stable") == 0 || strcmp(field, "no_std") == 0)
        return "yes";
    return strcmp(field, "include_yanked") == 0 ? "no" : NULL;
}

static bool is_other(const struct search_asked *asked, const struct query_parameter *parameter)
{
    if (strcmp(parameter->name, "page") == 0)
        return false;
    for (size_t i = 0; i < N_FIELDS; i++)
        if (strcmp(parameter->name, fields[i]) == 0)
            return parameter != search_links_find(&asked->links, fields[i]);
    return true;
}

static void encode_field(const struct query_parameter *parameter, const char *checked,
                         struct encoder *encoder)
{
    if (checked != NULL)
        encoder_boolean(encoder, parameter != NULL && strcmp(parameter->value, checked) == 0);
    else if (parameter != NULL)
        encoder_string(encoder, parameter->value, parameter->value_length);
    else
        encoder_null(encoder);
}

static void encode_others(const struct search_asked *asked, struct encoder *encoder)
{
    uint32_t n = 0;
    for (size_t i = 0; i < asked->links.n; i++)
        n += is_other(asked, asked->links.kept[i]);
    encoder_array(encoder, n);
    for (size_t i = 0; i < asked->links.n; i++) {
        const struct query_parameter *parameter = asked->links.kept[i];
        if (!is_other(asked, parameter))
            continue;
        encoder_object(encoder, 2);
        encoder_key(encoder, "name");
        encoder_string(encoder, parameter->name, parameter->name_length);
        encoder_key(encoder, "value");
        encoder_string(encoder, parameter->value, parameter->value_length);
        encoder_end_object(encoder);
    }
    encoder_end_array(encoder);
}

void filter_form_encode(const struct search_asked *asked, struct encoder *encoder)
{
    encoder_object(encoder, N_FIELDS + 1);
    for (size_t i = 0; i < N_FIELDS; i++) {
        encoder_key(encoder, fields[i]);
        encode_field(search_links_find(&asked->links, fields[i]), checked_value(fields[i]),
                     encoder);
    }
    encoder_key(encoder, "others");
    encode_others(asked, encoder);
    encoder_end_object(encoder);
}
