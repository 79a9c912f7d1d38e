#include "server/service/settings.h"

#include <string.h>

#define DEFAULT_SLOW_QUERY_SECONDS 0.1

void settings_set_defaults(struct settings *settings)
{
    *settings = (struct settings){.cdn_url = SETTINGS_DEFAULT_CDN_URL,
                                  .says_read_only = true,
                                  .slow_query_seconds = DEFAULT_SLOW_QUERY_SECONDS};
    ranking_set_defaults(&settings->ranking);
    ranking_set_defaults(&settings->ranking_b);
}

bool settings_equal(const struct settings *one, const struct settings *other)
{
    return ranking_equal(&one->ranking, &other->ranking) &&
           ranking_equal(&one->ranking_b, &other->ranking_b) &&
           strcmp(one->base_url, other->base_url) == 0 &&
           strcmp(one->cdn_url, other->cdn_url) == 0 && strcmp(one->banner, other->banner) == 0 &&
           one->says_read_only == other->says_read_only;
}
