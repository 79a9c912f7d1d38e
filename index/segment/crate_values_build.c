/* The values of each crate are put in order once as they came, to count each once, and once more
   when the numbers are known: by falling number of crates, equal ones by their bytes. */
#define _GNU_SOURCE /* qsort_r */
#include "index/segment/crate_values_build.h"

#include "index/base/append.h"
#include "index/base/compare.h"
#include "index/segment/crate_values_layout.h"

#include <stdlib.h>
#include <string.h>

struct built_value {
    int64_t id;
    size_t text; /* in `texts` */
    uint32_t length;
    uint32_t n_crates;
};

void crate_values_builder_init(struct crate_values_builder *builder)
{
    for (int i = 0; i < N_CRATE_ATTRIBUTES; i++) {
        msgpack_sbuffer_init(&builder->attributes[i].values);
        msgpack_sbuffer_init(&builder->attributes[i].texts);
        msgpack_sbuffer_init(&builder->attributes[i].places);
        msgpack_sbuffer_init(&builder->attributes[i].starts);
    }
}

void crate_values_builder_destroy(struct crate_values_builder *builder)
{
    for (int i = 0; i < N_CRATE_ATTRIBUTES; i++) {
        msgpack_sbuffer_destroy(&builder->attributes[i].values);
        msgpack_sbuffer_destroy(&builder->attributes[i].texts);
        msgpack_sbuffer_destroy(&builder->attributes[i].places);
        msgpack_sbuffer_destroy(&builder->attributes[i].starts);
    }
}

int crate_values_builder_value(struct crate_values_builder *builder, enum crate_attribute attribute,
                               const char *text, size_t length, int64_t id, uint32_t *place,
                               struct error *error)
{
    struct attribute_builder *own = &builder->attributes[attribute];
    struct built_value value = {.id = id, .text = own->texts.size, .length = (uint32_t)length};
    size_t n_values = own->values.size / sizeof value;
    if (n_values >= UINT32_MAX - 1 || own->texts.size + length > UINT32_MAX)
        return error_set(error, "the crates' values pass 2^32, or 4 GiB of text");
    *place = (uint32_t)n_values;
    if (append(&own->texts, text, length, error) != 0)
        return -1;
    return append(&own->values, &value, sizeof value, error);
}

static uint32_t count_numbers(const msgpack_sbuffer *numbers)
{
    return (uint32_t)(numbers->size / sizeof(uint32_t));
}

/* Ends the crates before `rank`. */
static int begin_crates(struct attribute_builder *own, uint32_t rank, struct error *error)
{
    uint32_t start = count_numbers(&own->places);
    while (count_numbers(&own->starts) < rank) {
        if (append(&own->starts, &start, sizeof start, error) != 0)
            return -1;
    }
    return 0;
}

int crate_values_builder_add(struct crate_values_builder *builder, enum crate_attribute attribute,
                             uint32_t rank, uint32_t place, struct error *error)
{
    struct attribute_builder *own = &builder->attributes[attribute];
    if (count_numbers(&own->places) == UINT32_MAX)
        return error_set(error, "the crates have 2^32 values or more");
    if (begin_crates(own, rank, error) != 0)
        return -1;
    return append(&own->places, &place, sizeof place, error);
}

/* One attribute on its way into the block. */
struct finishing {
    struct built_value *values; /* by place; in the builder */
    const char *texts;
    uint32_t *starts;    /* of each crate, and the end; in the builder */
    uint32_t *numbers;   /* of all crates; in the builder */
    uint32_t *sorted;    /* places, in the order of numbers */
    uint32_t *number_of; /* by place; 0 where no crate has it */
    uint32_t *by_text;   /* numbers */
    struct attribute_header header;
};

