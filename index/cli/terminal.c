/* Terminal facts and text widths. Widths come from the C library's wcwidth through mbrtowc; bytes
   that are no character count one column each, as terminals show a replacement sign for them. No
   state but the process's locale, which terminal_set_locale sets once. */
#define _GNU_SOURCE /* wcwidth */
#include "index/cli/terminal.h"

#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#define DEFAULT_COLUMNS 80

void terminal_set_locale(void)
{
    if (setlocale(LC_CTYPE, "") != NULL && strcmp(nl_langinfo(CODESET), "UTF-8") == 0)
        return;
    setlocale(LC_CTYPE, "C.UTF-8");
}

bool terminal_is_capable(FILE *stream)
{
    const char *kind = getenv("TERM");
    return isatty(fileno(stream)) && kind != NULL && kind[0] != '\0' && strcmp(kind, "dumb") != 0;
}

bool terminal_wants_colour(FILE *stream)
{
    const char *no_colour = getenv("NO_COLOR");
    return (no_colour == NULL || no_colour[0] == '\0') && terminal_is_capable(stream);
}

unsigned terminal_columns(FILE *stream)
{
    struct winsize size;
    if (ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    const char *text = getenv("COLUMNS");
    if (text != NULL) {
        long columns = strtol(text, NULL, 10);
        if (columns > 0 && columns <= USHRT_MAX)
            return (unsigned)columns;
    }
    return DEFAULT_COLUMNS;
}

/* The next character's bytes and columns; `length` is at least 1. */
static size_t next_character(const char *text, size_t length, unsigned *columns)
{
    wchar_t character;
    mbstate_t state = {0};
    size_t size = mbrtowc(&character, text, length, &state);
    if (size == 0 || size > length) {
        *columns = 1;
        return 1;
    }
    int width = wcwidth(character);
    *columns = width < 0 ? 1 : (unsigned)width;
    return size;
}

size_t text_fit(const char *text, size_t length, unsigned columns, unsigned *used)
{
    size_t at = 0;
    *used = 0;
    while (at < length) {
        unsigned width;
        size_t size = next_character(text + at, length - at, &width);
        if (width > columns - *used)
            break;
        *used += width;
        at += size;
    }
    return at;
}

unsigned text_columns(const char *text, size_t length)
{
    unsigned columns;
    text_fit(text, length, UINT_MAX, &columns);
    return columns;
}

void text_clean(char *text)
{
    for (unsigned char *at = (unsigned char *)text; *at != '\0'; at++) {
        if (*at < 0x20 || *at == 0x7f) {
            *at = ' ';
        } else if (at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0) {
            /* U+0080 to U+009F, which some terminals obey too. */
            at[0] = ' ';
            at[1] = ' ';
        }
    }
}
