/* Runs a program, mostly one of ours, and keeps what it printed. */
#ifndef CRATEDEX_TESTS_SUPPORT_PROGRAM_H
#define CRATEDEX_TESTS_SUPPORT_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct program_options {
    const char *const
        *arguments;         /* arguments[0] is the program's name in the build folder, or a path */
    const char *input_path; /* not NULL: standard input comes from there, else it is empty */
    unsigned terminal_columns; /* not 0: standard output and error are a terminal so wide */
    const char *output_path;   /* not NULL: standard output goes there; nothing is captured */
    const char *environment;   /* not NULL: one more "NAME=value" */
    uint64_t max_file_bytes;   /* not 0: writing a file beyond it fails (RLIMIT_FSIZE) */
    int signal_number;         /* not 0: sent as soon as something was printed to the terminal or
                                     to standard error */
};

struct program_run {
    int status; /* exit status; 128 and the number of the signal that ended it */
    bool was_killed;
    char *out; /* NUL-terminated; with a terminal both outputs are here */
    size_t out_length;
    char *error_out;
    size_t error_length;
};

/* Runs the program to its end. Fails the test where it cannot. The build folder is that of the
   environment variable CRATEDEX_BUILD, else `build`. */
void program_run(const struct program_options *options, struct program_run *run);
void program_run_free(struct program_run *run);

#endif
