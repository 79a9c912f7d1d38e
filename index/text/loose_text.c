/* One pass over the bytes. Bytes beyond ASCII are letters without case: names have none, and what
   is typed in other alphabets is compared as it is. */
#include "index/text/loose_text.h"

#include "index/base/ascii.h"
#include "index/text/name_words.h"

bool loose_text_read(struct loose_text *loose, const char *text, size_t length)
{
    uint32_t n = 0;
    loose->n_boundaries = 0;
    loose->boundary[0] = false;
    for (size_t i = 0; i < length; i++) {
        if (loose_separator(text[i])) {
            loose->boundary[n] = true;
            continue;
        }
        if (n == LOOSE_TEXT_MAX_BYTES)
            return false;
        loose->n_boundaries += n > 0 && loose->boundary[n];
        loose->letters[n++] = ascii_lower(text[i]);
        loose->boundary[n] = false;
    }
    loose->length = n;
    return n > 0;
}

/* Goes along a name as long as it has the text's letters; counts the boundaries that are none of
   the name. Returns how many bytes of the name were read when the last letter was found; 0 where
   that was not. */
static size_t follow(const struct loose_text *loose, const char *name, size_t length,
                     uint32_t *n_missed)
{
    struct name_word words[LOOSE_TEXT_MAX_BYTES];
    size_t n_words = name_words_split(name, length, words, LOOSE_TEXT_MAX_BYTES);
    size_t word = 0;
    uint32_t n = 0;
    *n_missed = 0;
    for (size_t i = 0; i < length && n < loose->length; i++) {
        if (loose_separator(name[i]))
            continue;
        if (ascii_lower(name[i]) != loose->letters[n])
            return 0;
        while (word < n_words && word < LOOSE_TEXT_MAX_BYTES && words[word].start < i)
            word++;
        bool begins = word < n_words && word < LOOSE_TEXT_MAX_BYTES && words[word].start == i;
        *n_missed += n > 0 && loose->boundary[n] && !begins;
        if (++n == loose->length)
            return i + 1;
    }
    return 0;
}

uint32_t loose_text_compare(const struct loose_text *loose, const char *name, size_t length)
{
    uint32_t n_missed;
    size_t end = follow(loose, name, length, &n_missed);
    while (end > 0 && end < length && loose_separator(name[end]))
        end++;
    return end == length && end > 0 ? n_missed : UINT32_MAX;
}

size_t loose_text_beginning(const struct loose_text *loose, const char *name, size_t length,
                            uint32_t *n_missed)
{
    size_t end = follow(loose, name, length, n_missed);
    if (end == 0 || !loose->boundary[loose->length])
        return end;
    return end < length && loose_separator(name[end]) ? end + 1 : 0;
}
