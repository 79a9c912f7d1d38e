/* The file that says which process serves. */
#ifndef CRATEDEX_SERVER_PID_FILE_H
#define CRATEDEX_SERVER_PID_FILE_H

#include <cratedex/error.h>

struct pid_file;

/* Refuses the file of a server that runs, naming its process. To be asked before anything else is
   done. Returns 0, or -1 and why. */
int pid_file_check(const char *path, struct error *error);

/* Writes the calling process's number, a line, as a file that replaces what is at the path in one
   step, once more not that of a running server. `path` must outlive it. Returns NULL and why. */
struct pid_file *pid_file_create(const char *path, struct error *error);

/* Removes the file, unless another has taken its place. NULL is allowed. */
void pid_file_remove(struct pid_file *file);

#endif
