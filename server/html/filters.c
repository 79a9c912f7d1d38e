/* Every filter escapes what it writes, and has html_text for what it was not made for: no value
   that a model has fails a page. Counts and sizes are scaled and rounded as integers, for a double
   shows large ones as others than they are. */
#include "server/html/filters.h"

#include "server/html/escape.h"

#include <cratedex/utf8.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define MAX_DAYS_WITH_HOURS 99
#define DATE_LENGTH 10 /* of 2026-11-30 */
#define SHORT_BYTES 320
#define MAX_BYTES 4096

static int write_up_to(const msgpack_object *value, size_t max_bytes, msgpack_sbuffer *out)
{
    const msgpack_object_str *text = &value->via.str;
    size_t length = utf8_fitting_length(text->ptr, text->size, max_bytes);
    if (html_escape(out, text->ptr, length) != 0)
        return -1;
    return length < text->size ? html_append(out, "…", strlen("…")) : 0;
}

int html_text(const msgpack_object *value, msgpack_sbuffer *out)
{
    switch (value->type) {
    case MSGPACK_OBJECT_STR:
        return write_up_to(value, MAX_BYTES, out);
    case MSGPACK_OBJECT_POSITIVE_INTEGER:
        return html_append_format(out, "%" PRIu64, value->via.u64);
    case MSGPACK_OBJECT_NEGATIVE_INTEGER:
        return html_append_format(out, "%" PRId64, value->via.i64);
    case MSGPACK_OBJECT_FLOAT32:
    case MSGPACK_OBJECT_FLOAT64:
        return html_append_format(out, "%g", value->via.f64);
    case MSGPACK_OBJECT_BOOLEAN:
        return value->via.boolean ? html_append(out, "true", 4) : html_append(out, "false", 5);
    case MSGPACK_OBJECT_NIL:
    case MSGPACK_OBJECT_ARRAY:
    case MSGPACK_OBJECT_MAP:
    case MSGPACK_OBJECT_BIN:
    case MSGPACK_OBJECT_EXT:
        return 0;
    }
    return 0;
}

static bool is_count(const msgpack_object *value)
{
    return value->type == MSGPACK_OBJECT_POSITIVE_INTEGER;
}

/* Appends the digits of a number, with commas where `has_commas`. */
static int write_digits(uint64_t number, bool has_commas, msgpack_sbuffer *out)
{
    char text[32];
    size_t at = sizeof text;
    for (unsigned n_digits = 0; number > 0 || n_digits == 0; n_digits++, number /= 10) {
        if (has_commas && n_digits > 0 && n_digits % 3 == 0)
            text[--at] = ',';
        text[--at] = (char)('0' + number % 10);
    }
    return html_append(out, text + at, sizeof text - at);
}

static int write_count(const msgpack_object *value, msgpack_sbuffer *out)
{
    return is_count(value) ? write_digits(value->via.u64, true, out) : html_text(value, out);
}

/* The number in tenths of a unit, rounded; halves to the even one. */
static uint64_t tenths_of(uint64_t number, uint64_t unit)
{
    uint64_t rest = number % unit * 10;
    uint64_t tenths = number / unit * 10 + rest / unit;
    rest %= unit;
    return tenths + (2 * rest > unit || (2 * rest == unit && tenths % 2 == 1));
}

/* Writes a number below 1,000 of the largest unit that fits, with one digit behind the point: units
   are apart by 1,000. */
static int write_scaled(uint64_t number, const char *const units[], unsigned n_units,
                        msgpack_sbuffer *out)
{
    unsigned unit = 0;
    uint64_t size = 1;
    uint64_t tenths = 10 * (number < 1000 ? number : 1000);
    while (tenths >= 10000 && unit + 1 < n_units) {
        size *= 1000;
        tenths = tenths_of(number, size);
        unit++;
    }
    const char last[] = {'.', (char)('0' + tenths % 10)};
    if (write_digits(tenths / 10, false, out) != 0 ||
        (unit > 0 && html_append(out, last, sizeof last) != 0))
        return -1;
    return html_append(out, units[unit], strlen(units[unit]));
}

static int write_compact(const msgpack_object *value, msgpack_sbuffer *out)
{
    static const char *const units[] = {"", "K", "M", "B", "T"};
    return is_count(value) ? write_scaled(value->via.u64, units, sizeof units / sizeof *units, out)
                           : html_text(value, out);
}

static int write_bytes(const msgpack_object *value, msgpack_sbuffer *out)
{
    static const char *const units[] = {" B", " kB", " MB", " GB", " TB"};
    return is_count(value) ? write_scaled(value->via.u64, units, sizeof units / sizeof *units, out)
                           : html_text(value, out);
}

