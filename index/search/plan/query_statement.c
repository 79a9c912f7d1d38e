/* A statement is read by the first of the readers that understands its beginning; what none
   understands ends the reading, and so does the room for names. A statement that is cut short, as
   one at the limit of the box is, counts as far as it goes. */
#include "index/search/plan/query_statement.h"

#include "index/search/plan/query_command.h"
#include "index/search/plan/query_cursor.h"
#include "index/search/plan/query_manifest.h"

#include <string.h>

bool query_is_reserved(struct search_string name)
{
    static const char *const reserved[] = {"std",  "core",  "alloc", "proc_macro",
                                           "self", "super", "crate"};
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++) {
        if (name.length == strlen(reserved[i]) && memcmp(name.data, reserved[i], name.length) == 0)
            return true;
    }
    return false;
}

static void skip_past(struct query_cursor *cursor, char end)
{
    const char *found = memchr(cursor->at, end, (size_t)(cursor->end - cursor->at));
    cursor->at = found != NULL ? found + 1 : cursor->end;
}

/* `#[macro_use]` and `pub`, which may stand before what counts. */
static void skip_attributes(struct query_cursor *cursor)
{
    for (;;) {
        query_skip_spaces(cursor);
        if (query_take(cursor, "#[") || query_take(cursor, "#![") || query_take(cursor, "pub("))
            skip_past(cursor, cursor->at[-1] == '(' ? ')' : ']');
        else if (!query_take_word(cursor, "pub"))
            return;
    }
}

/* `use x::y;` and `use {x::y, z};`; without a `::` or a `;` it may be a word like any other. */
static bool take_use(struct query_cursor *cursor, struct search_string *name)
{
    if (!query_take_word(cursor, "use"))
        return false;
    query_skip_spaces(cursor);
    if (query_take(cursor, "{"))
        query_skip_spaces(cursor);
    if (!query_take(cursor, "r#"))
        query_take(cursor, "::");
    if (!query_take_name(cursor, name))
        return false;
    if (query_peek(cursor) == ';' || query_take(cursor, "::"))
        return true;
    query_skip_spaces(cursor);
    return query_take_word(cursor, "as") || query_peek(cursor) == ';';
}

static bool take_extern_crate(struct query_cursor *cursor, struct search_string *name)
{
    if (!query_take_word(cursor, "extern"))
        return false;
    query_skip_spaces(cursor);
    if (!query_take_word(cursor, "crate"))
        return false;
    query_skip_spaces(cursor);
    return query_take_name(cursor, name);
}

static bool take_item(struct query_cursor *cursor, struct query_names *names)
{
    struct query_cursor ahead = *cursor;
    struct search_string name;
    skip_attributes(&ahead);
    struct query_cursor start = ahead;
    if (!take_use(&ahead, &name)) {
        ahead = start;
        if (!take_extern_crate(&ahead, &name))
            return false;
    }
    if (!query_is_reserved(name))
        query_names_add(names, name);
    skip_past(&ahead, ';');
    *cursor = ahead;
    return true;
}

bool query_statements_read(struct search_string text, struct query_names *names)
{
    struct query_cursor cursor = {text.data, text.data + text.length};
    enum query_section section = QUERY_SECTION_NONE;
    do
        query_skip_spaces(&cursor);
    while (query_manifest_take(&cursor, &section, names) || take_item(&cursor, names) ||
           query_command_take(&cursor, names));
    return names->n_names > 0;
}
