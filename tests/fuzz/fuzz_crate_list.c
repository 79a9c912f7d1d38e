/* Any query as parameters of the crate list: what is accepted keeps the search's limits, its key
   fits, and the link that its spelling gives asks for the same (same key) where the value behind it
   is the request's own. */
#include "server/endpoints/crate_list_parameters.h"
#include "server/parameters/link_spelling.h"
#include "tests/support/fuzzed_index.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct fuzzed_index fuzzed;

/* NOLINTNEXTLINE(readability-non-const-parameter): the signature is libFuzzer's */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    fuzzed_index_open(&fuzzed);
    return 0;
}

struct parsed {
    struct query_string query;
    struct crate_list_parameters parameters;
    struct canonical_key key;
};

static void require(bool holds)
{
    if (!holds)
        abort();
}

static int parse(struct parsed *parsed, const char *text, size_t size)
{
    struct failure failure = {.status = 0};
    if (query_string_parse(&parsed->query, text, size, &failure.error) != 0)
        return -1;
    canonical_key_init(&parsed->key, 0, 0, 1);
    if (crate_list_parse(&parsed->query, fuzzed.index, EXPERIMENT_NONE, &parsed->parameters,
                         &parsed->key, &failure) == 0)
        return 0;
    require((failure.status == 400 || failure.status == 403) && failure.error.message[0] != '\0');
    return -1;
}

static void check_search(const struct crate_list_parameters *parameters)
{
    const struct search_query *search = &parameters->search;
    require(search->limit >= 1 && search->limit <= SEARCH_MAX_LIMIT);
    require(search->offset <= SEARCH_MAX_OFFSET);
    require(search->offset == 0 || search->after.data == NULL);
    require(search->text.length <= SEARCH_MAX_TEXT_BYTES);
    require(search->n_keywords <= CRATE_LIST_MAX_KEYWORDS);
    require(search->n_names <= QUERY_STRING_MAX_PARAMETERS);
    require(parameters->text_length <= sizeof parameters->text);
    require((search->filters != NULL) == (parameters->filters.n > 0));
    require(parameters->filters.n <= SEARCH_MAX_FILTERS);
    require(parameters->filters.text_length <= SEARCH_MAX_FILTER_TEXT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct parsed parsed, again;
    static struct link_spelling spelling;
    static char link[LINK_MAX_BYTES];
    if (parse(&parsed, (const char *)data, size) != 0)
        return 0;
    check_search(&parsed.parameters);
    require(!parsed.key.is_too_long);
    link_spelling_write(&spelling, &parsed.query);
    require(spelling.length <= sizeof spelling.text);

    const char *set = parsed.parameters.pagination.mode == PAGE_NUMBER ? "page" : "seek";
    const struct query_parameter *own = query_string_find(&parsed.query, set);
    if (own == NULL || own->value_length > 512)
        return 0;
    size_t length = link_write(link, &spelling, own->value, own->value_length);
    require(link[0] == '?' && length <= sizeof link);
    if (length - 1 > QUERY_STRING_MAX_BYTES)
        return 0;
    require(parse(&again, link + 1, length - 1) == 0);
    require(again.key.size == parsed.key.size &&
            memcmp(again.key.bytes, parsed.key.bytes, again.key.size) == 0);
    return 0;
}
