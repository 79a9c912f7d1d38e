/* The API tells the days of some versions and of all others together; here they are added up. */
#include "server/pages/crate/download_chart.h"

#include "server/endpoints/downloads.h"
#include "server/html/chart.h"

#include <cratedex/timestamp.h>
#include <cratedex/version_downloads.h>
#include <string.h>

#define MICROSECONDS_A_DAY (INT64_C(86400) * 1000000)
#define DAY_LENGTH (DOWNLOAD_COUNTS_DAY_SIZE - 1)

struct days {
    int64_t first; /* since 1970-01-01 */
    char names[DOWNLOAD_DAYS][DOWNLOAD_COUNTS_DAY_SIZE];
    struct chart_day days[DOWNLOAD_DAYS];
    uint64_t sum; /* no more than the highest number */
    size_t highest;
    uint32_t n_with_downloads;
};

static int64_t day_number(const char *text, size_t length)
{
    int64_t microseconds = 0;
    if (length != DAY_LENGTH || timestamp_parse(text, length, &microseconds) != 0)
        return -1;
    return microseconds / MICROSECONDS_A_DAY;
}

static void begin_days(struct days *days, const char *last)
{
    struct download_days range;
    download_days_until(&range, last);
    days->first = day_number(range.first, DAY_LENGTH);
    for (int64_t i = 0; i < DOWNLOAD_DAYS; i++) {
        char text[TIMESTAMP_TEXT_SIZE];
        timestamp_format((days->first + i) * MICROSECONDS_A_DAY, text);
        memcpy(days->names[i], text, DAY_LENGTH);
        days->names[i][DAY_LENGTH] = '\0';
        days->days[i] = (struct chart_day){.day = days->names[i]};
    }
}

static uint64_t add(uint64_t left, uint64_t right)
{
    return right > INT64_MAX - left ? INT64_MAX : left + right;
}

static void add_rows(struct days *days, const msgpack_object *rows)
{
    for (uint32_t i = 0; i < object_n_elements(rows); i++) {
        const msgpack_object *row = object_element(rows, i);
        size_t length;
        const char *date = object_text(object_member(row, "date"), &length);
        int64_t place = day_number(date, length) - days->first;
        uint64_t number = object_number(object_member(row, "downloads"));
        if (place >= 0 && place < DOWNLOAD_DAYS && number <= INT64_MAX)
            days->days[place].number = add(days->days[place].number, number);
    }
}

static void sum_up(struct days *days)
{
    days->sum = 0;
    days->highest = 0;
    days->n_with_downloads = 0;
    for (size_t i = 0; i < DOWNLOAD_DAYS; i++) {
        days->sum = add(days->sum, days->days[i].number);
        days->n_with_downloads += days->days[i].number > 0;
        if (days->days[i].number > days->days[days->highest].number)
            days->highest = i;
    }
}

static void encode_day(const struct chart_day *day, struct encoder *model)
{
    encoder_object(model, 2);
    encoder_member_text(model, "date", day->day);
    encoder_member_integer(model, "downloads", (int64_t)day->number);
    encoder_end_object(model);
}

static void encode_svg(const struct days *days, const char *title_id, struct encoder *model)
{
    const struct chart_text text = {.title_id = title_id, .unit = "downloads"};
    msgpack_sbuffer svg;
    msgpack_sbuffer_init(&svg);
    encoder_key(model, "svg");
    if (chart_append(&svg, &text, days->days, DOWNLOAD_DAYS) == 0)
        encoder_string(model, svg.data, svg.size);
    else
        encoder_lack_memory(model);
    msgpack_sbuffer_destroy(&svg);
}

static void encode(const struct days *days, const char *title_id, struct encoder *model)
{
    encoder_object(model, 6);
    encode_svg(days, title_id, model);
    encoder_member_text(model, "first", days->names[0]);
    encoder_member_text(model, "last", days->names[DOWNLOAD_DAYS - 1]);
    encoder_member_integer(model, "sum", (int64_t)days->sum);
    encoder_key(model, "highest");
    encode_day(&days->days[days->highest], model);
    encoder_key(model, "days");
    encoder_array(model, days->n_with_downloads);
    for (size_t i = DOWNLOAD_DAYS; i-- > 0;)
        if (days->days[i].number > 0)
            encode_day(&days->days[i], model);
    encoder_end_array(model);
    encoder_end_object(model);
}

void download_chart_encode(const struct answer_job *job, const msgpack_object *downloads,
                           const char *title_id, struct encoder *model)
{
    struct days days;
    begin_days(&days, downloads_last_day(job->service, job->snapshot));
    add_rows(&days, object_member(downloads, "version_downloads"));
    add_rows(&days, object_member(object_member(downloads, "meta"), "extra_downloads"));
    sum_up(&days);
    if (days.n_with_downloads > 0)
        encode(&days, title_id, model);
    else
        encoder_null(model);
}
