/* Which files of a folder or an archive are READMEs, by their names. */
#ifndef CRATEDEX_INDEX_README_NAME_H
#define CRATEDEX_INDEX_README_NAME_H

#include <stdbool.h>
#include <stddef.h>

enum readme_kind {
    README_MARKDOWN,
    README_PACKAGE, /* as cargo makes them: the README is in it */
};

struct readme_name {
    enum readme_kind kind;
    const char *text; /* into the path: NAME-VERSION, or NAME where it may be; not NUL-terminated */
    size_t length;
    bool may_lack_version;
};

/* Reads a path relative to the top: NAME-VERSION.md, NAME-VERSION/README.md and NAME-VERSION.crate
   in any folder, NAME.md and NAME/README.md at the top alone, as deeper down `log.md` may be
   anything. `.markdown` is `.md`. Returns whether it is one. */
bool readme_name_read(const char *path, struct readme_name *name);

/* The next way to take NAME-VERSION apart: `*at` is 0 at first, then the length of NAME. A name may
   have `-` and digits in it, as `md-5` does. Returns whether there is one. */
bool readme_name_split(const struct readme_name *name, size_t *at);

#endif
