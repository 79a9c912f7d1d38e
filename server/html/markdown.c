/* The text is bounded (markdown_bounds.c), parsed and written within a bounded memory
   (markdown_memory.c); where that is spent, nothing stays of what was written, and the text is
   shown as it is.

   cmark-gfm's extensions are registered once. That for struck text adds its `~` to a table that is
   one for all threads while it parses, and takes it out at the end, so only one at a time may do
   that; documents without one do without the extension. */
#include "server/html/markdown.h"

#include "server/html/escape.h"
#include "server/html/markdown_bounds.h"
#include "server/html/markdown_memory.h"
#include "server/html/markdown_writer.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm-extension_api.h>
#include <cratedex/utf8.h>
#include <pthread.h>
#include <string.h>

/* Of which escaping makes six at most. */
#define MAX_PLAIN (MARKDOWN_MAX_HTML / 6)

static pthread_once_t is_registered = PTHREAD_ONCE_INIT;
static pthread_mutex_t struck = PTHREAD_MUTEX_INITIALIZER;

/* What a document is parsed with, beside the stack that longjmp leaves. */
struct parsing {
    const char *text;
    size_t length;
    bool has_struck;
    const char *link_base;
    msgpack_sbuffer *out;
    bool *is_cut;
};

static void attach(cmark_parser *parser, const char *name)
{
    cmark_syntax_extension *extension = cmark_find_syntax_extension(name);
    if (extension != NULL)
        cmark_parser_attach_syntax_extension(parser, extension);
}

/* Nothing is freed here: markdown_memory_end does. */
static int parse_and_write(const struct parsing *parsing)
{
    cmark_parser *parser =
        cmark_parser_new_with_mem(CMARK_OPT_DEFAULT, markdown_memory_allocator());
    attach(parser, "table");
    attach(parser, "tasklist");
    if (parsing->has_struck)
        attach(parser, "strikethrough");
    cmark_parser_feed(parser, parsing->text, parsing->length);
    cmark_node *document = cmark_parser_finish(parser);
    cmark_consolidate_text_nodes(document);
    return markdown_write(document, parsing->link_base, parsing->out, parsing->is_cut);
}

/* Returns 1 where the memory that a document may take is spent, else 0 or -1. */
static int parse_bounded(const struct parsing *parsing)
{
    struct markdown_memory memory;
    jmp_buf on_end;
    markdown_memory_begin(&memory, &on_end);
    if (setjmp(on_end) != 0) {
        markdown_memory_end(&memory);
        return 1;
    }
    int result = parse_and_write(parsing);
    markdown_memory_end(&memory);
    return result;
}

static int write_plain(const struct markdown *markdown, msgpack_sbuffer *out, bool *is_cut)
{
    size_t length = utf8_fitting_length(markdown->text, markdown->length, MAX_PLAIN);
    *is_cut = length < markdown->length;
    return html_append(out, "<pre tabindex=\"0\">", 18) == 0 &&
                   html_escape(out, markdown->text, length) == 0 &&
                   html_append(out, "</pre>\n", 7) == 0
               ? 0
               : -1;
}

int markdown_to_html(const struct markdown *markdown, msgpack_sbuffer *out, bool *is_cut,
                     struct error *error)
{
    msgpack_sbuffer bounded;
    size_t size_before = out->size;
    *is_cut = false;
    pthread_once(&is_registered, cmark_gfm_core_extensions_ensure_registered);
    msgpack_sbuffer_init(&bounded);
    int result = markdown_bound(markdown->text, markdown->length, &bounded, is_cut);
    if (result == 0) {
        bool has_struck = bounded.size > 0 && memchr(bounded.data, '~', bounded.size) != NULL;
        const struct parsing parsing = {.text = bounded.data,
                                        .length = bounded.size,
                                        .has_struck = has_struck,
                                        .link_base = markdown->link_base,
                                        .out = out,
                                        .is_cut = is_cut};
        if (has_struck)
            pthread_mutex_lock(&struck);
        result = parse_bounded(&parsing);
        if (has_struck)
            pthread_mutex_unlock(&struck);
    }
    if (result == 1) {
        out->size = size_before;
        result = write_plain(markdown, out, is_cut);
    }
    msgpack_sbuffer_destroy(&bounded);
    return result == 0 ? 0 : error_out_of_memory(error);
}
