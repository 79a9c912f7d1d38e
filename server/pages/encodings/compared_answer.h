/* The answers of the API that the page of encodings compares: which there are, and how one is asked
   for. */
#ifndef CRATEDEX_SERVER_COMPARED_ANSWER_H
#define CRATEDEX_SERVER_COMPARED_ANSWER_H

#include "server/pages/part.h"

#include <cratedex/index_file.h>
#include <stdbool.h>
#include <stddef.h>

/* What an answer is asked for with. */
enum compared_subject {
    SUBJECT_NONE,
    SUBJECT_TEXT, /* any */
    SUBJECT_CRATE /* a crate's name */
};

struct compared_kind {
    const char *name;  /* as parameter `of` has it */
    const char *label; /* for people */
    const struct endpoint *endpoint;
    enum compared_subject subject;
    const char *rest; /* of its query, behind the text */
    /* A filter by time that every crate passes which is newer than 1990: with a time that nobody
       gave before the answer is computed anew, and stays the same but for its links. NULL: there is
       none. */
    const char *past_the_cache;
};

/* The kind of that number, from 0; NULL where there are no more. The first is the default. */
const struct compared_kind *compared_kind_at(size_t i);

/* Room for the address of any answer that exists. */
#define COMPARED_MAX_ADDRESS 4096

struct compared_answer {
    const struct compared_kind *kind;
    struct path_value subject;          /* borrowed from the query or the index */
    char address[COMPARED_MAX_ADDRESS]; /* path and query, as a client asks */
    size_t query_at;                    /* of the query in the address, behind `?` */
};

/* Reads `of` and `q`; where there is no `q`, it is the most popular crate's name. A crate is called
   as it spells its name itself. Returns 0; -1 with a status 400 or 404, where there is no such
   kind, or the address cannot be. */
int compared_answer_read(const struct query_string *query, const struct index *index,
                         struct compared_answer *answer, struct failure *failure);

/* How it is asked for within the server. Borrows from `answer`. */
struct part compared_answer_part(const struct compared_answer *answer);

#endif
