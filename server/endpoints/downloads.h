/* Which days the downloads of 90 days are of. */
#ifndef CRATEDEX_SERVER_DOWNLOADS_H
#define CRATEDEX_SERVER_DOWNLOADS_H

#include "server/service/service.h"
#include "server/service/snapshot.h"

/* The last day that anything is known of, which answers about downloads end with: at least 10
   bytes, "2026-11-25". Lives as long as both. */
const char *downloads_last_day(const struct service *service, const struct snapshot *snapshot);

#endif
