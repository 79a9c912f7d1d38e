/* Any text that may be searched for: what it is taken for lies within it and keeps the bounds, a
   name that was found is itself when it is read again, and the folded form is one that stays. */
#include "index/search/plan/query_text.h"

#include <cratedex/search_text.h>
#include <cratedex/utf8.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void require_within(struct search_string part, const char *whole, size_t length)
{
    require(part.data >= whole && (size_t)(part.data - whole) <= length &&
            part.length <= length - (size_t)(part.data - whole));
    require(utf8_is_valid(part.data, part.length));
}

static void check_names(const struct query_text *read)
{
    static struct query_text again;
    const struct query_names *names = &read->names;
    require(names->n_names <= QUERY_MAX_NAMES);
    require((names->n_names == 0) == (read->kind == QUERY_TEXT_PLAIN));
    require(read->kind != QUERY_TEXT_PERHAPS || names->n_names == 1);
    size_t length = 0;
    for (size_t i = 0; i < names->n_names; i++) {
        struct search_string name = names->names[i];
        require_within(name, read->unified, sizeof read->unified);
        require(name.length > 0);
        length += name.length + (i > 0);
        if (memchr(name.data, ' ', name.length) != NULL)
            continue;
        query_text_read(&again, name);
        require(again.kind == QUERY_TEXT_PLAIN && again.text.length == name.length &&
                memcmp(again.text.data, name.data, name.length) == 0);
    }
    require(length <= sizeof read->words); /* there is room for all of them */
    if (names->version.data != NULL)
        require_within(names->version, read->unified, sizeof read->unified);
}

static void check_folded(struct search_string typed)
{
    char folded[SEARCH_MAX_TEXT_BYTES];
    char again[SEARCH_MAX_TEXT_BYTES];
    size_t length = search_fold_text(folded, typed.data, typed.length);
    require(length <= typed.length && utf8_is_valid(folded, length));
    require(search_check_text(folded, length, NULL) == SEARCH_OK);
    require(search_fold_text(again, folded, length) == length);
    require(memcmp(folded, again, length) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct query_text read;
    if (search_check_text((const char *)data, size, NULL) != SEARCH_OK)
        return 0;
    /* A copy of its own, so that a byte behind the end is seen. */
    char *exact = malloc(size > 0 ? size : 1);
    require(exact != NULL);
    memcpy(exact, data, size);
    query_text_read(&read, (struct search_string){exact, size});
    require_within(read.text, read.words, sizeof read.words);
    require_within(read.typed, read.unified, sizeof read.unified);
    require(read.text.length <= size && read.typed.length <= size);
    check_names(&read);
    check_folded((struct search_string){exact, size});
    free(exact);
    return 0;
}
