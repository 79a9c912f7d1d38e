/* The answer for one thing that the path names. */
#ifndef CRATEDEX_SERVER_NAMED_ANSWER_H
#define CRATEDEX_SERVER_NAMED_ANSWER_H

#include "server/endpoints/endpoint.h"
#include "server/endpoints/path_text.h"

#include <cratedex/index_reader.h>
#include <stddef.h>

/* Writes the thing of that name. Returns 1; 0 and nothing written where there is none; -1. */
typedef int encode_named(struct index_reader *reader, const char *name, size_t length,
                         struct encoder *encoder, struct error *error);

/* Writes `{"<key>": <thing>}`. Returns 0, or -1 with the 404 that crates.io has where there is
   none. */
int named_answer(struct answer_job *job, const char *key, const struct path_text *name,
                 encode_named *encode, struct failure *failure);

#endif
