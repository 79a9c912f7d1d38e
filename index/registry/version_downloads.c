/* One probe a version gives the rows of its days, for they lie together in version_downloads; a day
   is a place in an array of 90, so that nothing is sorted or grouped. The five highest versions of
   a crate are kept while its versions are read, in any order; whoever is not or no longer among
   them is added to the rest. */
#include <cratedex/version_downloads.h>

#include "index/base/database.h"
#include "index/segment/open_reader.h"
#include "index/version/version_number.h"

#include <cratedex/crate_fragment.h>
#include <cratedex/index_file.h>
#include <cratedex/timestamp.h>
#include <cratedex/version_document.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MICROSECONDS_A_DAY (INT64_C(86400) * 1000000)
#define N_HIGHEST 5

/* The downloads of each day, of one version or of several. */
struct day_sums {
    bool has_row[DOWNLOAD_DAYS];
    int64_t downloads[DOWNLOAD_DAYS];
};

struct highest_version {
    int64_t id;
    bool is_kept; /* it is among the highest */
    struct version_number number;
    struct day_sums days;
};

/* A graph that is being made. */
struct graph {
    struct index_reader *reader;
    const struct download_days *days;
    int64_t first_day; /* since 1970-01-01 */
    const struct download_counts *counted;
    struct highest_version *highest[N_HIGHEST]; /* the highest first */
    uint32_t n_highest;
    struct day_sums rest;
    struct highest_version versions[N_HIGHEST + 1]; /* one more than are kept */
};

static int64_t day_number(const char *day)
{
    int64_t microseconds = 0;
    timestamp_parse(day, DOWNLOAD_COUNTS_DAY_SIZE - 1, &microseconds);
    return microseconds / MICROSECONDS_A_DAY;
}

static void format_day(int64_t number, char day[DOWNLOAD_COUNTS_DAY_SIZE])
{
    char text[TIMESTAMP_TEXT_SIZE];
    timestamp_format(number * MICROSECONDS_A_DAY, text);
    memcpy(day, text, DOWNLOAD_COUNTS_DAY_SIZE - 1);
    day[DOWNLOAD_COUNTS_DAY_SIZE - 1] = '\0';
}

void download_days_until(struct download_days *days, const char *last)
{
    static const char earliest[] = "0001-01-01"; /* no earlier day can be written */
    int64_t first = day_number(last) - (DOWNLOAD_DAYS - 1);
    memcpy(days->last, last, DOWNLOAD_COUNTS_DAY_SIZE - 1);
    days->last[DOWNLOAD_COUNTS_DAY_SIZE - 1] = '\0';
    format_day(first < day_number(earliest) ? day_number(earliest) : first, days->first);
}

/* Adds to the sum of a day; one that is not shown is left out. A sum stays at the end of 64
   bits. */
static void add(struct day_sums *sums, int64_t place, int64_t downloads)
{
    if (place < 0 || place >= DOWNLOAD_DAYS)
        return;
    int64_t *sum = &sums->downloads[place];
    sums->has_row[place] = true;
    if (__builtin_add_overflow(*sum, downloads, sum))
        *sum = downloads < 0 ? INT64_MIN : INT64_MAX;
}

static int add_version(struct graph *graph, int64_t version_id, struct day_sums *sums,
                       struct error *error)
{
    static const char *const text = "SELECT date, downloads FROM version_downloads"
                                    " WHERE version_id = ?1 AND date BETWEEN ?2 AND ?3";
    sqlite3_stmt *select = reader_statement(graph->reader, text, error);
    if (select == NULL)
        return -1;
    sqlite3_bind_int64(select, 1, version_id);
    sqlite3_bind_text(select, 2, graph->days->first, -1, SQLITE_STATIC);
    sqlite3_bind_text(select, 3, graph->days->last, -1, SQLITE_STATIC);
    int found;
    while ((found = database_step(select, error)) == 1)
        add(sums, day_number((const char *)sqlite3_column_text(select, 0)) - graph->first_day,
            sqlite3_column_int64(select, 1));
    sqlite3_reset(select);
    if (graph->counted == NULL ||
        strcmp(download_counts_day(graph->counted), graph->days->last) > 0)
        return found;
    uint32_t slot = download_counts_slot(graph->counted, version_id);
    uint64_t n = slot != DOWNLOAD_COUNTS_NO_SLOT ? download_counts_value(graph->counted, slot) : 0;
    if (n > 0)
        add(sums, day_number(download_counts_day(graph->counted)) - graph->first_day,
            n < INT64_MAX ? (int64_t)n : INT64_MAX);
    return found;
}

