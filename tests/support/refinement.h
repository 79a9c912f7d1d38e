/* What narrows a search beside the members of struct search_query and what looks at words, told by
   names and values, so that a test and a plain scan can each make of it what they do. */
#ifndef CRATEDEX_TESTS_SUPPORT_REFINEMENT_H
#define CRATEDEX_TESTS_SUPPORT_REFINEMENT_H

#define REFINEMENT_MAX 12
#define REFINEMENT_MAX_VALUE 96

/* A filter by its name as a query parameter. */
struct refinement {
    const char *name;
    char value[REFINEMENT_MAX_VALUE];
};

struct refinements {
    struct refinement items[REFINEMENT_MAX];
    unsigned n;
};

#endif
