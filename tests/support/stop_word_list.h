/* The words that PostgreSQL's `english` configuration leaves out, restated for the tests; sorted by
   kind, separated by single spaces, with a space at either end. */
#ifndef CRATEDEX_TESTS_SUPPORT_STOP_WORD_LIST_H
#define CRATEDEX_TESTS_SUPPORT_STOP_WORD_LIST_H

#define N_STOP_WORDS 127
#define STOP_WORD_LIST                                                                             \
    " i me my myself we our ours ourselves you your yours yourself yourselves he him his himself"  \
    " she her hers herself it its itself they them their theirs themselves"                        \
    " this that these those what which who whom a an the"                                          \
    " am is are was were be been being have has had having do does did doing"                      \
    " can will should don s t just now"                                                            \
    " and but if or because as until while than so too very not no nor"                            \
    " of at by for with about against between into through during before after above below to"     \
    " from up down in out on off over under again further then once here there"                    \
    " when where why how all any both each few more most other some such only own same "

#endif
