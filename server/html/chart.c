/* No style and no script is in it, which the pages' Content-Security-Policy forbids: a bar has the
   colour of the text around it. It is stretched to its place without keeping its proportions, which
   bars bear and letters do not: what is to be read stands in the page. Heights are whole numbers of
   a box that is high enough for that not to be seen. */
#include "server/html/chart.h"

#include "server/html/escape.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define DAY_WIDTH 10
#define BAR_WIDTH 8
#define HEIGHT 400

static int append_format(msgpack_sbuffer *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static int append_format(msgpack_sbuffer *out, const char *format, ...)
{
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= sizeof text)
        return -1;
    return html_append(out, text, (size_t)length);
}

/* Text between tags. */
static int append_text(msgpack_sbuffer *out, const char *text)
{
    return html_escape(out, text, strlen(text));
}

static size_t find_highest(const struct chart_day *days, size_t n_days)
{
    size_t highest = 0;
    for (size_t i = 1; i < n_days; i++)
        if (days[i].number > days[highest].number)
            highest = i;
    return highest;
}

static int append_description(msgpack_sbuffer *out, const struct chart_text *text,
                              const struct chart_day *days, size_t n_days)
{
    const struct chart_day *highest = &days[find_highest(days, n_days)];
    if (html_append(out, "<title>", 7) != 0 || append_text(out, text->title) != 0 ||
        append_format(out, "</title><desc>") != 0)
        return -1;
    return append_format(out, "From %s to %s; most on %s: %" PRIu64 " %s.</desc>", days[0].day,
                         days[n_days - 1].day, highest->day, highest->number, text->unit);
}

/* What is not 0 can be seen. */
static unsigned height_of(uint64_t number, uint64_t highest)
{
    unsigned height = (unsigned)((double)number / (double)highest * HEIGHT + 0.5);
    return height > 0 || number == 0 ? height : 1;
}

static int append_bar(msgpack_sbuffer *out, const struct chart_text *text,
                      const struct chart_day *day, size_t place, uint64_t highest)
{
    unsigned height = height_of(day->number, highest);
    if (height == 0)
        return 0;
    return append_format(out,
                         "<rect x=\"%zu\" y=\"%u\" width=\"%d\" height=\"%u\"><title>%s: %" PRIu64
                         " %s</title></rect>",
                         place * DAY_WIDTH + (DAY_WIDTH - BAR_WIDTH) / 2, HEIGHT - height,
                         BAR_WIDTH, height, day->day, day->number, text->unit);
}

int chart_append(msgpack_sbuffer *out, const struct chart_text *text, const struct chart_day *days,
                 size_t n_days)
{
    uint64_t highest = days[find_highest(days, n_days)].number;
    if (append_format(out,
                      "<svg role=\"img\" viewBox=\"0 0 %zu %d\" preserveAspectRatio=\"none\""
                      " fill=\"currentColor\">",
                      n_days * DAY_WIDTH, HEIGHT) != 0 ||
        append_description(out, text, days, n_days) != 0)
        return -1;
    for (size_t i = 0; i < n_days; i++)
        if (append_bar(out, text, &days[i], i, highest) != 0)
            return -1;
    return html_append(out, "</svg>", 6);
}
