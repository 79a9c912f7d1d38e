/* Files of settings, a line `name = value` each: the server's options and the weights of a
   ranking. */
#ifndef CRATEDEX_SETTINGS_FILE_H
#define CRATEDEX_SETTINGS_FILE_H

#include <cratedex/error.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Longer lines are refused, but for comments. */
#define SETTINGS_MAX_LINE 4160

/* Who takes the settings. */
struct settings_taker {
    /* Takes one; texts are borrowed for the call. Returns 0, or -1 and what is wrong with it. */
    int (*take)(void *context, const char *name, const char *value, struct error *error);
    /* Whether a name may stand in a file more than once; NULL: none may. */
    bool (*may_repeat)(const char *name);
    void *context;
};

/* Hands over the settings of a file from the first line to the last. Blanks around names and values
   do not count; empty lines and lines that begin with # or ; are passed over, and so is what
   follows a blank and a semicolon. There are no sections and no continued lines; a byte order mark
   and lines that end with CR LF are fine. Sets inih's global variables, so no two threads may read
   at a time.

   Returns 0; -1 at the first fault, and `error` names the file and the line. */
int settings_file_read(const char *path, const struct settings_taker *taker, struct error *error);

#ifdef __cplusplus
}
#endif

#endif
