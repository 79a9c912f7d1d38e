/* Another program that does a part of a measurement, and the folder where both find their files. */
#ifndef CRATEDEX_TESTS_BENCH_BENCH_CHILD_H
#define CRATEDEX_TESTS_BENCH_BENCH_CHILD_H

#include <cratedex/error.h>
#include <msgpack/sbuffer.h>
#include <sys/types.h>

#define BENCH_FOLDER_MAX 64

/* Starts a program, found by PATH or in /usr/sbin, with these arguments (the last is NULL); what it
   prints goes to the descriptor `output`. It gets SIGTERM when the thread that called this ends.
   Returns its process, which is the caller's to wait for, or -1 and why. */
pid_t bench_child_start(char *const arguments[], int output, struct error *error);

/* Runs a program found likewise with these arguments (the last is NULL) to its end and appends what
   it prints to `output`; what it says on standard error is shown. Returns 0, or -1 and why, also
   where it fails. */
int bench_child_run(char *const arguments[], msgpack_sbuffer *output, struct error *error);

/* Makes an empty folder below TMPDIR or /tmp, one at a time. Until bench_folder_remove, SIGHUP,
   SIGINT and SIGTERM remove it before they end this program. Returns 0, or -1 and why. */
int bench_folder_create(char folder[BENCH_FOLDER_MAX], struct error *error);
/* Removes it with the files in it. */
void bench_folder_remove(const char *folder);

/* Writes a file into the folder. Returns 0, or -1 and why. */
int bench_folder_write(const char *folder, const char *name, const void *bytes, size_t size,
                       struct error *error);

#endif
