/* The downloads of versions by day, as crates.io shows them in a graph. */
#ifndef CRATEDEX_VERSION_DOWNLOADS_H
#define CRATEDEX_VERSION_DOWNLOADS_H

#include <cratedex/download_counts.h>
#include <cratedex/encoder.h>
#include <cratedex/error.h>
#include <cratedex/index_reader.h>
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a graph shows. */
#define DOWNLOAD_DAYS 90

/* The first and the last day, "2026-08-04"; both are shown. */
struct download_days {
    char first[DOWNLOAD_COUNTS_DAY_SIZE];
    char last[DOWNLOAD_COUNTS_DAY_SIZE];
};

/* The 90 days up to `last`, of which the first 10 bytes must be a day. */
void download_days_until(struct download_days *days, const char *last);

/* Appends {"version_downloads": […]} of the version of that id: an object a day that has downloads,
   the oldest first. `counted` (may be NULL) are counts of one more day, which are added to what the
   index has of that day, if it is one of the days. Returns 0 or -1. */
int version_downloads_encode(struct index_reader *reader, int64_t version_id,
                             const struct download_days *days,
                             const struct download_counts *counted, struct encoder *encoder,
                             struct error *error);

/* Appends {"version_downloads": […], "versions": […], "meta": {"extra_downloads": […]}} of the
   crate of that rank: the days of its five highest versions, the newest version first within a day;
   these versions, where `with_versions`; the sums of a day over all others. `counted` as above.
   Returns 0 or -1. */
int crate_downloads_encode(struct index_reader *reader, uint32_t rank,
                           const struct download_days *days, const struct download_counts *counted,
                           bool with_versions, struct encoder *encoder, struct error *error);

#ifdef __cplusplus
}
#endif

#endif
