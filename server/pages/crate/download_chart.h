/* The downloads of 90 days as a page shows them: a chart, and a table that says the same. */
#ifndef CRATEDEX_SERVER_DOWNLOAD_CHART_H
#define CRATEDEX_SERVER_DOWNLOAD_CHART_H

#include "server/html/object.h"
#include "server/pages/page.h"

/* Writes a value: null where nothing was downloaded in these days, else

       {"svg": markup, "first", "last": days, "sum", "highest": {"date", "downloads"},
        "days": [{"date", "downloads"}]: those with downloads, the newest first}

   `downloads` is what /downloads answers of a crate or of a version; `title_id` is that of the
   element that is the chart's title. */
void download_chart_encode(const struct answer_job *job, const msgpack_object *downloads,
                           const char *title_id, struct encoder *model);

#endif
