/* Folding comes before the key, so that all spellings share one entry of the cache. */
#include "server/endpoints/path_text.h"

#include <cratedex/canonical_name.h>
#include <string.h>

int path_text_not_found(struct failure *failure)
{
    return failure_set(failure, 404, "Not Found");
}

int path_text_read(const struct path_value *value, enum path_text_form form, struct path_text *text,
                   struct canonical_key *key, struct failure *failure)
{
    if (value->length > sizeof text->text)
        return path_text_not_found(failure);
    text->length = value->length;
    memcpy(text->text, value->text, value->length);
    if (form == PATH_TEXT_CANONICAL)
        canonical_name(text->text, text->text, text->length);
    for (size_t i = 0; i < text->length && form == PATH_TEXT_LOWER_CASE; i++)
        if (text->text[i] >= 'A' && text->text[i] <= 'Z')
            text->text[i] = (char)(text->text[i] - 'A' + 'a');
    canonical_key_text(key, 'n', text->text, text->length);
    return 0;
}
