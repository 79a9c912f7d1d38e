/* Every different text is read once, for a registry has some thousand. Names that differ in upper
   and lower case only are one name, which is shown as most crates spell it. */
#define _GNU_SOURCE /* qsort_r */
#include "index/build/build_licenses.h"

#include "index/base/append.h"
#include "index/base/ascii.h"
#include "index/build/build_part.h"
#include "index/segment/licenses.h"
#include "index/text/license_expression.h"

#include <stdlib.h>
#include <string.h>

_Static_assert(LICENSE_MAX_BYTES == CRATE_VALUE_MAX_BYTES, "a text that is read can be a value");

void build_licenses_destroy(struct build_licenses *licenses)
{
    text_numbers_destroy(&licenses->texts);
    text_numbers_destroy(&licenses->names);
    text_numbers_destroy(&licenses->spellings);
    msgpack_sbuffer_destroy(&licenses->codes);
    free(licenses->code_starts);
    free(licenses->n_crates);
}

int build_licenses_add(struct build_licenses *licenses, struct build *build, uint32_t rank,
                       const char *text, size_t length, struct error *error)
{
    uint32_t number;
    if (length == 0 || length > LICENSE_MAX_BYTES)
        return 0;
    if (text_numbers_get(&licenses->texts, text, length, &number, error) != 0)
        return -1;
    build->license_numbers[rank - 1] = number + 1;
    return 0;
}

/* What is learned of names and their spellings; all grow as the expressions are read. */
struct naming {
    struct build_licenses *licenses;
    struct crate_values_builder *values;
    msgpack_sbuffer name_of; /* of uint32_t, by spelling */
    msgpack_sbuffer n_uses;  /* of uint32_t, by spelling: crates, one for each place in its text */
};

static uint32_t *numbers_in(msgpack_sbuffer *buffer)
{
    return (void *)buffer->data;
}

/* Notes one name of an expression that `n_crates` crates have, and stores the name's number. */
static int note_name(struct naming *naming, const char *text, size_t length, uint32_t n_crates,
                     uint32_t *name, struct error *error)
{
    char folded[LICENSE_MAX_BYTES];
    static const uint32_t none = 0;
    uint32_t spelling;
    uint32_t n_before = naming->licenses->spellings.n;
    for (size_t i = 0; i < length; i++)
        folded[i] = ascii_lower(text[i]);
    if (text_numbers_get(&naming->licenses->names, folded, length, name, error) != 0 ||
        text_numbers_get(&naming->licenses->spellings, text, length, &spelling, error) != 0)
        return -1;
    if (spelling == n_before && (append(&naming->name_of, name, sizeof *name, error) != 0 ||
                                 append(&naming->n_uses, &none, sizeof none, error) != 0))
        return -1;
    numbers_in(&naming->n_uses)[spelling] += n_crates;
    return 0;
}

static int read_text(struct naming *naming, const struct listed_text *text, uint32_t n_crates,
                     struct error *error)
{
    struct build_licenses *licenses = naming->licenses;
    struct license_expression expression;
    uint32_t names[LICENSE_MAX_NAMES];
    license_expression_read(&expression, text->text, text->length);
    for (uint32_t i = 0; i < expression.n_names; i++) {
        const struct license_name *name = &expression.names[i];
        if (note_name(naming, expression.texts + name->start, name->length, n_crates, &names[i],
                      error) != 0)
            return -1;
    }
    for (uint32_t i = 0; i < expression.n_codes; i++) {
        uint32_t code = expression.codes[i];
        bool is_name = code != LICENSE_AND && code != LICENSE_OR;
        if (is_name)
            code = names[code] + 1;
        if (append(&licenses->codes, &code, sizeof code, error) != 0)
            return -1;
    }
    return 0;
}

static int read_texts(struct naming *naming, struct error *error)
{
    struct build_licenses *licenses = naming->licenses;
    struct listed_text *texts = calloc((size_t)licenses->texts.n + 1, sizeof *texts);
    int result = texts == NULL ? error_out_of_memory(error) : 0;
    if (result == 0)
        text_numbers_list(&licenses->texts, texts);
    for (uint32_t i = 0; i < licenses->texts.n && result == 0; i++) {
        licenses->code_starts[i] = (uint32_t)(licenses->codes.size / sizeof(uint32_t));
        result = read_text(naming, &texts[i], licenses->n_crates[i], error);
    }
    licenses->code_starts[licenses->texts.n] = (uint32_t)(licenses->codes.size / sizeof(uint32_t));
    free(texts);
    return result;
}

