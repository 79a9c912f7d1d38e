/* The parameters of endpoints that answer something of one version or crate. */
#ifndef CRATEDEX_SERVER_VERSION_PARAMETERS_H
#define CRATEDEX_SERVER_VERSION_PARAMETERS_H

#include "server/endpoints/crate_path.h"

#include <cratedex/version_downloads.h>
#include <stdbool.h>
#include <stdint.h>

/* Where a file of a version lies. */
struct version_file_parameters {
    struct crate_version_path path;
    bool is_redirect; /* else a document with the URL */
};

/* The downloads of the days of a version. */
struct version_downloads_parameters {
    struct crate_version_path path;
    struct download_days days;
};

/* The downloads of the days of a crate. */
struct crate_downloads_parameters {
    uint32_t rank;
    struct download_days days;
    bool has_versions;
};

#endif
