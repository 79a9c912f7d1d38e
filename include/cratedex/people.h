/* Who publishes and owns crates: users and teams. Objects are as crates.io's schemas `User`, `Team`
   and `Owner` have them. */
#ifndef CRATEDEX_PEOPLE_H
#define CRATEDEX_PEOPLE_H

#include <cratedex/encoder.h>
#include <cratedex/error.h>
#include <cratedex/index_reader.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Writes the user of that login (`length` bytes; any case, `-` for `_` or the other way); where
   accounts were renamed and several have had it, the newest, as on crates.io, however it is
   spelled. Returns 1; 0 and nothing written where there is none; -1. */
int user_encode(struct index_reader *reader, const char *login, size_t length,
                struct encoder *encoder, struct error *error);

/* The downloads of all crates that the user owns, at most INT64_MAX; 0 where there is no such
   user. */
int64_t user_total_downloads(const struct index_reader *reader, int64_t user_id);

/* The same of a team. */
int64_t team_total_downloads(const struct index_reader *reader, int64_t team_id);

/* Writes the team of that login (`github:organization:team`, `length` bytes; any case, `-` for `_`
   or the other way): one that is spelled so before others, then the newest. Returns 1; 0 and
   nothing written where there is none; -1. */
int team_encode(struct index_reader *reader, const char *login, size_t length,
                struct encoder *encoder, struct error *error);

enum owners { OWNERS_ALL, OWNERS_USERS, OWNERS_TEAMS };

/* Writes the array of a crate's owners: users by id, then teams by id. Returns 0 or -1. */
int crate_owners_encode(struct index_reader *reader, uint32_t rank, enum owners owners,
                        struct encoder *encoder, struct error *error);

#ifdef __cplusplus
}
#endif

#endif
