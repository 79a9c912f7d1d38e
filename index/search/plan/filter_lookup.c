/* Only the parts of the index that are held in memory are asked. */
#include "index/search/plan/filter_lookup.h"

#include "index/segment/logins.h"
#include "index/segment/open_index.h"
#include "index/text/license_expression.h"
#include "index/trie/trie.h"

#include <cratedex/canonical_name.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Of the keywords that differ in `-` and `_` alone, the one that is written so, else the one that
   most crates have. */
int filter_lookup_keyword(struct filter_value *read, const struct index *index,
                          struct search_string value, struct error *error)
{
    char canonical[FILTER_VALUE_MAX_TEXT];
    const unsigned char *numbers;
    if (filter_value_fold(read, value) != 0)
        return filter_value_wrong(read, "a keyword such as cli", error);
    canonical_name(canonical, read->text, read->length);
    uint32_t n = trie_find(&index->keywords, canonical, read->length, &numbers);
    for (uint32_t i = 0; i < n; i++) {
        struct counted_word keyword = word_list_word(&index->keyword_list, trie_value(numbers, i));
        if (keyword.length == read->length && memcmp(keyword.text, read->text, keyword.length) == 0)
            return 0;
    }
    if (n == 0)
        return SEARCH_FILTER_UNKNOWN;
    struct counted_word first = word_list_word(&index->keyword_list, trie_value(numbers, 0));
    if (first.length > sizeof read->text)
        return SEARCH_FILTER_UNKNOWN;
    filter_value_set(read, first.text, first.length);
    return 0;
}

int filter_lookup_category(struct filter_value *read, const struct index *index,
                           struct search_string value, struct error *error)
{
    if (filter_value_fold(read, value) != 0)
        return filter_value_wrong(read, "the slug of a category such as command-line-utilities",
                                  error);
    return category_list_find(&index->categories, read->text, read->length) != NULL
               ? 0
               : SEARCH_FILTER_UNKNOWN;
}

/* Any spelling of its name. */
int filter_lookup_crate(struct filter_value *read, const struct index *index,
                        struct search_string value, struct error *error)
{
    if (filter_value_fold(read, value) != 0)
        return filter_value_wrong(read, "the name of a crate such as serde", error);
    uint32_t rank = index_find_crate(index, value.data, value.length);
    if (rank == 0)
        return SEARCH_FILTER_UNKNOWN;
    struct index_crate crate;
    index_crate(index, rank, &crate);
    filter_value_set(read, crate.name, crate.name_length);
    return 0;
}

/* Its separators stay as they were typed: only those know it right who have the login. */
int filter_lookup_owner(struct filter_value *read, const struct index *index,
                        struct search_string value, struct error *error)
{
    if (filter_value_fold(read, value) != 0)
        return filter_value_wrong(read, "the login of a user or team", error);
    return logins_find(&index->logins, read->text, read->length).n > 0 ? 0 : SEARCH_FILTER_UNKNOWN;
}

/* A list of what is right, as a sentence has it. */
struct listing {
    char text[512];
    size_t length;
};

static void list(struct listing *listing, const char *text, size_t length)
{
    size_t room = sizeof listing->text - listing->length;
    if (length + sizeof ", " > room)
        return;
    listing->length += (size_t)snprintf(listing->text + listing->length, room, "%s%.*s",
                                        listing->length > 0 ? ", " : "", (int)length, text);
}

/* Lists the values that most crates have, and how many there are besides. */
static void list_frequent(struct listing *listing, const struct attribute_values *values)
{
    enum { N_LISTED = 10 };
    char others[32];
    for (uint32_t number = 1; number <= values->n_values && number <= N_LISTED; number++) {
        uint32_t length;
        const char *text = crate_value_text(values, number, &length);
        list(listing, text, length);
    }
    if (values->n_values > N_LISTED) {
        int length =
            snprintf(others, sizeof others, "or one of %u others", values->n_values - N_LISTED);
        list(listing, others, (size_t)length);
    }
}

/* Sets the text of a value that crates have. Returns -1 where none has it. */
static int set_known(struct filter_value *read, const struct attribute_values *values,
                     const char *text, size_t length)
{
    uint32_t known_length;
    uint32_t number = crate_value_find(values, text, length);
    if (number == 0)
        return -1;
    const char *known = crate_value_text(values, number, &known_length);
    _Static_assert(CRATE_VALUE_MAX_BYTES <= FILTER_VALUE_MAX_TEXT, "every value has room");
    filter_value_set(read, known, known_length);
    return 0;
}

/* Names are filtered by, not expressions: which of two licences somebody can use is not said by
   naming both in one. */
static int refuse_expression(const struct license_expression *expression, struct error *error)
{
    struct listing listing = {.length = 0};
    for (uint32_t i = 0; i < expression->n_names; i++)
        list(&listing, expression->texts + expression->names[i].start, expression->names[i].length);
    return error_set(error, "license takes one name at a time: give each of %s by itself",
                     listing.text);
}

int filter_lookup_license(struct filter_value *read, const struct index *index,
                          struct search_string value, struct error *error)
{
    const struct attribute_values *values = &index->values.attributes[CRATE_ATTRIBUTE_LICENSE];
    struct license_expression expression;
    struct listing listing = {.length = 0};
    if (set_known(read, values, value.data, value.length) == 0)
        return 0;
    if (value.length > 0 && value.length <= LICENSE_MAX_BYTES &&
        license_expression_read(&expression, value.data, value.length)) {
        const struct license_name *name = &expression.names[0];
        if (expression.n_names > 1)
            return refuse_expression(&expression, error);
        if (set_known(read, values, expression.texts + name->start, name->length) == 0)
            return 0;
    }
    list_frequent(&listing, values);
    return listing.length > 0
               ? filter_value_wrong(read, listing.text, error)
               : filter_value_wrong(read, "a licence, of which the index has none", error);
}

/* An edition of Rust is none that is wrong, though no crate has it. */
int filter_lookup_edition(struct filter_value *read, const struct index *index,
                          struct search_string value, struct error *error)
{
    static const char *const editions[] = {"2015", "2018", "2021", "2024"};
    enum { N_EDITIONS = sizeof editions / sizeof *editions };
    const struct attribute_values *values = &index->values.attributes[CRATE_ATTRIBUTE_EDITION];
    struct listing listing = {.length = 0};
    if (set_known(read, values, value.data, value.length) == 0)
        return 0;
    list_frequent(&listing, values);
    for (size_t i = 0; i < N_EDITIONS; i++) {
        size_t length = strlen(editions[i]);
        if (length == value.length && memcmp(editions[i], value.data, length) == 0) {
            filter_value_set(read, value.data, value.length);
            return 0;
        }
        if (crate_value_find(values, editions[i], length) == 0)
            list(&listing, editions[i], length);
    }
    return filter_value_wrong(read, listing.text, error);
}
