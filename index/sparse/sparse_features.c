/* A feature is extended where one of its values has the syntax of RFC 3143, which cargo before 1.19
   cannot parse: `dep:name`, or `name?/feature`. Those move to an object of their own, and after
   them, until nothing moves any more, the features that enable one that has moved: an old cargo
   must not see a feature that names another that it does not know. */
#include "index/sparse/sparse_features.h"

#include "index/base/json_text.h"

#include <stdbool.h>
#include <string.h>

static bool is_list_of_strings(const json_t *values)
{
    size_t i;
    json_t *value;
    if (!json_is_array(values))
        return false;
    json_array_foreach(values, i, value)
    {
        if (!json_is_string(value))
            return false;
    }
    return true;
}

static bool is_features(json_t *features)
{
    const char *name;
    json_t *values;
    if (!json_is_object(features))
        return false;
    json_object_foreach(features, name, values)
    {
        if (!is_list_of_strings(values))
            return false;
    }
    return true;
}

static bool is_extended(const json_t *values, const json_t *extended)
{
    size_t i;
    json_t *value;
    json_array_foreach(values, i, value)
    {
        const char *text = json_string_value(value);
        if (strncmp(text, "dep:", 4) == 0 || strstr(text, "?/") != NULL ||
            json_object_get(extended, text) != NULL)
            return true;
    }
    return false;
}

/* Moves what is extended now. Returns how many features moved, or -1 (memory). */
static int move_extended(struct sparse_features *features)
{
    const char *name;
    json_t *values;
    void *next;
    int n_moved = 0;
    json_object_foreach_safe(features->plain, next, name, values)
    {
        if (!is_extended(values, features->extended))
            continue;
        if (features->extended == NULL)
            features->extended = json_object();
        if (json_object_set(features->extended, name, values) != 0)
            return -1;
        json_object_del(features->plain, name);
        n_moved++;
    }
    return n_moved;
}

int sparse_features_read(struct sparse_features *features, const char *text, size_t length,
                         struct error *error)
{
    struct error why;
    *features = (struct sparse_features){NULL, NULL};
    if (text == NULL || strcmp(text, "{}") == 0)
        return 0;
    features->plain = json_text_read(text, length, 0, &why);
    if (features->plain == NULL)
        return why.is_transient ? error_out_of_memory(error) : 1;
    int n_moved = is_features(features->plain) ? 1 : -1;
    int result = n_moved > 0 ? 0 : 1;
    while (n_moved > 0)
        n_moved = move_extended(features);
    if (result == 0 && n_moved < 0)
        result = error_out_of_memory(error);
    if (result != 0)
        sparse_features_free(features);
    return result;
}

void sparse_features_free(struct sparse_features *features)
{
    json_decref(features->plain);
    json_decref(features->extended);
    *features = (struct sparse_features){NULL, NULL};
}
