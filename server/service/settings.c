#include "server/service/settings.h"

#define DEFAULT_SLOW_QUERY_SECONDS 0.1

void settings_set_defaults(struct settings *settings)
{
    *settings = (struct settings){.cdn_url = SETTINGS_DEFAULT_CDN_URL,
                                  .says_read_only = true,
                                  .slow_query_seconds = DEFAULT_SLOW_QUERY_SECONDS};
    ranking_set_defaults(&settings->ranking);
    ranking_set_defaults(&settings->ranking_b);
}
