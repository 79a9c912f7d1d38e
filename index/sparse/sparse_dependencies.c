/* Rows hold places in one buffer of texts, which moves when it grows; place 0 is no text. They are
   sorted here and not by SQLite, whose sorter costs more to set up than a dozen rows are worth. */
#define _GNU_SOURCE /* qsort_r */
#include "index/sparse/sparse_dependencies.h"

#include <cratedex/encoder.h>
#include <stdlib.h>
#include <string.h>

struct sparse_dependency_row {
    size_t name;
    size_t package;
    size_t requirement;
    size_t features;
    size_t target;
    int kind;
    bool is_optional;
    bool has_default_features;
};

void sparse_dependencies_init(struct sparse_dependencies *dependencies)
{
    *dependencies = (struct sparse_dependencies){.rows = NULL};
    msgpack_sbuffer_init(&dependencies->texts);
}

void sparse_dependencies_free(struct sparse_dependencies *dependencies)
{
    free(dependencies->rows);
    msgpack_sbuffer_destroy(&dependencies->texts);
    sparse_dependencies_init(dependencies);
}

void sparse_dependencies_clear(struct sparse_dependencies *dependencies)
{
    dependencies->n_rows = 0;
    dependencies->texts.size = 0;
}

/* Copies a text; `*place` becomes 0 for NULL. */
static int keep(struct sparse_dependencies *dependencies, const char *text, size_t *place)
{
    msgpack_sbuffer *texts = &dependencies->texts;
    *place = text == NULL ? 0 : texts->size;
    return text == NULL ? 0 : msgpack_sbuffer_write(texts, text, strlen(text) + 1);
}

static int reserve_row(struct sparse_dependencies *dependencies)
{
    if (dependencies->n_rows < dependencies->capacity)
        return 0;
    size_t capacity = dependencies->capacity == 0 ? 64 : 2 * dependencies->capacity;
    void *grown = realloc(dependencies->rows, capacity * sizeof *dependencies->rows);
    if (grown == NULL)
        return -1;
    dependencies->rows = grown;
    dependencies->capacity = capacity;
    return 0;
}

int sparse_dependencies_add(struct sparse_dependencies *dependencies,
                            const struct sparse_dependency *dependency)
{
    if (reserve_row(dependencies) != 0 ||
        (dependencies->texts.size == 0 && msgpack_sbuffer_write(&dependencies->texts, "", 1) != 0))
        return -1;
    bool is_renamed = dependency->alias != NULL;
    struct sparse_dependency_row *row = &dependencies->rows[dependencies->n_rows];
    row->kind = dependency->kind;
    row->is_optional = dependency->is_optional;
    row->has_default_features = dependency->has_default_features;
    if (keep(dependencies, is_renamed ? dependency->alias : dependency->crate, &row->name) != 0 ||
        keep(dependencies, is_renamed ? dependency->crate : NULL, &row->package) != 0 ||
        keep(dependencies, dependency->requirement, &row->requirement) != 0 ||
        keep(dependencies, dependency->features, &row->features) != 0 ||
        keep(dependencies, dependency->target, &row->target) != 0)
        return -1;
    dependencies->n_rows++;
    return 0;
}

/* No text is before every text. */
static int order_texts(const char *texts, size_t left, size_t right)
{
    if (left == 0 || right == 0)
        return (left != 0) - (right != 0);
    return strcmp(texts + left, texts + right);
}

/* Lists as they are compared element by element: the end of one is before any further element. */
static int order_lists(const char *texts, size_t left, size_t right)
{
    const char *a = texts + left;
    const char *b = texts + right;
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    if (*a != *b && (*a == ']' || *b == ']'))
        return *a == ']' ? -1 : 1;
    return (unsigned char)*a - (unsigned char)*b;
}

static int order_rows(const void *left, const void *right, void *context)
{
    const struct sparse_dependency_row *a = left;
    const struct sparse_dependency_row *b = right;
    const char *texts = context;
    int order = order_texts(texts, a->name, b->name);
    if (order == 0)
        order = a->kind - b->kind;
    if (order == 0)
        order = order_texts(texts, a->requirement, b->requirement);
    if (order == 0)
        order = a->is_optional - b->is_optional;
    if (order == 0)
        order = a->has_default_features - b->has_default_features;
    if (order == 0)
        order = order_texts(texts, a->target, b->target);
    if (order == 0)
        order = order_texts(texts, a->package, b->package);
    return order != 0 ? order : order_lists(texts, a->features, b->features);
}

static void write_row(const struct sparse_dependency_row *row, const char *texts,
                      struct encoder *encoder)
{
    static const char *const kinds[] = {"normal", "build", "dev"};
    encoder_object(encoder, row->package != 0 ? 8 : 7);
    encoder_member_text(encoder, "name", texts + row->name);
    encoder_member_text(encoder, "req", texts + row->requirement);
    encoder_key(encoder, "features");
    if (row->features != 0)
        encoder_fragment(encoder, texts + row->features, strlen(texts + row->features));
    else
        encoder_fragment(encoder, "[]", 2);
    encoder_member_boolean(encoder, "optional", row->is_optional);
    encoder_member_boolean(encoder, "default_features", row->has_default_features);
    encoder_member_text(encoder, "target", row->target != 0 ? texts + row->target : NULL);
    encoder_member_text(encoder, "kind", kinds[row->kind >= 0 && row->kind <= 2 ? row->kind : 0]);
    if (row->package != 0)
        encoder_member_text(encoder, "package", texts + row->package);
    encoder_end_object(encoder);
}

int sparse_dependencies_write(struct sparse_dependencies *dependencies, msgpack_sbuffer *out,
                              struct error *error)
{
    struct encoder encoder;
    char *texts = dependencies->texts.data;
    if (dependencies->n_rows > 1)
        qsort_r(dependencies->rows, dependencies->n_rows, sizeof *dependencies->rows, order_rows,
                texts);
    encoder_init(&encoder, ENCODING_JSON, out);
    encoder_array(&encoder, (uint32_t)dependencies->n_rows);
    for (size_t i = 0; i < dependencies->n_rows; i++)
        write_row(&dependencies->rows[i], texts, &encoder);
    encoder_end_array(&encoder);
    return encoder_finish(&encoder, error);
}