/* Each value of a crate once, in ascending order; the crates move together. */
static void unite(struct finishing *finishing, uint32_t n_crates)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < n_crates; i++) {
        uint32_t start = finishing->starts[i];
        uint32_t n_own = finishing->starts[i + 1] - start;
        finishing->starts[i] = n;
        if (n_own == 0)
            continue; /* where none has any, there is no array */
        uint32_t *own = finishing->numbers + start;
        if (n_own > 1)
            qsort(own, n_own, sizeof *own, compare_uint32);
        for (uint32_t k = 0; k < n_own; k++) {
            if (k == 0 || own[k] != own[k - 1]) {
                finishing->values[own[k]].n_crates++;
                finishing->numbers[n++] = own[k];
            }
        }
    }
    finishing->starts[n_crates] = n;
}

static const char *text_of(const struct finishing *finishing, uint32_t place)
{
    return finishing->texts + finishing->values[place].text;
}

static int compare_by_crates(const void *left_place, const void *right_place, void *context)
{
    const struct finishing *finishing = context;
    uint32_t left = *(const uint32_t *)left_place;
    uint32_t right = *(const uint32_t *)right_place;
    const struct built_value *left_value = &finishing->values[left];
    const struct built_value *right_value = &finishing->values[right];
    if (left_value->n_crates != right_value->n_crates)
        return left_value->n_crates > right_value->n_crates ? -1 : 1;
    uint32_t shorter =
        left_value->length < right_value->length ? left_value->length : right_value->length;
    int order = memcmp(text_of(finishing, left), text_of(finishing, right), shorter);
    return order != 0 ? order
                      : (left_value->length > right_value->length) -
                            (left_value->length < right_value->length);
}

/* Of numbers. */
static int compare_by_text(const void *left_number, const void *right_number, void *context)
{
    const struct finishing *finishing = context;
    uint32_t left = finishing->sorted[*(const uint32_t *)left_number - 1];
    uint32_t right = finishing->sorted[*(const uint32_t *)right_number - 1];
    int order = crate_value_compare(text_of(finishing, left), finishing->values[left].length,
                                    text_of(finishing, right), finishing->values[right].length);
    return order != 0 ? order : compare_uint32(left_number, right_number);
}

/* Numbers the values that crates have. */
static void number_values(struct finishing *finishing, uint32_t n_values)
{
    struct attribute_header *header = &finishing->header;
    for (uint32_t place = 0; place < n_values; place++) {
        if (finishing->values[place].n_crates > 0)
            finishing->sorted[header->n_values++] = place;
    }
    qsort_r(finishing->sorted, header->n_values, sizeof *finishing->sorted, compare_by_crates,
            finishing);
    for (uint32_t i = 0; i < header->n_values; i++) {
        finishing->number_of[finishing->sorted[i]] = i + 1;
        finishing->by_text[i] = i + 1;
        header->n_text_bytes += finishing->values[finishing->sorted[i]].length;
    }
    qsort_r(finishing->by_text, header->n_values, sizeof *finishing->by_text, compare_by_text,
            finishing);
}

/* Replaces places by numbers. */
static void number_crates(struct finishing *finishing, uint32_t n_crates)
{
    for (uint32_t i = 0; i < n_crates; i++) {
        uint32_t n_own = finishing->starts[i + 1] - finishing->starts[i];
        if (n_own == 0)
            continue;
        uint32_t *own = finishing->numbers + finishing->starts[i];
        for (uint32_t k = 0; k < n_own; k++)
            own[k] = finishing->number_of[own[k]];
        if (n_own > 1)
            qsort(own, n_own, sizeof *own, compare_uint32);
        if (n_own > 1)
            finishing->header.has_starts = 1;
    }
    finishing->header.n_numbers =
        finishing->header.has_starts ? finishing->starts[n_crates] : n_crates;
}