static bool is_higher(const struct highest_version *left, const struct highest_version *right)
{
    int order = version_number_order(&left->number, &right->number);
    return order != 0 ? order > 0 : left->id > right->id;
}

/* Reads a version into the one place that is free. */
static struct highest_version *read_version(struct graph *graph, sqlite3_stmt *row)
{
    struct highest_version *version = graph->versions;
    while (version->is_kept)
        version++;
    version->id = sqlite3_column_int64(row, 0);
    version_number_set(&version->number, (const char *)sqlite3_column_text(row, 1),
                       (size_t)sqlite3_column_bytes(row, 1));
    return version;
}

/* Takes a version in among the highest; the one for which no place is left is added to the rest. */
static int on_version(struct graph *graph, sqlite3_stmt *row, struct error *error)
{
    struct highest_version *version = read_version(graph, row);
    uint32_t place = graph->n_highest;
    while (place > 0 && is_higher(version, graph->highest[place - 1]))
        place--;
    if (graph->n_highest == N_HIGHEST) {
        struct highest_version *lowest = graph->highest[N_HIGHEST - 1];
        int64_t gone = place < N_HIGHEST ? lowest->id : version->id;
        if (add_version(graph, gone, &graph->rest, error) != 0)
            return -1;
        if (place == N_HIGHEST)
            return 0;
        lowest->is_kept = false;
        graph->n_highest--;
    }
    for (uint32_t i = graph->n_highest++; i > place; i--)
        graph->highest[i] = graph->highest[i - 1];
    graph->highest[place] = version;
    version->is_kept = true;
    return 0;
}

/* Reads the versions of the crate, and the days of all of them. */
static int read_crate(struct graph *graph, uint32_t rank, struct error *error)
{
    static const char *const text = "SELECT id, num FROM versions WHERE crate_id = ?1";
    sqlite3_stmt *select = reader_statement(graph->reader, text, error);
    if (select == NULL)
        return -1;
    sqlite3_bind_int64(select, 1, graph->reader->index->columns.ids[rank - 1]);
    int found;
    while ((found = database_step(select, error)) == 1)
        if (on_version(graph, select, error) != 0) {
            found = -1;
            break;
        }
    sqlite3_reset(select);
    for (uint32_t i = 0; i < graph->n_highest && found == 0; i++)
        found = add_version(graph, graph->highest[i]->id, &graph->highest[i]->days, error);
    return found;
}

static void encode_day(const struct graph *graph, int64_t place, int64_t downloads,
                       struct encoder *encoder)
{
    char day[DOWNLOAD_COUNTS_DAY_SIZE];
    format_day(graph->first_day + place, day);
    encoder_member_integer(encoder, "downloads", downloads);
    encoder_member_text(encoder, "date", day);
}

/* The versions are in the order of their days. */
static void encode_versions_days(const struct graph *graph,
                                 const struct highest_version *const *versions, uint32_t n_versions,
                                 struct encoder *encoder)
{
    uint32_t n_rows = 0;
    for (uint32_t i = 0; i < n_versions; i++)
        for (int place = 0; place < DOWNLOAD_DAYS; place++)
            n_rows += versions[i]->days.has_row[place];
    encoder_key(encoder, "version_downloads");
    encoder_array(encoder, n_rows);
    for (int place = 0; place < DOWNLOAD_DAYS; place++)
        for (uint32_t i = 0; i < n_versions; i++) {
            if (!versions[i]->days.has_row[place])
                continue;
            encoder_object(encoder, 3);
            encoder_member_integer(encoder, "version", versions[i]->id);
            encode_day(graph, place, versions[i]->days.downloads[place], encoder);
            encoder_end_object(encoder);
        }
    encoder_end_array(encoder);
}

