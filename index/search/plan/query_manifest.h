/* The statements of TOML of which Cargo.toml and Cargo.lock consist. */
#ifndef CRATEDEX_INDEX_QUERY_MANIFEST_H
#define CRATEDEX_INDEX_QUERY_MANIFEST_H

#include "index/search/plan/query_cursor.h"
#include "index/search/plan/query_names.h"

/* What the keys of a table are. */
enum query_section {
    QUERY_SECTION_NONE,         /* no header came: dependencies, most likely */
    QUERY_SECTION_DEPENDENCIES, /* names of crates */
    QUERY_SECTION_OTHER         /* `name`, `version`, … of one crate */
};

/* Takes one header or assignment and adds the crate that it names; `section` is the table it stands
   in, which a header sets. Returns false and takes nothing where there is none. */
bool query_manifest_take(struct query_cursor *cursor, enum query_section *section,
                         struct query_names *names);

#endif
