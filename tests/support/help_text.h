/* What the --help of every program must look like. */
#ifndef CRATEDEX_TESTS_SUPPORT_HELP_TEXT_H
#define CRATEDEX_TESTS_SUPPORT_HELP_TEXT_H

#define HELP_MAX_COLUMNS 80
#define HELP_N_EXAMPLES 2
#define HELP_EXAMPLE_SIZE 256

/* Fails the test unless every line is plain ASCII and fits. */
void help_assert_fits(const char *text);

/* Reads the command lines at the end; fails the test unless they are so many and call the
   program. */
void help_read_examples(const char *help, const char *program,
                        char examples[HELP_N_EXAMPLES][HELP_EXAMPLE_SIZE]);

#endif
