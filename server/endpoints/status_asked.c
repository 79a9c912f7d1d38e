/* What the lists have is copied under their locks, some kilobytes, and written without. A slow
   search's text is looked up by its number as it is written: where nobody may be told the text, or
   it was forgotten meanwhile, there is none. */
#include "server/endpoints/status_asked.h"

#include "server/telemetry/asked_queries.h"
#include "server/telemetry/asked_window.h"
#include "server/telemetry/metrics.h"
#include "server/telemetry/slowest_queries.h"
#include "server/telemetry/trace_parts.h"

#include <math.h>

static void encode_number_or_null(struct encoder *encoder, const char *key, bool is_known,
                                  uint64_t number)
{
    encoder_key(encoder, key);
    if (is_known)
        encoder_integer(encoder, (int64_t)number);
    else
        encoder_null(encoder);
}

static void encode_slowest(const struct service *service, const struct slowest_query *query,
                           double now, struct encoder *encoder)
{
    struct asked_query text;
    encoder_object(encoder, 9);
    encoder_member_text(encoder, "route", metrics_route_name(service->metrics, query->route));
    encoder_member_integer(encoder, "status", query->status);
    encoder_member_number(encoder, "seconds_ago", fmax(now - query->at, 0));
    trace_milliseconds_encode(encoder, "milliseconds", query->seconds);
    trace_parts_encode(&query->parts, encoder);
    encode_number_or_null(encoder, "words", query->has_plan, query->n_words);
    encode_number_or_null(encoder, "matches", query->has_plan, query->n_matches);
    encoder_key(encoder, "text");
    if (query->asked_id != 0 && asked_queries_find(service->asked, query->asked_id, &text))
        encoder_string(encoder, text.text, text.length);
    else
        encoder_null(encoder);
    encoder_member_text(encoder, "target", query->target[0] != '\0' ? query->target : NULL);
    encoder_end_object(encoder);
}

void status_slowest_encode(const struct service *service, double now, struct encoder *encoder)
{
    struct slowest_query queries[SLOWEST_MAX];
    const size_t n = slowest_queries_read(service->slowest, now, queries);
    encoder_key(encoder, "slowest");
    encoder_array(encoder, (uint32_t)n);
    for (size_t i = 0; i < n; i++)
        encode_slowest(service, &queries[i], now, encoder);
    encoder_end_array(encoder);
}

static void encode_list(struct asked_queries *asked, enum asked_list list, const char *key,
                        struct encoder *encoder)
{
    struct asked_total totals[ASKED_MAX_TOTALS];
    const size_t n = asked_queries_read(asked, list, totals);
    encoder_key(encoder, key);
    encoder_array(encoder, (uint32_t)n);
    for (size_t i = 0; i < n; i++) {
        encoder_object(encoder, 4);
        encoder_key(encoder, "text");
        encoder_string(encoder, totals[i].query.text, totals[i].query.length);
        encoder_member_boolean(encoder, "is_cut", totals[i].query.is_cut);
        encoder_member_integer(encoder, "at_least", (int64_t)totals[i].at_least);
        encoder_member_integer(encoder, "at_most", (int64_t)totals[i].at_most);
        encoder_end_object(encoder);
    }
    encoder_end_array(encoder);
}

void status_asked_encode(const struct service *service, struct encoder *encoder)
{
    encoder_key(encoder, "asked");
    encoder_object(encoder, 4);
    encoder_member_integer(encoder, "searches", (int64_t)asked_queries_count(service->asked));
    encoder_member_integer(encoder, "min_addresses", ASKED_MIN_CLIENTS);
    encode_list(service->asked, ASKED_MOST, "most", encoder);
    encode_list(service->asked, ASKED_IN_VAIN, "in_vain", encoder);
    encoder_end_object(encoder);
}