static int write_percent(const msgpack_object *value, msgpack_sbuffer *out)
{
    bool is_share = value->type == MSGPACK_OBJECT_FLOAT64 || value->type == MSGPACK_OBJECT_FLOAT32;
    return is_share ? html_append_format(out, "%.0f %%", value->via.f64 * 100)
                    : html_text(value, out);
}

static bool read_number(const msgpack_object *value, double *number)
{
    if (value->type == MSGPACK_OBJECT_FLOAT64 || value->type == MSGPACK_OBJECT_FLOAT32)
        *number = value->via.f64;
    else if (value->type == MSGPACK_OBJECT_POSITIVE_INTEGER)
        *number = (double)value->via.u64;
    else
        return false;
    return true;
}

static int write_rate(const msgpack_object *value, msgpack_sbuffer *out)
{
    double number;
    if (!read_number(value, &number))
        return html_text(value, out);
    const msgpack_object whole = {.type = MSGPACK_OBJECT_POSITIVE_INTEGER,
                                  .via.u64 = (uint64_t)(number + 0.5)};
    return number < 100 ? html_append_format(out, "%.1f", number) : write_count(&whole, out);
}

/* The two largest units of a time in seconds. */
static int write_duration(const msgpack_object *value, msgpack_sbuffer *out)
{
    double number;
    if (!read_number(value, &number) || !(number >= 0 && number < 1e15))
        return html_text(value, out);
    const uint64_t seconds = (uint64_t)number;
    if (seconds < 60)
        return html_append_format(out, "%" PRIu64 " s", seconds);
    if (seconds < 3600)
        return html_append_format(out, "%" PRIu64 " min %" PRIu64 " s", seconds / 60, seconds % 60);
    if (seconds < 86400)
        return html_append_format(out, "%" PRIu64 " h %" PRIu64 " min", seconds / 3600,
                                  seconds % 3600 / 60);
    const msgpack_object days = {.type = MSGPACK_OBJECT_POSITIVE_INTEGER,
                                 .via.u64 = seconds / 86400};
    if (days.via.u64 > MAX_DAYS_WITH_HOURS)
        return write_count(&days, out) == 0 ? html_append(out, " d", 2) : -1;
    return html_append_format(out, "%" PRIu64 " d %" PRIu64 " h", days.via.u64,
                              seconds % 86400 / 3600);
}

static int append_time(double microseconds, msgpack_sbuffer *out)
{
    if (microseconds < 1e3)
        return html_append_format(out, "%.0f µs", microseconds);
    return microseconds < 1e6 ? html_append_format(out, "%.3g ms", microseconds / 1e3)
                              : html_append_format(out, "%.3g s", microseconds / 1e6);
}

/* A time in microseconds, in the unit that makes it short. */
static int write_microseconds(const msgpack_object *value, msgpack_sbuffer *out)
{
    double number;
    if (!read_number(value, &number))
        return html_text(value, out);
    return append_time(number, out);
}

static int write_milliseconds(const msgpack_object *value, msgpack_sbuffer *out)
{
    double number;
    return read_number(value, &number) ? append_time(number * 1e3, out) : html_text(value, out);
}

static int write_date(const msgpack_object *value, msgpack_sbuffer *out)
{
    if (value->type != MSGPACK_OBJECT_STR || value->via.str.size < DATE_LENGTH)
        return html_text(value, out);
    return html_escape(out, value->via.str.ptr, DATE_LENGTH);
}

static int write_short(const msgpack_object *value, msgpack_sbuffer *out)
{
    return value->type == MSGPACK_OBJECT_STR ? write_up_to(value, SHORT_BYTES, out)
                                             : html_text(value, out);
}

static int write_path(const msgpack_object *value, msgpack_sbuffer *out)
{
    const msgpack_object_str *text = &value->via.str;
    if (value->type != MSGPACK_OBJECT_STR)
        return html_text(value, out);
    return html_percent_encode(out, text->ptr,
                               utf8_fitting_length(text->ptr, text->size, MAX_BYTES));
}

html_filter *html_filter_find(const char *name, size_t length)
{
    static const struct {
        const char *name;
        html_filter *filter;
    } filters[] = {
        {"count", write_count},
        {"compact", write_compact},
        {"bytes", write_bytes},
        {"percent", write_percent},
        {"rate", write_rate},
        {"duration", write_duration},
        {"microseconds", write_microseconds},
        {"milliseconds", write_milliseconds},
        {"date", write_date},
        {"path", write_path},
        {"short", write_short},
    };
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
        if (strlen(filters[i].name) == length && memcmp(filters[i].name, name, length) == 0)
            return filters[i].filter;
    return NULL;
}
