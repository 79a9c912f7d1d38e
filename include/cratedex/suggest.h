/* As-you-type suggestions: crate names, and keywords, that what was typed so far may become. */
#ifndef CRATEDEX_SUGGEST_H
#define CRATEDEX_SUGGEST_H

#include <cratedex/encoder.h>
#include <cratedex/index_file.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SUGGEST_MAX_LIMIT 100

enum suggestion_kind { SUGGESTION_CRATE, SUGGESTION_KEYWORD };

struct suggestion {
    enum suggestion_kind kind;
    uint32_t rank; /* of the crate; a keyword's place by number of crates */
    const char
        *name; /* of the crate, or the keyword; not NUL-terminated; lives as long as the index */
    uint32_t name_length;
    int64_t downloads; /* of the crate; of all crates with the keyword together */
    /* The bytes of the name that match what was typed. */
    uint32_t highlight_start;
    uint32_t highlight_length; /* 0 where nothing was typed */
};

/* "crate" or "keyword". */
const char *suggestion_kind_name(enum suggestion_kind kind);

/* Writes at most `limit` (≤ SUGGEST_MAX_LIMIT) suggestions for `text`, none twice, best first, and
   returns how many. Case is ignored, spaces around the text too, and it does not matter what
   separates words: space, `-`, `_`, `/`, `::`, `.` or nothing. In this order, each group by
   popularity:

   1. the crate of exactly this name (`-` is `_`), then those of this name but for separators;
   2. names one edit away that are far more popular than all of 3 and 4 (the best rank there is
      SUGGEST_FAR_BETTER times theirs or more), or that are more popular where those have
      separators that were not typed: then the text is a slip of the finger;
   3. names that begin with the text;
   4. names with a later word that begins with it (`json`: serde_json); where there is no room for
      all of 3 and 4, those of 4 that are far more popular take the room of the last of 3; behind
      them, the same of names in which no word begins where the text separates two (`temp fi`:
      tempfile);
   5. names one edit away, then names of which a beginning is one edit away; where nothing was found
      so far and the text has 9 characters, the same with two edits, among the most popular of all
      crates (one in SUGGEST_POPULAR_SHARE) or, where none of these is close, among all;
   6. keywords that begin with the text.

   An edit deletes, inserts or replaces a character or swaps two neighbours, the first ones too. One
   edit needs 5 characters in the text, or in the name where the whole name is meant; texts above 64
   bytes have no edits, those with a space no second one and, where nothing begins with more than
   two words, none. An empty text gives the most popular crates.

   Allocates nothing and needs no reader: any thread may call it. */
#define SUGGEST_FAR_BETTER 8
#define SUGGEST_POPULAR_SHARE 64
size_t suggest(const struct index *index, const char *text, size_t text_length,
               struct suggestion *suggestions, size_t limit);

/* Writes {"suggestions": [{"name", "kind", "downloads", "highlight": [[start, length]]}, …]}; the
   highlight counts code points, as those of crates do (highlight.h), and is empty where nothing was
   typed. */
void suggestions_encode(const struct suggestion *suggestions, size_t n_suggestions,
                        struct encoder *encoder);

#ifdef __cplusplus
}
#endif

#endif
