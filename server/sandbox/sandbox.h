/* Takes from the process what it does not need to serve: system calls, by a seccomp filter, and
   files, by Landlock where the kernel has it. There is no way back. */
#ifndef CRATEDEX_SERVER_SANDBOX_SANDBOX_H
#define CRATEDEX_SERVER_SANDBOX_SANDBOX_H

#include <cratedex/error.h>
#include <stdbool.h>
#include <stddef.h>

/* What is done with a path from now on. */
enum sandbox_use {
    SANDBOX_READS,   /* a file that others replace: by another of its name or, where links lead to
                        it, by turning the last one elsewhere; and what lies beside it */
    SANDBOX_APPENDS, /* a file that is made where it is missing */
    SANDBOX_MAKES,   /* a file that is made, read, replaced and removed */
    SANDBOX_KEEPS    /* a folder whose files are read, made, replaced and removed */
};

struct sandbox_path {
    const char *path; /* of what is missing only the folder need be there */
    enum sandbox_use use;
};

/* Confines this process, which must have no other thread, to these paths and to what it takes to
   serve. What is open stays open, standard output and error among it, which may be opened again.
   Returns 0, with `confines_files` telling whether the kernel has Landlock, or -1 and why; then the
   process may be confined in part. */
int sandbox_enter(const struct sandbox_path *paths, size_t n_paths, bool *confines_files,
                  struct error *error);

#endif
