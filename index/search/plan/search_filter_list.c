/* The list is kept in order by insertion: it is short. Texts are appended and stay where they
   are. */
#include <cratedex/search_filter_list.h>

#include <string.h>

/* What a kind is called, and how its values are told. */
enum telling { TELL_LIST, TELL_TEXT, TELL_NUMBER, TELL_TRUE };

static const struct {
    const char *name;
    enum telling telling;
} kinds[N_SEARCH_FILTER_KINDS] = {
    [SEARCH_FILTER_LICENSE] = {"license", TELL_LIST},
    [SEARCH_FILTER_RUST_VERSION] = {"rust_version", TELL_TEXT},
    [SEARCH_FILTER_RUST_VERSION_KNOWN] = {"rust_version_known", TELL_TRUE},
    [SEARCH_FILTER_EDITION] = {"edition", TELL_TEXT},
    [SEARCH_FILTER_HAS] = {"has", TELL_LIST},
    [SEARCH_FILTER_NO_STD] = {"no_std", TELL_TRUE},
    [SEARCH_FILTER_STABLE] = {"stable", TELL_TRUE},
    [SEARCH_FILTER_UPDATED_SINCE] = {"updated_since", TELL_TEXT},
    [SEARCH_FILTER_CREATED_SINCE] = {"created_since", TELL_TEXT},
    [SEARCH_FILTER_MIN_DOWNLOADS] = {"min_downloads", TELL_NUMBER},
    [SEARCH_FILTER_DEPENDS_ON] = {"depends_on", TELL_LIST},
    [SEARCH_FILTER_KIND] = {"kind", TELL_TEXT},
    [SEARCH_FILTER_OWNER] = {"owner", TELL_LIST},
    [SEARCH_FILTER_KEYWORD] = {"keyword", TELL_LIST},
    [SEARCH_FILTER_CATEGORY] = {"category", TELL_LIST},
    [SEARCH_FILTER_WITHOUT] = {"without", TELL_LIST},
    [SEARCH_FILTER_ALL_OF] = {"all_of", TELL_LIST},
    [SEARCH_FILTER_IN] = {"in", TELL_TEXT},
};

const char *search_filter_name(enum search_filter_kind kind)
{
    return kinds[kind].name;
}

void search_filters_init(struct search_filters *filters)
{
    filters->n = 0;
    filters->text_length = 0;
}

struct search_string search_filter_text(const struct search_filters *filters,
                                        const struct search_filter *filter)
{
    return (struct search_string){filters->texts + filter->start, filter->length};
}

const struct search_filter *search_filters_of(const struct search_filters *filters,
                                              enum search_filter_kind kind, uint32_t *n)
{
    uint32_t begin = 0;
    while (begin < filters->n && filters->filters[begin].kind < kind)
        begin++;
    uint32_t end = begin;
    while (end < filters->n && filters->filters[end].kind == kind)
        end++;
    *n = end - begin;
    return filters->filters + begin;
}

static int compare(struct search_string left, struct search_string right)
{
    size_t shorter = left.length < right.length ? left.length : right.length;
    int order = memcmp(left.data, right.data, shorter);
    return order != 0 ? order : (left.length > right.length) - (left.length < right.length);
}

/* Inserts a value in its place, where it is not there yet. */
static int insert(struct search_filters *filters, enum search_filter_kind kind,
                  struct search_string text, int64_t number, struct error *error)
{
    uint32_t at = 0;
    int order = 1;
    while (at < filters->n && filters->filters[at].kind < kind)
        at++;
    for (; at < filters->n && filters->filters[at].kind == kind; at++) {
        order = compare(search_filter_text(filters, &filters->filters[at]), text);
        if (order == 0)
            return 0;
        if (order > 0)
            break;
    }
    if (filters->n == SEARCH_MAX_FILTERS)
        return error_set(error, "cannot filter by more than %d values", SEARCH_MAX_FILTERS);
    if (text.length > SEARCH_MAX_FILTER_TEXT - filters->text_length)
        return error_set(error, "the values to filter by are longer than %d bytes together",
                         SEARCH_MAX_FILTER_TEXT);
    memmove(filters->filters + at + 1, filters->filters + at,
            (filters->n - at) * sizeof *filters->filters);
    filters->filters[at] =
        (struct search_filter){kind, (uint16_t)filters->text_length, (uint16_t)text.length, number};
    memcpy(filters->texts + filters->text_length, text.data, text.length);
    filters->text_length += (uint32_t)text.length;
    filters->n++;
    return 0;
}

/* A crate has one of what is no list: nothing is of two editions. */
static int refuse_another(const struct search_filters *filters, enum search_filter_kind kind,
                          struct search_string text, struct error *error)
{
    uint32_t n;
    const struct search_filter *given = search_filters_of(filters, kind, &n);
    if (kinds[kind].telling == TELL_LIST || n == 0)
        return 0;
    struct search_string before = search_filter_text(filters, given);
    if (compare(before, text) == 0)
        return 0;
    return error_set(error, "%s is given twice, as %.*s and as %.*s: give it once",
                     kinds[kind].name, (int)before.length, before.data, (int)text.length,
                     text.data);
}

int search_filters_add_value(struct search_filters *filters, enum search_filter_kind kind,
                             struct search_string text, int64_t number, struct error *error)
{
    if (refuse_another(filters, kind, text, error) != 0)
        return -1;
    return insert(filters, kind, text, number, error);
}

static void encode_values(const struct search_filters *filters, const struct search_filter *first,
                          uint32_t n, struct encoder *encoder)
{
    struct search_string text = search_filter_text(filters, first);
    switch (kinds[first->kind].telling) {
    case TELL_LIST:
        encoder_array(encoder, n);
        for (uint32_t i = 0; i < n; i++) {
            text = search_filter_text(filters, &first[i]);
            encoder_string(encoder, text.data, text.length);
        }
        encoder_end_array(encoder);
        break;
    case TELL_NUMBER:
        encoder_integer(encoder, first->number);
        break;
    case TELL_TRUE:
        encoder_boolean(encoder, true);
        break;
    default:
        encoder_string(encoder, text.data, text.length);
        break;
    }
}

void search_filters_encode(const struct search_filters *filters, struct search_string text,
                           struct encoder *encoder)
{
    uint32_t n_kinds = 0;
    for (uint32_t i = 0; i < filters->n; i++)
        n_kinds += i == 0 || filters->filters[i].kind != filters->filters[i - 1].kind;
    encoder_object(encoder, (uint32_t)(text.data != NULL) + n_kinds);
    if (text.data != NULL) {
        encoder_key(encoder, "text");
        encoder_string(encoder, text.data, text.length);
    }
    for (uint32_t i = 0, n; i < filters->n; i += n) {
        enum search_filter_kind kind = filters->filters[i].kind;
        const struct search_filter *first = search_filters_of(filters, kind, &n);
        encoder_key(encoder, kinds[kind].name);
        encode_values(filters, first, n, encoder);
    }
    encoder_end_object(encoder);
}
