/* The features are sorted by name, so that each name that one enables is found by bisection, and
   each is followed once: n log n, whatever a manifest says. */
#include "server/pages/crate/feature_rows.h"

#include <stdlib.h>
#include <string.h>

#define DEFAULT "default"
#define MAX_ENABLES 24 /* that are shown of one feature */

struct feature {
    const char *name;
    size_t length;
    const msgpack_object *enables;
    bool is_default;
};

struct feature_set {
    struct feature *features; /* by name */
    uint32_t n;
    uint32_t *pending; /* found to be on, and not followed: a stack */
    uint32_t n_pending;
};

uint32_t feature_rows_n(const msgpack_object *features)
{
    return features != NULL && features->type == MSGPACK_OBJECT_MAP ? features->via.map.size : 0;
}

static int compare_text(const char *left, size_t left_length, const char *right,
                        size_t right_length)
{
    size_t shared = left_length < right_length ? left_length : right_length;
    int order = memcmp(left, right, shared);
    return order != 0 ? order : (left_length > right_length) - (left_length < right_length);
}

static int compare(const void *left, const void *right)
{
    const struct feature *a = left;
    const struct feature *b = right;
    return compare_text(a->name, a->length, b->name, b->length);
}

/* Notes that the feature of that name, if there is one, is on. */
static void turn_on(struct feature_set *set, const char *name, size_t length)
{
    const struct feature wanted = {.name = name, .length = length};
    struct feature *found =
        set->n > 0 ? bsearch(&wanted, set->features, set->n, sizeof wanted, compare) : NULL;
    if (found == NULL || found->is_default)
        return;
    found->is_default = true;
    set->pending[set->n_pending++] = (uint32_t)(found - set->features);
}

static void follow_default(struct feature_set *set)
{
    turn_on(set, DEFAULT, strlen(DEFAULT));
    while (set->n_pending > 0) {
        const msgpack_object *enables = set->features[set->pending[--set->n_pending]].enables;
        for (uint32_t i = 0; i < object_n_elements(enables); i++) {
            size_t length;
            const char *name = object_text(object_element(enables, i), &length);
            turn_on(set, name, length);
        }
    }
}

/* Returns 0, or -1 when memory runs out. */
static int read_features(const msgpack_object *features, struct feature_set *set)
{
    *set = (struct feature_set){.n = feature_rows_n(features)};
    set->features = calloc(set->n + 1, sizeof *set->features);
    set->pending = calloc(set->n + 1, sizeof *set->pending);
    if (set->features == NULL || set->pending == NULL)
        return -1;
    for (uint32_t i = 0; i < set->n; i++) {
        struct feature *feature = &set->features[i];
        feature->name = object_text(&features->via.map.ptr[i].key, &feature->length);
        feature->enables = &features->via.map.ptr[i].val;
    }
    qsort(set->features, set->n, sizeof *set->features, compare);
    follow_default(set);
    return 0;
}

static bool is_called_default(const struct feature *feature)
{
    return feature->length == strlen(DEFAULT) &&
           memcmp(feature->name, DEFAULT, feature->length) == 0;
}

static void encode_row(const struct feature *feature, struct encoder *model)
{
    uint32_t n = object_n_elements(feature->enables);
    uint32_t n_shown = n < MAX_ENABLES ? n : MAX_ENABLES;
    encoder_object(model, 4);
    encoder_key(model, "name");
    encoder_string(model, feature->name, feature->length);
    encoder_member_boolean(model, "is_default", feature->is_default);
    encoder_key(model, "enables");
    encoder_array(model, n_shown);
    for (uint32_t i = 0; i < n_shown; i++)
        object_encode(object_element(feature->enables, i), model);
    encoder_end_array(model);
    list_more_encode("more", n, n_shown, model);
    encoder_end_object(model);
}

/* The rows that are of that name, or those that are not; `*place` counts both. */
static void encode_rows(const struct feature_set *set, bool wants_default, uint32_t *place,
                        const struct list_window *window, struct encoder *model)
{
    for (uint32_t i = 0; i < set->n; i++) {
        const struct feature *feature = &set->features[i];
        if (is_called_default(feature) == wants_default && list_window_has(window, (*place)++))
            encode_row(feature, model);
    }
}

int feature_rows_encode(const msgpack_object *features, const struct list_window *window,
                        struct encoder *model, struct failure *failure)
{
    struct feature_set set;
    uint32_t place = 0;
    int result = read_features(features, &set);
    if (result == 0) {
        encoder_array(model, list_window_share(window, 0, set.n));
        encode_rows(&set, true, &place, window, model);
        encode_rows(&set, false, &place, window, model);
        encoder_end_array(model);
    } else {
        error_out_of_memory(&failure->error);
        failure->status = 500;
    }
    free(set.features);
    free(set.pending);
    return result;
}
