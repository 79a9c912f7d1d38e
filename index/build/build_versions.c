/* Which versions a crate shows: the default, the highest, the highest stable and the newest one.
   One pass over the versions, crate by crate; the best so far are kept with their numbers. */
#include "index/build/build_versions.h"

#include "index/base/database.h"
#include "index/build/build_crate_table.h"
#include "index/build/build_report.h"
#include "index/version/version_number.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* About what a version's object takes in JSON, apart from its features. */
#define VERSION_BYTES 1000

/* A version while the highest of its crate is sought. */
struct version_row {
    int64_t id;
    int64_t created_at;
    bool is_yanked;
    struct version_number number;
};

/* The highest versions of the crate whose versions are being read. */
struct highest {
    struct version_row given; /* the dump's default version */
    struct version_row any;   /* yanked ones too, for a crate that has no other */
    struct version_row max;
    struct version_row stable;
    struct version_row newest;
    int64_t n_yanked;
};

static bool is_higher(const struct version_row *version, const struct version_row *best)
{
    return version_number_order(&version->number, &best->number) > 0;
}

/* By date; crates.io takes the higher of two that were created at once. */
static bool is_newer(const struct version_row *version, const struct version_row *newest)
{
    if (newest->id == 0 || version->created_at != newest->created_at)
        return newest->id == 0 || version->created_at > newest->created_at;
    return version_number_order(&version->number, &newest->number) > 0;
}

static void copy_version(struct version_row *to, const struct version_row *from)
{
    to->id = from->id;
    to->created_at = from->created_at;
    to->is_yanked = from->is_yanked;
    version_number_copy(&to->number, &from->number);
}

static void consider(struct highest *highest, const struct version_row *version)
{
    if (is_higher(version, &highest->any))
        copy_version(&highest->any, version);
    highest->n_yanked += version->is_yanked;
    if (version->is_yanked || !version->number.is_semver)
        return;
    if (is_higher(version, &highest->max))
        copy_version(&highest->max, version);
    if (!semver_is_prerelease(&version->number.semver) && is_higher(version, &highest->stable))
        copy_version(&highest->stable, version);
    if (is_newer(version, &highest->newest))
        copy_version(&highest->newest, version);
}

/* Keeps a version's number and stores its place; nothing for a version that was not found. */
static int keep_number(struct build *build, const struct version_row *version, uint32_t *place,
                       struct error *error)
{
    msgpack_sbuffer *numbers = &build->version_numbers;
    if (version->id == 0)
        return 0;
    if (numbers->size > UINT32_MAX)
        return error_set(error, "the version numbers together pass 4 GiB");
    *place = (uint32_t)numbers->size;
    if (msgpack_sbuffer_write(numbers, version->number.text, strlen(version->number.text) + 1) != 0)
        return error_out_of_memory(error);
    return 0;
}

static int settle(struct build *build, struct build_crate *crate, const struct highest *highest,
                  struct error *error)
{
    const struct version_row *shown = highest->given.id != 0    ? &highest->given
                                      : highest->stable.id != 0 ? &highest->stable
                                      : highest->max.id != 0    ? &highest->max
                                                                : &highest->any;
    crate->default_id = shown->id;
    crate->shown_default = shown->is_yanked ? 0 : shown->id;
    crate->is_stable = highest->stable.id != 0 && highest->stable.number.semver.major >= 1;
    crate->is_yanked = crate->n_versions > 0 && highest->n_yanked == crate->n_versions;
    if (keep_number(build, shown, &crate->default_version, error) != 0 ||
        keep_number(build, &highest->max, &crate->max_version, error) != 0 ||
        keep_number(build, &highest->stable, &crate->max_stable_version, error) != 0 ||
        keep_number(build, &highest->newest, &crate->newest_version, error) != 0)
        return -1;
    return 0;
}

/* The crate whose versions are being read. */
struct version_pass {
    struct build *build;
    struct build_crate *crate; /* NULL before the first */
    struct highest highest;
};

static int next_crate(struct version_pass *pass, int64_t crate_id, struct error *error)
{
    if (pass->crate != NULL && settle(pass->build, pass->crate, &pass->highest, error) != 0)
        return -1;
    memset(&pass->highest, 0, sizeof pass->highest);
    pass->crate = build_find_crate(pass->build, crate_id);
    return pass->crate != NULL ? 0 : error_set(error, "index file: a version without a crate");
}

static int on_version(struct version_pass *pass, sqlite3_stmt *row, struct error *error)
{
    int64_t crate_id = sqlite3_column_int64(row, 0);
    if ((pass->crate == NULL || pass->crate->id != crate_id) &&
        next_crate(pass, crate_id, error) != 0)
        return -1;
    struct version_row version = {.id = sqlite3_column_int64(row, 1),
                                  .is_yanked = sqlite3_column_int(row, 3) != 0,
                                  .created_at = database_column_time(row, 4)};
    version_number_set(&version.number, (const char *)sqlite3_column_text(row, 2),
                       (size_t)sqlite3_column_bytes(row, 2));
    if (!version.number.is_semver)
        build_warn(pass->build, "version number that is not SemVer, never the highest or newest", 1,
                   "versions.csv: id %" PRId64 ", num %s", version.id, version.number.text);
    if (version.id == pass->crate->given_default)
        copy_version(&pass->highest.given, &version);
    pass->crate->version_bytes += VERSION_BYTES + sqlite3_column_int64(row, 5);
    consider(&pass->highest, &version);
    return 0;
}

int build_find_versions(struct build *build, struct error *error)
{
    if (msgpack_sbuffer_write(&build->version_numbers, "", 1) != 0)
        return error_out_of_memory(error);
    sqlite3_stmt *select = database_prepare(
        build->database,
        "SELECT crate_id, id, num, yanked, created_at, length(features) FROM versions"
        " ORDER BY crate_id, id",
        error);
    struct version_pass *pass = calloc(1, sizeof *pass);
    int found = pass == NULL ? error_out_of_memory(error) : select == NULL ? -1 : 1;
    if (pass != NULL)
        pass->build = build;
    while (found == 1 && (found = database_step(select, error)) == 1) {
        if (on_version(pass, select, error) != 0)
            found = -1;
    }
    if (found == 0 && pass->crate != NULL)
        found = settle(build, pass->crate, &pass->highest, error);
    sqlite3_finalize(select);
    free(pass);
    return found;
}
