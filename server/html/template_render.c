/* Names are looked for in the innermost value first, then in those around it; what stands behind a
   dot, in what was found alone; "0" is the first element of an array. A section is left out where
   its value is missing, null, false, or an empty string or array; else it is written once for each
   element of an array, once for all else, with the value as the innermost. */
#include "server/html/escape.h"
#include "server/html/object.h"
#include "server/html/template.h"
#include "server/html/template_nodes.h"

#include <stdbool.h>
#include <string.h>

struct rendering {
    const struct templates *templates;
    msgpack_sbuffer *out;
    const msgpack_object *values[TEMPLATE_MAX_DEPTH]; /* the innermost last */
    unsigned depth;
    unsigned n_partials; /* that are being written */
    struct error *error;
};

static int render_nodes(struct rendering *rendering, const struct template *template,
                        uint32_t begin, uint32_t end);

static const msgpack_object *member(const msgpack_object *object, const char *name, size_t length)
{
    if (object->type == MSGPACK_OBJECT_ARRAY && object->via.array.size > 0 && length == 1 &&
        name[0] == '0')
        return object->via.array.ptr;
    return object_member_of(object, name, length);
}

static const msgpack_object *find(const struct rendering *rendering, const char *name,
                                  size_t length)
{
    if (length == 1 && name[0] == '.')
        return rendering->values[rendering->depth - 1];
    const char *dot = memchr(name, '.', length);
    size_t first = dot != NULL ? (size_t)(dot - name) : length;
    const msgpack_object *found = NULL;
    for (unsigned i = rendering->depth; i > 0 && found == NULL; i--)
        found = member(rendering->values[i - 1], name, first);
    while (found != NULL && dot != NULL) {
        length -= (size_t)(dot + 1 - name);
        name = dot + 1;
        dot = memchr(name, '.', length);
        found = member(found, name, dot != NULL ? (size_t)(dot - name) : length);
    }
    return found;
}

static bool is_shown(const msgpack_object *value)
{
    if (value == NULL)
        return false;
    switch (value->type) {
    case MSGPACK_OBJECT_NIL:
        return false;
    case MSGPACK_OBJECT_BOOLEAN:
        return value->via.boolean;
    case MSGPACK_OBJECT_STR:
        return value->via.str.size > 0;
    case MSGPACK_OBJECT_ARRAY:
        return value->via.array.size > 0;
    default:
        return true;
    }
}

static int render_inside(struct rendering *rendering, const struct template *template,
                         uint32_t section, const msgpack_object *value)
{
    if (rendering->depth == TEMPLATE_MAX_DEPTH)
        return error_set(rendering->error, "template %s: sections are nested too deeply",
                         template->name);
    rendering->values[rendering->depth++] = value;
    int result = render_nodes(rendering, template, section + 1, template->nodes[section].next);
    rendering->depth--;
    return result;
}

static int render_section(struct rendering *rendering, const struct template *template,
                          uint32_t section)
{
    const struct template_node *node = &template->nodes[section];
    const msgpack_object *value = find(rendering, node->text, node->length);
    if (!is_shown(value))
        return 0;
    if (value->type != MSGPACK_OBJECT_ARRAY)
        return render_inside(rendering, template, section, value);
    for (uint32_t i = 0; i < value->via.array.size; i++)
        if (render_inside(rendering, template, section, &value->via.array.ptr[i]) != 0)
            return -1;
    return 0;
}

static int render_inverted(struct rendering *rendering, const struct template *template,
                           uint32_t section)
{
    const struct template_node *node = &template->nodes[section];
    if (is_shown(find(rendering, node->text, node->length)))
        return 0;
    return render_nodes(rendering, template, section + 1, node->next);
}

static int render_partial(struct rendering *rendering, const struct template_node *node)
{
    const struct template *template = &rendering->templates->templates[node->partial];
    if (rendering->n_partials == TEMPLATE_MAX_DEPTH)
        return error_set(rendering->error, "template %s: partials are nested too deeply",
                         template->name);
    rendering->n_partials++;
    int result = render_nodes(rendering, template, 0, template->n_nodes);
    rendering->n_partials--;
    return result;
}

static int write_value(struct rendering *rendering, const struct template_node *node)
{
    const msgpack_object *value = find(rendering, node->text, node->length);
    int result = 0;
    if (value != NULL && node->kind == NODE_VALUE)
        result = node->filter(value, rendering->out);
    else if (value != NULL && value->type == MSGPACK_OBJECT_STR)
        result = html_append(rendering->out, value->via.str.ptr, value->via.str.size);
    return result == 0 ? 0 : error_out_of_memory(rendering->error);
}

static int render_node(struct rendering *rendering, const struct template *template, uint32_t i)
{
    const struct template_node *node = &template->nodes[i];
    switch (node->kind) {
    case NODE_TEXT:
        return html_append(rendering->out, node->text, node->length) == 0
                   ? 0
                   : error_out_of_memory(rendering->error);
    case NODE_VALUE:
    case NODE_RAW:
        return write_value(rendering, node);
    case NODE_SECTION:
        return render_section(rendering, template, i);
    case NODE_INVERTED:
        return render_inverted(rendering, template, i);
    case NODE_PARTIAL:
        return render_partial(rendering, node);
    }
    return 0;
}

static int render_nodes(struct rendering *rendering, const struct template *template,
                        uint32_t begin, uint32_t end)
{
    for (uint32_t i = begin; i < end;) {
        const struct template_node *node = &template->nodes[i];
        bool is_section = node->kind == NODE_SECTION || node->kind == NODE_INVERTED;
        if (render_node(rendering, template, i) != 0)
            return -1;
        i = is_section ? node->next : i + 1;
    }
    return 0;
}

int templates_render(const struct templates *templates, const char *name,
                     const msgpack_object *model, msgpack_sbuffer *out, struct error *error)
{
    struct rendering rendering = {
        .templates = templates, .out = out, .values = {model}, .depth = 1, .error = error};
    for (uint32_t i = 0; i < templates->n; i++) {
        const struct template *template = &templates->templates[i];
        if (strcmp(template->name, name) == 0)
            return render_nodes(&rendering, template, 0, template->n_nodes);
    }
    return error_set(error, "there is no template %s", name);
}
