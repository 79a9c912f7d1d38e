/* Values of filters, as somebody wrote them, in their canonical form: what means the same is
   written the same. */
#ifndef CRATEDEX_INDEX_FILTER_VALUE_H
#define CRATEDEX_INDEX_FILTER_VALUE_H

#include <cratedex/error.h>
#include <cratedex/index_file.h>
#include <cratedex/search_filter_list.h>
#include <cratedex/search_query.h>
#include <stddef.h>
#include <stdint.h>

/* Nothing that an index has to filter by is longer: longer values name nothing. */
#define FILTER_VALUE_MAX_TEXT 1024

/* One that is being read: the kind is given, the number is 0 before. */
struct filter_value {
    enum search_filter_kind kind;
    int64_t number; /* as struct search_filter has it */
    size_t length;
    char text[FILTER_VALUE_MAX_TEXT];
};

/* Reads a value of one sort. Returns 0; SEARCH_FILTER_UNKNOWN, and the value is set; or -1 for what
   is no such value, and which are. */
typedef int filter_value_reader(struct filter_value *read, const struct index *index,
                                struct search_string value, struct error *error);

/* Says "invalid value for license (expected …)". Returns -1. */
int filter_value_wrong(const struct filter_value *read, const char *expected, struct error *error);

/* Sets the text, which has room. */
void filter_value_set(struct filter_value *read, const char *text, size_t length);

/* Sets the text, with ASCII letters in lower case. Returns -1 where it is empty or too long. */
int filter_value_fold(struct filter_value *read, struct search_string value);

/* Digits alone, a date or time, a version of Rust. */
filter_value_reader filter_value_number;
filter_value_reader filter_value_time;
filter_value_reader filter_value_rust_version;

/* A word out of few: yes; lib, bin; normal, build, dev. */
filter_value_reader filter_value_yes;
filter_value_reader filter_value_target;
filter_value_reader filter_value_dependency;

#endif
