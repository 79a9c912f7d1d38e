/* What somebody typed or pasted, read: the words to search for, and the crates it names. Only the
   text is looked at; whether there are such crates is for query_reading.h to find out. */
#ifndef CRATEDEX_INDEX_QUERY_TEXT_H
#define CRATEDEX_INDEX_QUERY_TEXT_H

#include "index/search/plan/query_cursor.h"
#include "index/search/plan/query_names.h"

enum query_text_kind {
    QUERY_TEXT_PLAIN,   /* words */
    QUERY_TEXT_PERHAPS, /* words, or the name of a crate, if there is one of that name, and more */
    QUERY_TEXT_NAMES    /* nobody writes such a thing but to name crates */
};

struct query_text {
    enum query_text_kind kind;
    /* What was typed without what is no part of words: white space is single spaces, quotes,
       brackets and punctuation around the text are taken off, and words that are repeated as a
       whole stand there once. May be empty. */
    struct search_string text;
    struct search_string words_typed; /* the same with all repetitions */
    struct search_string typed;       /* with nothing taken off but white space around it */
    struct query_names names;         /* PERHAPS: one */
    enum query_version_form version_form;
    char words[SEARCH_MAX_TEXT_BYTES];   /* `text` */
    char unified[SEARCH_MAX_TEXT_BYTES]; /* `typed`, of which names and version are parts */
};

/* Reads what was typed: a text that search_check_text (cratedex/search_text.h) allows. Pure and
   bounded: allocates nothing, looks nowhere else. `read` points into itself and must not be
   copied. */
void query_text_read(struct query_text *read, struct search_string typed);

#endif
