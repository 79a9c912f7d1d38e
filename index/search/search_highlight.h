/* What a reader keeps to highlight the hits of its last search. */
#ifndef CRATEDEX_INDEX_SEARCH_HIGHLIGHT_H
#define CRATEDEX_INDEX_SEARCH_HIGHLIGHT_H

/* In a search; created when highlights are first asked for. */
struct highlighter;
void highlighter_free(struct highlighter *highlighter);

#endif