/* True where a spelling stands for its name rather than another one: more use it, or as many and
   its bytes come first. */
static bool is_better(struct naming *naming, const struct listed_text *spellings, uint32_t spelling,
                      uint32_t other)
{
    const uint32_t *n_uses = numbers_in(&naming->n_uses);
    if (n_uses[spelling] != n_uses[other])
        return n_uses[spelling] > n_uses[other];
    return memcmp(spellings[spelling].text, spellings[other].text, spellings[other].length) < 0;
}

/* Adds every name as the value whose place is its number. `shown` has room for all names: the
   spelling of each, and 1 more. */
static int add_values(struct naming *naming, const struct listed_text *spellings, uint32_t *shown,
                      struct error *error)
{
    for (uint32_t i = 0; i < naming->licenses->spellings.n; i++) {
        uint32_t name = numbers_in(&naming->name_of)[i];
        if (shown[name] == 0 || is_better(naming, spellings, i, shown[name] - 1))
            shown[name] = i + 1;
    }
    for (uint32_t name = 0; name < naming->licenses->names.n; name++) {
        const struct listed_text *spelling = &spellings[shown[name] - 1];
        uint32_t place;
        if (crate_values_builder_value(naming->values, CRATE_ATTRIBUTE_LICENSE, spelling->text,
                                       spelling->length, 0, &place, error) != 0)
            return -1;
    }
    return 0;
}

static int name_values(struct naming *naming, struct error *error)
{
    struct build_licenses *licenses = naming->licenses;
    struct listed_text *spellings = calloc((size_t)licenses->spellings.n + 1, sizeof *spellings);
    uint32_t *shown = calloc((size_t)licenses->names.n + 1, sizeof *shown);
    int result = spellings == NULL || shown == NULL ? error_out_of_memory(error) : 0;
    if (result == 0) {
        text_numbers_list(&licenses->spellings, spellings);
        result = add_values(naming, spellings, shown, error);
    }
    free(shown);
    free(spellings);
    return result;
}

static int give_names(const struct build_licenses *licenses, const struct build *build,
                      struct crate_values_builder *values, struct error *error)
{
    const uint32_t *codes = (const void *)licenses->codes.data;
    for (uint32_t rank = 1; rank <= build->n_crates; rank++) {
        uint32_t number = build->license_numbers[rank - 1];
        if (number == 0)
            continue;
        for (uint32_t at = licenses->code_starts[number - 1]; at < licenses->code_starts[number];
             at++) {
            if (codes[at] != LICENSE_AND && codes[at] != LICENSE_OR &&
                crate_values_builder_add(values, CRATE_ATTRIBUTE_LICENSE, rank, codes[at] - 1,
                                         error) != 0)
                return -1;
        }
    }
    return 0;
}

int build_licenses_give_names(struct build_licenses *licenses, struct build *build,
                              struct crate_values_builder *values, struct error *error)
{
    struct naming naming = {.licenses = licenses, .values = values};
    size_t n_texts = licenses->texts.n;
    licenses->code_starts = calloc(n_texts + 1, sizeof *licenses->code_starts);
    licenses->n_crates = calloc(n_texts + 1, sizeof *licenses->n_crates);
    if (licenses->code_starts == NULL || licenses->n_crates == NULL)
        return error_out_of_memory(error);
    for (uint32_t i = 0; i < build->n_crates; i++) {
        if (build->license_numbers[i] != 0)
            licenses->n_crates[build->license_numbers[i] - 1]++;
    }
    int result = read_texts(&naming, error);
    if (result == 0)
        result = name_values(&naming, error);
    if (result == 0)
        result = give_names(licenses, build, values, error);
    msgpack_sbuffer_destroy(&naming.name_of);
    msgpack_sbuffer_destroy(&naming.n_uses);
    return result;
}

