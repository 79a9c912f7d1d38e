/* Ids are found in one walk before anything is written, since a link may lead to a heading that
   comes later. A document with more headings than there is room for has none on the rest: what it
   takes to compare each id with those before stays bounded. */
#include "server/html/markdown_headings.h"

#include <stdio.h>
#include <string.h>

/* Appends what of a text belongs to an id. Without room it is cut between characters. */
static size_t add_text(char *id, size_t n, const char *text)
{
    for (size_t i = 0; text[i] != '\0';) {
        unsigned char byte = (unsigned char)text[i];
        size_t n_bytes = byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
        if (n + n_bytes > MARKDOWN_MAX_ID || strnlen(text + i, n_bytes) < n_bytes)
            break;
        bool is_upper = byte >= 'A' && byte <= 'Z';
        bool is_kept = is_upper || (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') ||
                       byte == '-' || byte == '_' || byte >= 0x80;
        if (is_kept || byte == ' ') {
            memcpy(id + n, text + i, n_bytes);
            if (is_upper)
                id[n] = (char)(byte + 32);
            else if (byte == ' ')
                id[n] = '-';
            n += n_bytes;
        }
        i += n_bytes;
    }
    return n;
}

/* `id` has room for a number. */
static void make_unique(const struct markdown_headings *headings, char *id)
{
    size_t length = strlen(id);
    for (unsigned number = 1; markdown_headings_have(headings, id); number++)
        snprintf(id + length, 8, "-%u", number);
}

void markdown_headings_find(cmark_node *document, struct markdown_headings *headings)
{
    char id[MARKDOWN_MAX_ID + 8];
    size_t length = 0;
    bool is_inside = false;
    cmark_iter *iterator = cmark_iter_new(document);
    cmark_event_type event;
    headings->n = 0;
    while ((event = cmark_iter_next(iterator)) != CMARK_EVENT_DONE &&
           headings->n < MARKDOWN_MAX_HEADINGS) {
        cmark_node *node = cmark_iter_get_node(iterator);
        cmark_node_type type = cmark_node_get_type(node);
        if (type == CMARK_NODE_HEADING && event == CMARK_EVENT_EXIT) {
            id[length] = '\0';
            if (length > 0)
                make_unique(headings, id);
            memcpy(headings->ids[headings->n++], id, sizeof id);
        }
        if (type == CMARK_NODE_HEADING) {
            is_inside = event == CMARK_EVENT_ENTER;
            memset(id, 0, sizeof id);
            length = 0;
        } else if (is_inside && (type == CMARK_NODE_TEXT || type == CMARK_NODE_CODE)) {
            length = add_text(id, length, cmark_node_get_literal(node));
        }
    }
    cmark_iter_free(iterator);
}

bool markdown_headings_have(const struct markdown_headings *headings, const char *id)
{
    for (unsigned i = 0; i < headings->n; i++)
        if (headings->ids[i][0] != '\0' && strcmp(headings->ids[i], id) == 0)
            return true;
    return false;
}
