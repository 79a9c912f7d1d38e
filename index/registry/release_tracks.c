/* In the order of SemVer the versions of a track stand together, highest first. Those that differ
   in their build metadata alone stand in the order of ids there; of them the highest in the total
   order is taken, as Rust's `semver` has it. */
#include "index/registry/release_tracks.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static bool is_in_a_track(const struct listed_version *version)
{
    return version->is_semver && !version->is_yanked && !semver_is_prerelease(&version->semver);
}

static bool same_track(const struct semver *left, const struct semver *right)
{
    return left->major == right->major && (left->major != 0 || left->minor == right->minor);
}

int release_tracks_find(struct release_tracks *tracks, const struct listed_version *versions,
                        uint32_t n_versions, struct error *error)
{
    tracks->n = 0;
    tracks->highest = calloc((size_t)n_versions + 1, sizeof *tracks->highest);
    if (tracks->highest == NULL)
        return error_out_of_memory(error);
    for (uint32_t i = 0; i < n_versions; i++) {
        const struct semver *semver = &versions[i].semver;
        if (!is_in_a_track(&versions[i]))
            continue;
        struct listed_version *last = tracks->n > 0 ? &tracks->highest[tracks->n - 1] : NULL;
        if (last == NULL || !same_track(&last->semver, semver))
            tracks->highest[tracks->n++] = versions[i];
        else if (semver_order(semver, &last->semver) > 0)
            *last = versions[i];
    }
    return 0;
}

void release_tracks_free(struct release_tracks *tracks)
{
    free(tracks->highest);
    tracks->highest = NULL;
}

static void encode_name(const struct semver *semver, struct encoder *encoder)
{
    char name[32];
    if (semver->major == 0)
        snprintf(name, sizeof name, "0.%" PRIu64, semver->minor);
    else
        snprintf(name, sizeof name, "%" PRIu64, semver->major);
    encoder_key(encoder, name);
}

void release_tracks_encode(const struct release_tracks *tracks, struct encoder *encoder)
{
    encoder_object(encoder, tracks->n);
    for (uint32_t i = 0; i < tracks->n; i++) {
        const struct listed_version *highest = &tracks->highest[i];
        encode_name(&highest->semver, encoder);
        encoder_object(encoder, 1);
        encoder_key(encoder, "highest");
        encoder_string(encoder, highest->num, highest->num_length);
        encoder_end_object(encoder);
    }
    encoder_end_object(encoder);
}
