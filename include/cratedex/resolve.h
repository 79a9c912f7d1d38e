/* The version of a crate that cargo would take for a requirement: the highest that matches and is
   not yanked. */
#ifndef CRATEDEX_RESOLVE_H
#define CRATEDEX_RESOLVE_H

#include <cratedex/encoder.h>
#include <cratedex/error.h>
#include <cratedex/index_reader.h>
#include <cratedex/rust_version.h>
#include <cratedex/version_requirement.h>
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct resolve_query {
    uint32_t rank; /* of the crate */
    struct version_requirement requirement;
    /* Take pre-releases too that the requirement does not name, where they lie in its ranges:
       version_requirement_includes as well as version_requirement_matches. */
    bool takes_prereleases;
    bool has_rust;
    struct rust_version rust; /* leave versions out that need a newer one */
};

/* Each version of the crate is in one of these counts or, where it does not match, in none. A
   version whose number is not SemVer never matches. */
struct resolution {
    int64_t version_id; /* the highest of those that match by SemVer's order; 0: there is none */
    uint32_t n_matched;
    /* Matched, but left out: as a pre-release that the requirement does not name; else because it
       is yanked; else because it needs a newer Rust. An unknown or unreadable rust_version suits
       all. */
    uint32_t n_prereleases;
    uint32_t n_yanked;
    uint32_t n_for_newer_rust;
};

/* One pass over the crate's versions, without allocation. Returns 0 or -1. */
int resolve_run(struct index_reader *reader, const struct resolve_query *query,
                struct resolution *resolution, struct error *error);

/* Writes what was found, one object:

       {"version": null, or {"id", "crate", "num", "created_at", "checksum", "rust_version"},
        "meta": {"requirement": canonical text, "rust": "1.70.0" or null, "prerelease": boolean,
                 "matched": number, "left_out": {"prerelease", "yanked", "rust_version": numbers}}}

   `checksum` (SHA-256 of the package, hexadecimal) and `rust_version` may be null. Returns 0 or -1;
   a fault of the encoder is for encoder_finish to report. */
int resolution_encode(struct index_reader *reader, const struct resolve_query *query,
                      const struct resolution *resolution, struct encoder *encoder,
                      struct error *error);

#ifdef __cplusplus
}
#endif

#endif
