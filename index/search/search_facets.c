/* The names of facets, and their encoded form. What is counted is found by facet_counts.c. */
#include <cratedex/search_facets.h>

#include <string.h>

static const char *const names[N_SEARCH_FACETS] = {
    [SEARCH_FACET_CATEGORY] = "category",         [SEARCH_FACET_KEYWORD] = "keyword",
    [SEARCH_FACET_LICENSE] = "license",           [SEARCH_FACET_EDITION] = "edition",
    [SEARCH_FACET_RUST_VERSION] = "rust_version", [SEARCH_FACET_HAS] = "has",
};

const char *search_facet_name(enum search_facet facet)
{
    return names[facet];
}

/* The bit of the facet that is called so; 0 where none is. */
static unsigned find(const char *name, size_t length)
{
    for (unsigned i = 0; i < N_SEARCH_FACETS; i++)
        if (strlen(names[i]) == length && memcmp(names[i], name, length) == 0)
            return 1U << i;
    return 0;
}

int search_facets_parse(const char *text, unsigned *mask, struct error *error)
{
    unsigned asked = 0;
    for (;; text++) {
        size_t length = strcspn(text, ",");
        unsigned facet = find(text, length);
        if (facet == 0)
            return error_set(error, "%s",
                             "expected some of 'category', 'keyword', 'license', 'edition', "
                             "'rust_version' and 'has', with commas between them");
        asked |= facet;
        text += length;
        if (*text == '\0')
            break;
    }
    *mask = asked;
    return 0;
}

void search_facets_encode(const struct search_facets *facets, struct encoder *encoder)
{
    encoder_object(encoder, (uint32_t)__builtin_popcount(facets->asked));
    for (unsigned facet = 0; facet < N_SEARCH_FACETS; facet++) {
        if ((facets->asked >> facet & 1) == 0)
            continue;
        encoder_key(encoder, names[facet]);
        encoder_array(encoder, facets->n_values[facet]);
        for (uint32_t i = 0; i < facets->n_values[facet]; i++) {
            const struct search_facet_value *value = &facets->values[facet][i];
            encoder_object(encoder, 2);
            encoder_key(encoder, "value");
            encoder_string(encoder, value->text, value->length);
            encoder_member_integer(encoder, "count", value->n_crates);
            encoder_end_object(encoder);
        }
        encoder_end_array(encoder);
    }
    encoder_end_object(encoder);
}