static void encode_rest(const struct graph *graph, struct encoder *encoder)
{
    uint32_t n_rows = 0;
    for (int place = 0; place < DOWNLOAD_DAYS; place++)
        n_rows += graph->rest.has_row[place];
    encoder_key(encoder, "meta");
    encoder_object(encoder, 1);
    encoder_key(encoder, "extra_downloads");
    encoder_array(encoder, n_rows);
    for (int place = 0; place < DOWNLOAD_DAYS; place++) {
        if (!graph->rest.has_row[place])
            continue;
        encoder_object(encoder, 2);
        encode_day(graph, place, graph->rest.downloads[place], encoder);
        encoder_end_object(encoder);
    }
    encoder_end_array(encoder);
    encoder_end_object(encoder);
}

static int encode_versions(const struct graph *graph, uint32_t rank, struct encoder *encoder,
                           struct error *error)
{
    encoder_key(encoder, "versions");
    encoder_array(encoder, graph->n_highest);
    for (uint32_t i = 0; i < graph->n_highest; i++)
        if (index_reader_encode_version(graph->reader, rank, graph->highest[i]->id, encoder,
                                        error) != 0)
            return -1;
    encoder_end_array(encoder);
    return 0;
}

/* The highest versions, the newest id first. */
static void sort_by_id(const struct graph *graph, const struct highest_version *by_id[N_HIGHEST])
{
    for (uint32_t i = 0; i < graph->n_highest; i++) {
        uint32_t place = i;
        for (; place > 0 && by_id[place - 1]->id < graph->highest[i]->id; place--)
            by_id[place] = by_id[place - 1];
        by_id[place] = graph->highest[i];
    }
}

static struct graph *graph_create(struct index_reader *reader, const struct download_days *days,
                                  const struct download_counts *counted, struct error *error)
{
    struct graph *graph = calloc(1, sizeof *graph);
    if (graph == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    graph->reader = reader;
    graph->days = days;
    graph->first_day = day_number(days->first);
    graph->counted = counted;
    return graph;
}

int version_downloads_encode(struct index_reader *reader, int64_t version_id,
                             const struct download_days *days,
                             const struct download_counts *counted, struct encoder *encoder,
                             struct error *error)
{
    struct graph *graph = graph_create(reader, days, counted, error);
    if (graph == NULL)
        return -1;
    struct highest_version *version = &graph->versions[0];
    version->id = version_id;
    int result = add_version(graph, version_id, &version->days, error);
    if (result == 0) {
        const struct highest_version *const versions[] = {version};
        encoder_object(encoder, 1);
        encode_versions_days(graph, versions, 1, encoder);
        encoder_end_object(encoder);
    }
    free(graph);
    return result;
}

int crate_downloads_encode(struct index_reader *reader, uint32_t rank,
                           const struct download_days *days, const struct download_counts *counted,
                           bool with_versions, struct encoder *encoder, struct error *error)
{
    struct graph *graph = graph_create(reader, days, counted, error);
    if (graph == NULL)
        return -1;
    int result = read_crate(graph, rank, error);
    if (result == 0) {
        const struct highest_version *by_id[N_HIGHEST] = {NULL};
        sort_by_id(graph, by_id);
        encoder_object(encoder, with_versions ? 3 : 2);
        encode_versions_days(graph, by_id, graph->n_highest, encoder);
        if (with_versions)
            result = encode_versions(graph, rank, encoder, error);
        encode_rest(graph, encoder);
        encoder_end_object(encoder);
    }
    free(graph);
    return result;
}
