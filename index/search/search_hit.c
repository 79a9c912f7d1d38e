/* The members are written to a buffer of their own first, one behind the other, because the crate's
   object, to which they are appended, is copied and not written. */
#include <cratedex/crate_fragment.h>
#include <cratedex/explanation.h>
#include <cratedex/highlight.h>
#include <cratedex/search_hit.h>

#define MAX_MEMBERS 3

/* What is appended: `starts` says where each value begins, the next one where it ends. */
struct appended {
    struct index_member members[MAX_MEMBERS];
    size_t starts[MAX_MEMBERS + 1];
    size_t n;
    msgpack_sbuffer values;
    struct encoder encoder; /* of the value at hand */
};

static struct encoder *begin_value(struct appended *appended, const char *key,
                                   enum encoding encoding)
{
    appended->members[appended->n].key = key;
    appended->starts[appended->n] = appended->values.size;
    encoder_init(&appended->encoder, encoding, &appended->values);
    return &appended->encoder;
}

static int end_value(struct appended *appended, struct error *error)
{
    appended->starts[++appended->n] = appended->values.size;
    return encoder_finish(&appended->encoder, error);
}

static int add_highlights(struct appended *appended, struct search *search,
                          const struct search_hit *hit, enum encoding encoding, struct error *error)
{
    struct search_highlights highlights;
    if (search_highlight(search, hit, &highlights, error) != 0)
        return -1;
    highlights_encode(&highlights, begin_value(appended, "highlights", encoding));
    if (end_value(appended, error) != 0)
        return -1;
    highlights_encode_fields(&highlights, begin_value(appended, "matched_in", encoding));
    return end_value(appended, error);
}

static int add_explanation(struct appended *appended, struct search *search,
                           const struct search_hit *hit, enum encoding encoding,
                           struct error *error)
{
    struct search_explanation explanation;
    if (search_explain(search, hit, &explanation, error) != 0)
        return -1;
    explanation_encode(&explanation, hit, begin_value(appended, "explanation", encoding));
    return end_value(appended, error);
}

/* The buffer may have moved while it grew. */
static void set_values(struct appended *appended)
{
    for (size_t i = 0; i < appended->n; i++) {
        appended->members[i].value = appended->values.data + appended->starts[i];
        appended->members[i].value_size = appended->starts[i + 1] - appended->starts[i];
    }
}

int search_hit_encode(struct index_reader *reader, struct search *search,
                      const struct search_hit *hit, unsigned members, struct encoder *encoder,
                      struct error *error)
{
    if (members == 0)
        return index_reader_encode_crate(reader, hit->rank, hit->exact, encoder, error);
    struct appended appended = {.n = 0};
    msgpack_sbuffer_init(&appended.values);
    int status = 0;
    if (members & SEARCH_HIT_HIGHLIGHTS)
        status = add_highlights(&appended, search, hit, encoder->encoding, error);
    if (status == 0 && (members & SEARCH_HIT_EXPLANATION))
        status = add_explanation(&appended, search, hit, encoder->encoding, error);
    set_values(&appended);
    if (status == 0)
        status = index_reader_encode_crate_with(reader, hit->rank, hit->exact, appended.members,
                                                appended.n, encoder, error);
    msgpack_sbuffer_destroy(&appended.values);
    return status;
}
