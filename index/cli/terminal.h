/* What the commands know of the terminal: is there one, how wide, and how wide a text is on it. */
#ifndef CRATEDEX_INDEX_CLI_TERMINAL_H
#define CRATEDEX_INDEX_CLI_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Makes the C library read text as UTF-8, which all text of an index is, whatever the locale says.
   Call it once, first. Numbers keep the C locale's form: JSON needs the decimal point. */
void terminal_set_locale(void);

/* True where `stream` is a terminal that can move its cursor (TERM is set and not "dumb"). */
bool terminal_is_capable(FILE *stream);

/* True where colours are welcome: a capable terminal, and no NO_COLOR (https://no-color.org). */
bool terminal_wants_colour(FILE *stream);

/* The width in columns: what the terminal says, else COLUMNS, else 80. */
unsigned terminal_columns(FILE *stream);

/* How many columns `length` bytes of UTF-8 take; wide characters (CJK, emoji) take two, combining
   ones none. */
unsigned text_columns(const char *text, size_t length);

/* How many bytes at the start of `text` fit into `columns`, whole characters only. `used` is how
   many columns they take. */
size_t text_fit(const char *text, size_t length, unsigned columns, unsigned *used);

/* Replaces every control character by a space, in place: a description must neither break a row nor
   reach the terminal as a command. */
void text_clean(char *text);

#endif
