/* What the table `parts` calls them. */
#include "index/segment/index_parts.h"

const char *const index_part_names[N_INDEX_PARTS] = {
    "crate_columns", "names",      "terms",         "postings",     "name_substrings", "name_ends",
    "keyword_list",  "keywords",   "spelling_list", "spelling",     "memberships",     "words",
    "written",       "word_stems", "synonyms",      "crate_values", "licenses",        "logins"};
