/* No name has a space, so a text with spaces stands in names only with something else for them. */
#include "index/search/plan/name_forms.h"

#include "index/segment/name_substrings.h"

#include <cratedex/utf8.h>
#include <string.h>

bool name_forms_has_spaces(const char *text, size_t length)
{
    return memchr(text, ' ', length) != NULL;
}

static bool is_short(const char *text, size_t length)
{
    return utf8_count_characters(text, length) < NAME_SUBSTRING_MIN_CHARACTERS;
}

static void add(struct name_forms *forms, const char *text, size_t length)
{
    forms->forms[forms->n++] = (struct name_form){text, length, is_short(text, length)};
}

/* Writes the text with `_` at its boundaries. Returns its length. */
static size_t write_with_separators(const struct loose_text *loose, char *text)
{
    size_t length = 0;
    for (uint32_t i = 0; i < loose->length; i++) {
        if (i > 0 && loose->boundary[i])
            text[length++] = '_';
        text[length++] = loose->letters[i];
    }
    return length;
}

void name_forms_read(struct name_forms *forms, const char *canonical, size_t length,
                     const struct loose_text *loose)
{
    forms->n = 0;
    if (loose == NULL) {
        add(forms, canonical, length);
        return;
    }
    size_t n_separated = write_with_separators(loose, forms->separated);
    bool has_spaces = name_forms_has_spaces(canonical, length);
    if (!has_spaces)
        add(forms, canonical, length);
    if (n_separated != length || memcmp(canonical, forms->separated, length) != 0)
        add(forms, forms->separated, n_separated);
    if (has_spaces && loose->n_boundaries > 0 && !is_short(loose->letters, loose->length))
        add(forms, loose->letters, loose->length);
}
