#include "tests/support/rerank_names.h"

const char *const rerank_feature_names[N_RERANK_FEATURES] = {
    "any",         "main",       "keywords",     "name",         "description",
    "readme",      "dependents", "downloads",    "versions",     "description_length",
    "name_length", "total_mass", "length_ratio", "outside_name", "place",
    "family",      "best_word",  "best_main",    "readme_only",  "first_word",
    "beginning"};
