/* What the programs say about a mistyped command line: the same words in each of them. */
#ifndef CRATEDEX_COMMAND_LINE_H
#define CRATEDEX_COMMAND_LINE_H

#include <cratedex/error.h>
#include <getopt.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The known name that is most like a word, found by offering the names one after another. `name` is
   NULL while none is like it. Both texts are borrowed. */
struct nearest_name {
    const char *word;
    const char *name;
    unsigned distance;
};

/* Begins with no name found. */
void nearest_name_begin(struct nearest_name *nearest, const char *word);

/* Offers a name, which must outlive `nearest`. It is like the word where at most two edits (one
   in words of three letters and less) lie between them, or where it begins with the word; small
   and capital letters are the same. Of names equally near, the first stays. */
void nearest_name_offer(struct nearest_name *nearest, const char *name);

#define NEAREST_NAME_HINT_SIZE 96

/* "; did you mean 'build'?" with `prefix` (such as "--") before the name, or "" where none is
   like the word. Returns `text`. */
const char *nearest_name_hint(const struct nearest_name *nearest, const char *prefix,
                              char text[NEAREST_NAME_HINT_SIZE]);

/* Says what is wrong with an option for which getopt_long, called with an option string that starts
   with `:`, returned `found`, `:` or `?`. `known` is what getopt_long was given. Returns -1. */
int command_line_bad_option(int found, char *const *argv, const struct option *known,
                            struct error *error);

#ifdef __cplusplus
}
#endif

#endif
