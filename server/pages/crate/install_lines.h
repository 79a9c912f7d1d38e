/* What one types to use a crate. */
#ifndef CRATEDEX_SERVER_INSTALL_LINES_H
#define CRATEDEX_SERVER_INSTALL_LINES_H

#include "server/html/object.h"

#include <stdbool.h>

/* Writes a value:

       {"add": `cargo add …`, "toml": a line of Cargo.toml; both null where there is no library,
        "bin": `cargo install …`, or null where there is no program}

   or null: the version is yanked, or a name or number is not of the form that cargo takes, which
   somebody who copies it into a shell must not find out there. `version` is the API's object;
   `is_default` says that it is what cargo takes by itself. */
void install_lines_encode(const msgpack_object *version, bool is_default, struct encoder *model);

#endif
