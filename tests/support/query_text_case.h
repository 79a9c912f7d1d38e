/* Tables of what is typed and what it is taken for (index/search/plan/query_text.h). */
#ifndef CRATEDEX_TESTS_SUPPORT_QUERY_TEXT_CASE_H
#define CRATEDEX_TESTS_SUPPORT_QUERY_TEXT_CASE_H

#include "index/search/plan/query_text.h"

struct query_text_case {
    const char *typed;
    const char *expected; /* names, `@` and a version where there is one; of words the text */
};

/* Fails the test, naming each case that is read otherwise. */
void query_text_expect(enum query_text_kind kind, const struct query_text_case *cases,
                       size_t n_cases);
#define QUERY_TEXT_EXPECT(kind, cases)                                                             \
    query_text_expect(kind, cases, sizeof(cases) / sizeof *(cases))

#endif