/* Expressions in the order of their numbers. */
struct numbering {
    const struct build_licenses *licenses;
    struct listed_text *texts;
    struct listed_text *names;
    uint32_t *sorted;    /* texts */
    uint32_t *number_of; /* by text */
};

static int compare_texts(const void *left_text, const void *right_text, void *context)
{
    const struct numbering *numbering = context;
    uint32_t left = *(const uint32_t *)left_text;
    uint32_t right = *(const uint32_t *)right_text;
    const uint32_t *n_crates = numbering->licenses->n_crates;
    if (n_crates[left] != n_crates[right])
        return n_crates[left] > n_crates[right] ? -1 : 1;
    const struct listed_text *left_own = &numbering->texts[left];
    const struct listed_text *right_own = &numbering->texts[right];
    size_t shorter = left_own->length < right_own->length ? left_own->length : right_own->length;
    int order = memcmp(left_own->text, right_own->text, shorter);
    return order != 0
               ? order
               : (left_own->length > right_own->length) - (left_own->length < right_own->length);
}

/* Adds an expression with the numbers that its names have as values. */
static int add_expression(const struct numbering *numbering, const struct attribute_values *values,
                          uint32_t text, struct licenses_builder *builder, struct error *error)
{
    const struct build_licenses *licenses = numbering->licenses;
    const uint32_t *own =
        (const uint32_t *)(const void *)licenses->codes.data + licenses->code_starts[text];
    uint32_t codes[LICENSE_MAX_CODES];
    uint32_t n_codes = licenses->code_starts[text + 1] - licenses->code_starts[text];
    for (uint32_t i = 0; i < n_codes; i++) {
        bool is_name = own[i] != LICENSE_AND && own[i] != LICENSE_OR;
        const struct listed_text *name = is_name ? &numbering->names[own[i] - 1] : NULL;
        codes[i] = is_name ? crate_value_find(values, name->text, name->length) : own[i];
    }
    const struct listed_text *own_text = &numbering->texts[text];
    return licenses_builder_add(builder, own_text->text, own_text->length, codes, n_codes, error);
}

static int write_part(struct numbering *numbering, struct build *build, struct error *error)
{
    const struct attribute_values *values = &build->values.attributes[CRATE_ATTRIBUTE_LICENSE];
    uint32_t n_texts = numbering->licenses->texts.n;
    struct licenses_builder builder;
    msgpack_sbuffer block;
    licenses_builder_init(&builder);
    msgpack_sbuffer_init(&block);
    int result = 0;
    for (uint32_t i = 0; i < n_texts && result == 0; i++) {
        numbering->number_of[numbering->sorted[i]] = i + 1;
        result = add_expression(numbering, values, numbering->sorted[i], &builder, error);
    }
    if (result == 0)
        result = licenses_builder_finish(&builder, &block, error);
    if (result == 0)
        result = build_write_part(build, INDEX_PART_LICENSES, &block, error);
    msgpack_sbuffer_destroy(&block);
    licenses_builder_destroy(&builder);
    return result;
}

int build_licenses_write(struct build_licenses *licenses, struct build *build, struct error *error)
{
    uint32_t n_texts = licenses->texts.n;
    struct listed_text *texts = calloc((size_t)n_texts + licenses->names.n + 1, sizeof *texts);
    uint32_t *numbers = calloc(2 * (size_t)n_texts + 1, sizeof *numbers);
    int result = texts == NULL || numbers == NULL ? error_out_of_memory(error) : 0;
    struct numbering numbering = {licenses, texts, texts + n_texts, numbers, numbers + n_texts};
    if (result == 0) {
        text_numbers_list(&licenses->texts, numbering.texts);
        text_numbers_list(&licenses->names, numbering.names);
        for (uint32_t i = 0; i < n_texts; i++)
            numbering.sorted[i] = i;
        qsort_r(numbering.sorted, n_texts, sizeof *numbering.sorted, compare_texts, &numbering);
        result = write_part(&numbering, build, error);
    }
    for (uint32_t i = 0; i < build->n_crates && result == 0; i++) {
        if (build->license_numbers[i] != 0)
            build->license_numbers[i] = numbering.number_of[build->license_numbers[i] - 1];
    }
    free(numbers);
    free(texts);
    return result;
}
