/* No style and no script is in it, which the pages' Content-Security-Policy forbids: bars have the
   colour of the text around them. It is stretched to its place without keeping its proportions,
   which bars bear and letters do not: what is to be read stands in the page. So does its title, for
   browsers of text take every `<title>` for the page's. Heights are whole numbers of a box that is
   high enough for that not to be seen; all bars are one path. */
#include "server/html/chart.h"

#include "server/html/escape.h"

#include <inttypes.h>

#define DAY_WIDTH 10
#define BAR_WIDTH 8
#define HEIGHT 400

static size_t find_highest(const struct chart_day *days, size_t n_days)
{
    size_t highest = 0;
    for (size_t i = 1; i < n_days; i++)
        if (days[i].number > days[highest].number)
            highest = i;
    return highest;
}

/* What is not 0 can be seen. */
static unsigned height_of(uint64_t number, uint64_t highest)
{
    unsigned height = (unsigned)((double)number / (double)highest * HEIGHT + 0.5);
    return height > 0 || number == 0 ? height : 1;
}

/* From the base line up, over, and down again. */
static int append_bar(msgpack_sbuffer *out, size_t place, unsigned height)
{
    if (height == 0)
        return 0;
    return html_append_format(out, "M%zu %dv-%uh%dv%uz",
                              place * DAY_WIDTH + (DAY_WIDTH - BAR_WIDTH) / 2, HEIGHT, height,
                              BAR_WIDTH, height);
}

int chart_append(msgpack_sbuffer *out, const struct chart_text *text, const struct chart_day *days,
                 size_t n_days)
{
    const struct chart_day *highest = &days[find_highest(days, n_days)];
    if (html_append_format(out,
                           "<svg role=\"img\" aria-labelledby=\"%s\" viewBox=\"0 0 %zu %d\""
                           " preserveAspectRatio=\"none\">",
                           text->title_id, n_days * DAY_WIDTH, HEIGHT) != 0 ||
        html_append_format(out,
                           "<desc>From %s to %s; most on %s: %" PRIu64 " %s.</desc>"
                           "<path fill=\"currentColor\" d=\"",
                           days[0].day, days[n_days - 1].day, highest->day, highest->number,
                           text->unit) != 0)
        return -1;
    for (size_t i = 0; i < n_days; i++)
        if (append_bar(out, i, height_of(days[i].number, highest->number)) != 0)
            return -1;
    return html_append_format(out, "\"/></svg>");
}
