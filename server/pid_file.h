/* The file that says which process serves. */
#ifndef CRATEDEX_SERVER_PID_FILE_H
#define CRATEDEX_SERVER_PID_FILE_H

#include <cratedex/error.h>

struct pid_file;

/* Behind the path: the name under which the file is written. */
#define PID_FILE_BESIDE ".new"

/* Refuses the file of a server that runs, naming its process, and what is there that is no PID
   file: a line of digits, or nothing yet. To be asked before anything else is done. Returns 0, or
   -1 and why. */
int pid_file_check(const char *path, struct error *error);

/* Writes the calling process's number, a line, as a file that replaces what is at the path in one
   step, once more only what pid_file_check allows. Of servers that do so at once one succeeds.
   `path` must outlive it. Returns NULL and why. */
struct pid_file *pid_file_create(const char *path, struct error *error);

/* Removes the file, unless another has taken its place. NULL is allowed. */
void pid_file_remove(struct pid_file *file);

#endif
