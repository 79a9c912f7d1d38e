/* Which texts may be searched for, and which are the same. */
#ifndef CRATEDEX_SEARCH_TEXT_H
#define CRATEDEX_SEARCH_TEXT_H

#include <cratedex/error.h>
#include <cratedex/search_query.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Says whether a text may be searched for: SEARCH_OK, or SEARCH_BAD_TEXT and why. It must be UTF-8
   of at most SEARCH_MAX_TEXT_CHARACTERS characters; of control characters only those that are white
   space (tab, newline, …) may be in it. Needs no index. */
enum search_status search_check_text(const char *text, size_t length, struct error *error);

/* Writes a form of the text that is searched for in the same way, and the same for many spellings:
   white space is single spaces or newlines, none at the ends, ASCII letters are small but where a
   change of case parts words (`tokioUtil`), and in flags (`-F`). The text must be one that
   search_check_text allows; `out` has room for as many bytes. Returns the length, 0 where the text
   is only white space. */
size_t search_fold_text(char *out, const char *text, size_t length);

#ifdef __cplusplus
}
#endif

#endif
