/* The language of the search box: filters, exclusions and quoted words in what somebody typed.

       tokio license:mit        a filter, by any name and value that search_filters_add takes;
                                in quotes where the value has spaces:
                                license:"Apache-2.0 WITH LLVM-exception"
       parser in:name           every word must occur in the name, or the name contains the text
       http -async              without the crates in which the word occurs
       "web server" fast        the quoted words must all occur
       tokio --features full    flags of commands are passed over: tokio full

   What is pasted stays what it is: statements, commands and addresses that name crates are not
   looked at, nor is a text that is the name of a crate; paths, and quotes that are a value, are no
   part of the language. What is no filter, and a value that is wrong or that the index does not
   know, is text like any other. Upper and lower case do not matter. */
#ifndef CRATEDEX_SEARCH_LANGUAGE_H
#define CRATEDEX_SEARCH_LANGUAGE_H

#include <cratedex/index_file.h>
#include <cratedex/search_filter_list.h>
#include <cratedex/search_query.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Takes out of `text`, which must be one that search_check_text allows, what is of the language,
   and adds it to `filters`. What is left to search for is written to `rest`, in the form that
   search_fold_text gives: it has as much room as the text is long, and may be the text itself.
   Quoted words stay there, without their quotes. `*rest_length` becomes 0 where nothing is left:
   then the query is a list. Returns false where nothing was taken out: then neither is written, and
   the text is what to search for. Looks at memory only, and at nothing but the text where that has
   neither a colon nor a quote nor a hyphen that begins a word. */
bool search_language_read(const struct index *index, struct search_string text,
                          struct search_filters *filters, char *rest, size_t *rest_length);

#ifdef __cplusplus
}
#endif

#endif