static int append_dictionary(const struct finishing *finishing, msgpack_sbuffer *block,
                             struct error *error)
{
    uint32_t n_values = finishing->header.n_values;
    int result = append(block, &finishing->header, sizeof finishing->header, error);
    for (uint32_t i = 0; i < n_values && result == 0; i++)
        result = append(block, &finishing->values[finishing->sorted[i]].id, sizeof(int64_t), error);
    for (uint32_t i = 0; i < n_values && result == 0; i++)
        result = append(block, &finishing->values[finishing->sorted[i]].n_crates, sizeof(uint32_t),
                        error);
    uint32_t offset = 0;
    for (uint32_t i = 0; i <= n_values && result == 0; i++) {
        result = append(block, &offset, sizeof offset, error);
        offset += i < n_values ? finishing->values[finishing->sorted[i]].length : 0;
    }
    if (result == 0)
        result = append(block, finishing->by_text, n_values * sizeof(uint32_t), error);
    return result;
}

static int append_number(const struct finishing *finishing, uint32_t number, msgpack_sbuffer *block,
                         struct error *error)
{
    uint16_t narrow = (uint16_t)number;
    return attribute_number_bytes(&finishing->header) == sizeof narrow
               ? append(block, &narrow, sizeof narrow, error)
               : append(block, &number, sizeof number, error);
}

static int append_crates(const struct finishing *finishing, uint32_t n_crates,
                         msgpack_sbuffer *block, struct error *error)
{
    const uint32_t *starts = finishing->starts;
    int result = 0;
    if (finishing->header.has_starts) {
        result = append(block, starts, ((size_t)n_crates + 1) * sizeof *starts, error);
        for (uint32_t at = 0; at < starts[n_crates] && result == 0; at++)
            result = append_number(finishing, finishing->numbers[at], block, error);
        return result;
    }
    for (uint32_t i = 0; i < n_crates && result == 0; i++) {
        bool has_one = starts[i + 1] > starts[i];
        result =
            append_number(finishing, has_one ? finishing->numbers[starts[i]] : 0, block, error);
    }
    return result;
}

static int append_attribute(const struct finishing *finishing, uint32_t n_crates,
                            msgpack_sbuffer *block, struct error *error)
{
    static const char zeros[8];
    const struct attribute_header *header = &finishing->header;
    int result = append_dictionary(finishing, block, error);
    if (result == 0)
        result = append_crates(finishing, n_crates, block, error);
    for (uint32_t i = 0; i < header->n_values && result == 0; i++) {
        uint32_t place = finishing->sorted[i];
        result = append(block, text_of(finishing, place), finishing->values[place].length, error);
    }
    uint64_t used = attribute_used_bytes(header, n_crates);
    return result != 0 ? -1 : append(block, zeros, attribute_bytes(header, n_crates) - used, error);
}

static int finish_attribute(struct attribute_builder *own, uint32_t n_crates,
                            msgpack_sbuffer *block, struct error *error)
{
    if (begin_crates(own, n_crates + 1, error) != 0)
        return -1;
    uint32_t n_values = (uint32_t)(own->values.size / sizeof(struct built_value));
    uint32_t *room = calloc(3 * (size_t)n_values + 1, sizeof *room);
    if (room == NULL)
        return error_out_of_memory(error);
    struct finishing finishing = {.values = (void *)own->values.data,
                                  .texts = own->texts.data,
                                  .starts = (void *)own->starts.data,
                                  .numbers = (void *)own->places.data,
                                  .sorted = room,
                                  .number_of = room + n_values,
                                  .by_text = room + 2 * (size_t)n_values};
    unite(&finishing, n_crates);
    number_values(&finishing, n_values);
    number_crates(&finishing, n_crates);
    int result = append_attribute(&finishing, n_crates, block, error);
    free(room);
    return result;
}

int crate_values_builder_finish(struct crate_values_builder *builder, uint32_t n_crates,
                                msgpack_sbuffer *block, struct error *error)
{
    struct values_header header = {CRATE_VALUES_MAGIC, N_CRATE_ATTRIBUTES};
    int result = append(block, &header, sizeof header, error);
    for (int i = 0; i < N_CRATE_ATTRIBUTES && result == 0; i++)
        result = finish_attribute(&builder->attributes[i], n_crates, block, error);
    return result;
}
