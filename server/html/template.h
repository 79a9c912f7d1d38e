/* Templates for pages, in Mustache (https://mustache.github.io/mustache.5.html): variables,
   sections, inverted sections, comments and partials, without lambdas and other delimiters. Two
   things are added: `{{name|filter}}` writes a value as that filter does (filters.h), and
   `{{#list.0}}` is a section that is written once where the list is not empty.

   What a template shows is a model: a MessagePack value, such as any endpoint of ours answers. */
#ifndef CRATEDEX_SERVER_TEMPLATE_H
#define CRATEDEX_SERVER_TEMPLATE_H

#include <cratedex/error.h>
#include <msgpack/object.h>
#include <msgpack/sbuffer.h>
#include <stddef.h>

/* One template as it was written. Borrowed: it must outlive what is parsed. */
struct template_source {
    const char *name;
    const char *text;
    size_t size;
};

struct templates;

/* Parses templates that may be each other's partials. Returns NULL and says which template is at
   fault, and in which line: a tag without an end, a filter or partial that is not known, a section
   that is not closed; or that memory ran out. */
struct templates *templates_parse(const struct template_source *sources, size_t n_sources,
                                  struct error *error);

/* NULL is allowed. */
void templates_free(struct templates *templates);

/* Appends the template of that name, filled with `model`, to `out`. Threads may do so at once.
   Names that the model lacks are empty. Returns 0, or -1: no such template, partials or sections
   that are nested too deeply, or out of memory. */
int templates_render(const struct templates *templates, const char *name,
                     const msgpack_object *model, msgpack_sbuffer *out, struct error *error);

#endif
