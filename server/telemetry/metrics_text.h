/* What was counted, as text. */
#ifndef CRATEDEX_SERVER_METRICS_TEXT_H
#define CRATEDEX_SERVER_METRICS_TEXT_H

#include "server/telemetry/exposition.h"
#include "server/telemetry/metrics.h"

/* Writes the families from the first to the connections' of the list in metrics.h. Thread-safe. */
void metrics_write(const struct metrics *metrics, struct exposition *exposition);

#endif
