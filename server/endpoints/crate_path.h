/* The crate, or the version of a crate, that a path names. */
#ifndef CRATEDEX_SERVER_CRATE_PATH_H
#define CRATEDEX_SERVER_CRATE_PATH_H

#include "server/endpoints/endpoint.h"

#include <cratedex/index_reader.h>

/* The parameters of an endpoint below /crates/{name}/{version}: borrowed from the request. */
struct crate_version_path {
    uint32_t rank;
    struct path_value name; /* as the client spelled it */
    struct path_value version;
};

/* Finds the crate by its name in any spelling. Returns 0, or -1 with the 404 that clients of
   crates.io know: "crate `x` does not exist". */
int crate_path_find(const struct index *index, const struct path_value *name, uint32_t *rank,
                    struct failure *failure);

/* Writes the tag of an answer that shows this crate, for a CDN to purge by: "crate/" and its
   canonical name. Leaves `tag` as it is where that has characters that no name on crates.io has. */
void crate_path_tag(const struct index *index, uint32_t rank, char tag[ANSWER_MAX_SURROGATE_KEY]);

/* The crate's id: what outlives a request names crates so, for a rank means another one in the next
   index. */
int64_t crate_path_id(const struct index *index, uint32_t rank);

/* Adds the crate to a key, by its id. */
void crate_path_key(const struct index *index, uint32_t rank, struct canonical_key *key);

/* For an endpoint's `prepare`: the crate is the first value of the path. Finds it as above and adds
   it to the key. */
int crate_path_prepare(const struct question *question, uint32_t *rank, struct failure *failure);

/* The same where the version's number is the second value, which is added, too. */
int crate_path_prepare_version(const struct question *question, struct crate_version_path *path,
                               struct failure *failure);

/* For its `answer`: finds the version. Returns 0, or -1 with a status 500, or with 404 as crates.io
   has it, whether the number is a version or not: "crate `x` does not have a version `y`". */
int crate_path_find_version(struct index_reader *reader, const struct crate_version_path *path,
                            int64_t *version_id, struct failure *failure);

#endif
