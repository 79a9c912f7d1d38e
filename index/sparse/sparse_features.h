/* A version's features, divided as the sparse index has them. */
#ifndef CRATEDEX_INDEX_SPARSE_FEATURES_H
#define CRATEDEX_INDEX_SPARSE_FEATURES_H

#include <cratedex/error.h>
#include <jansson.h>
#include <stddef.h>

/* Objects of lists of strings; both NULL where there are no features at all. */
struct sparse_features {
    json_t *plain;    /* every cargo understands them: `features` */
    json_t *extended; /* `features2`; NULL: none */
};

/* Reads the JSON text of the dump (NULL: no features). Returns 0; 1 where it is no object of lists
   of strings; -1 where memory ran out. Without 0 there are no features. Free it in any case. */
int sparse_features_read(struct sparse_features *features, const char *text, size_t length,
                         struct error *error);
void sparse_features_free(struct sparse_features *features);

#endif
