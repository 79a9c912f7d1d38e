/* Things that an index is asked for by a name: users, teams, keywords, categories. */
#ifndef CRATEDEX_TESTS_SUPPORT_NAMED_LOOKUP_H
#define CRATEDEX_TESTS_SUPPORT_NAMED_LOOKUP_H

#include <cratedex/encoder.h>
#include <cratedex/index_reader.h>
#include <jansson.h>

/* Writes the thing of that name. Returns 1; 0 and nothing written where there is none; -1. */
typedef int named_lookup(struct index_reader *reader, const char *name, size_t length,
                         struct encoder *encoder, struct error *error);

/* What is found by the name, equal in both encodings: a new reference. Fails the test where nothing
   is. */
json_t *named_lookup_found(struct index_reader *reader, named_lookup *encode, const char *name);

/* Fails the test where anything is found or written. */
void named_lookup_none(struct index_reader *reader, named_lookup *encode, const char *name);

/* Fails the test where a value, which is given up, is not spelled so in compact JSON. */
void json_is_spelled(json_t *value, const char *expected);

#endif
